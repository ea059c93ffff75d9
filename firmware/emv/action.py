"""Terminal action analysis (C-2 7.8, C-5 5.7): which cryptogram to ask for, given what was seen."""

from .card import AAC, ARQC, TC
from .tags import has

_NOTHING = bytes(5)
_EVERYTHING = b"\xff" * 5
_ONLINE_ONLY_TYPES = (0x11, 0x14, 0x21, 0x24, 0x34)
_OFFLINE_ONLY_TYPES = (0x13, 0x16, 0x23, 0x26, 0x36)

# What no configuration may let pass offline: authentication not done or failed, chip data missing,
# the hotlist, an application that is expired or not yet valid, a service that is not allowed,
# verification that failed, a PIN for the issuer, the floor limit, relay limits.
_NEVER_OFFLINE = b"\xb4\x70\x84\x80\x18"

# Why we refuse: bits of the terminal verification results, the weightiest first.
_REASONS = (
    ((1, 5), "card_blocked"),
    ((2, 7), "card_expired"),
    ((2, 5), "usage_not_allowed"),
    ((5, 4), "relay_suspected"),
    ((5, 5), "relay_suspected"),
    ((1, 3), "oda_failed"),
    ((1, 8), "oda_failed"),
    ((3, 8), "cvm_failed"),
)


def _meet(tvr, *codes):
    return any(a & b for code in codes for a, b in zip(tvr, code))


def analyse(session, tvr):
    """AAC, ARQC or TC."""
    card, ours = session.card, session.combination.app.objects
    if _meet(tvr, ours[0xDF8121], card.get(0x9F0E, _NOTHING)):  # denial
        return AAC
    kind = session.terminal[0x9F35][0]
    if kind in _OFFLINE_ONLY_TYPES:
        refused = _meet(tvr, ours[0xDF8120], card.get(0x9F0D, _EVERYTHING), _NEVER_OFFLINE)
        return AAC if refused else TC
    if kind in _ONLINE_ONLY_TYPES or session.request.online_able:
        return ARQC
    doubtful = _meet(tvr, ours[0xDF8122], card.get(0x9F0F, _EVERYTHING), _NEVER_OFFLINE)  # online
    return ARQC if doubtful else TC


def reason(tvr):
    """The text key for a refusal of ours."""
    for where, word in _REASONS:
        if has(tvr, where):
            return word
    return "terminal_declined"
