"""Processing restrictions (Book 3 10.4): may this application be used here, now, for this?"""

from .tags import has, mark

# Bits of the terminal verification results that come out of it.
_VERSIONS_DIFFER = (2, 8)
_EXPIRED = (2, 7)
_NOT_YET_EFFECTIVE = (2, 6)
SERVICE_NOT_ALLOWED = (2, 5)

# Transaction type -> bits of the usage control, at home and abroad, any of which will do.
_USAGE = {
    0x00: (((1, 6), (1, 4)), ((1, 5), (1, 3))),  # goods, services
    0x01: (((1, 8),), ((1, 7),)),  # cash
    0x09: (((2, 8),), ((2, 7),)),  # goods with cashback
}
_AT_ATM = (1, 2)
_NOT_AT_ATM = (1, 1)
_ATM_TYPES = (0x14, 0x15, 0x16)
_CASH_CAPABILITY = (1, 8)


def judge(card, terminal, tvr):
    """Marks in the bytearray `tvr` what speaks against it; `card`, `terminal`: tag to bytes."""
    version = card.get(0x9F08)
    if version is not None and version != terminal[0x9F09]:
        mark(tvr, _VERSIONS_DIFFER)
    judge_dates(card, terminal, tvr)
    control = card.get(0x9F07)
    if control is not None and not service_allowed(control, card.get(0x5F28), terminal):
        mark(tvr, SERVICE_NOT_ALLOWED)


def judge_dates(card, terminal, tvr):
    """The part of judge() about the first and the last day of the application."""
    today = day(terminal[0x9A])
    if 0x5F25 in card and today < day(card[0x5F25]):
        mark(tvr, _NOT_YET_EFFECTIVE)
    if 0x5F24 in card and today > day(card[0x5F24]):
        mark(tvr, _EXPIRED)


def usage_allowed(session):
    """C-3 5.5.1.3 and 5.5.1.4: cash and cashback need the issuer's leave; goods do not."""
    kind = session.request.type
    if kind not in (0x01, 0x09):
        return True
    control, country = session.card.get(0x9F07), session.card.get(0x5F28)
    if control is None or country is None:
        return False
    return _usable(kind, control, country == session.terminal[0x9F1A])


def day(packed):
    """YYMMDD in packed digits, its century before it: days compare as bytes. b"" for no date."""
    if not packed.hex().isdigit():
        return b""
    return (b"\x19" if packed[0] >= 0x50 else b"\x20") + packed  # Book 4 6.7.3


def service_allowed(control, country, terminal):
    """Whether the usage control (9F07) covers this payment. `country`: the issuer's, or None."""
    cash_machine = terminal[0x9F35][0] in _ATM_TYPES and has(terminal[0x9F40], _CASH_CAPABILITY)
    if not has(control, _AT_ATM if cash_machine else _NOT_AT_ATM):
        return False
    if country is None:
        return True
    return _usable(terminal[0x9C][0], control, country == terminal[0x9F1A])


def _usable(kind, control, domestic):
    if kind not in _USAGE:
        return True
    return any(has(control, bit) for bit in _USAGE[kind][0 if domestic else 1])
