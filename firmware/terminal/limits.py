"""What a sale may not exceed: at all, without the bank, and with which cards."""

from binascii import hexlify

from micropython import const

from terminal.book import AT_RISK

# Reasons not to sell offline that go away when what is stored has been sent.
USED_UP = ("offline_limit", "offline_age")

_APPLICATION = const(0x84)  # the name of the application that pays


def refusal(services, amount_fen, online):
    """Before a card is read: None, or why this sale cannot be made, a text key. `online`: the bank
    can be asked."""
    if amount_fen == 0:
        return "zero_amount"
    if amount_fen > services.settings.policy.sale_limit_fen:
        return "amount_over_limit"
    if not services.book.has_room():
        return "journal_full"
    return None if online else offline_refusal(services, amount_fen)


def offline_refusal(services, amount_fen):
    """None, or why no such sale may be kept without the bank, a text key."""
    policy = services.settings.policy
    count, total_fen = services.book.totals(*AT_RISK)
    full = count >= policy.stored_count_limit
    if full or total_fen + amount_fen > policy.stored_sum_limit_fen:
        return "offline_limit"
    too_old = services.age.seconds() >= policy.stored_age_limit_h * 3600
    return "offline_age" if too_old else None


def keeping_refusal(services, sale):
    """As `offline_refusal`, once the card is known: it must be of a kind that may pay offline."""
    name = hexlify(sale.chip.get(_APPLICATION, b"")).decode().upper()
    allowed = services.settings.policy.offline_aids
    if allowed and not any(name.startswith(aid.upper()) for aid in allowed):
        return "offline_card"
    return offline_refusal(services, sale.amount_fen)
