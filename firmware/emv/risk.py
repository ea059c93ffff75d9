"""Terminal risk management (Book 3 10.6): how much, and how often without asking the issuer.

The log and the card's counters, which are read with GET DATA, are for contact cards: the
contactless kernels here only look at the floor limit.
"""

from .tags import mark

# Terminal verification results
_NEW_CARD = (2, 4)
_LOWER_LIMIT_EXCEEDED = (4, 7)
_UPPER_LIMIT_EXCEEDED = (4, 6)


def over_floor(amount, floor_limit, logged=0):
    """10.6.1. `logged`: the amount of the latest sale with the same card in the terminal's log."""
    return amount + logged >= floor_limit


def check_velocity(card, atc, last_online_atc, tvr):
    """10.6.3: marks in the bytearray `tvr`. `card`: tag to bytes; a counter is None if unknown."""
    if 0x9F14 not in card or 0x9F23 not in card:
        return
    if last_online_atc == 0:
        mark(tvr, _NEW_CARD)
    offline = 256  # more than any limit of one byte, where the card does not tell
    if atc is not None and last_online_atc is not None and atc > last_online_atc:
        offline = atc - last_online_atc
    if offline > card[0x9F14][0]:
        mark(tvr, _LOWER_LIMIT_EXCEEDED)
    if offline > card[0x9F23][0]:
        mark(tvr, _UPPER_LIMIT_EXCEEDED)
