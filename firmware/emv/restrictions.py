"""Processing restrictions (Book 3 10.4): may this application be used here, now, for this?"""

from .tags import has

# Transaction type -> bits of the usage control, at home and abroad, any of which will do.
_USAGE = {
    0x00: (((1, 6), (1, 4)), ((1, 5), (1, 3))),  # goods, services
    0x01: (((1, 8),), ((1, 7),)),  # cash
    0x09: (((2, 8),), ((2, 7),)),  # goods with cashback
}


def usage_allowed(session):
    """C-3 5.5.1.3 and 5.5.1.4: cash and cashback need the issuer's leave; goods do not."""
    kind = session.request.type
    if kind not in (0x01, 0x09):
        return True
    control, country = session.card.get(0x9F07), session.card.get(0x5F28)
    if control is None or country is None:
        return False
    return usable(kind, control, country == session.terminal[0x9F1A])


def usable(kind, control, domestic):
    """Whether `control` (9F07) allows transaction type `kind` at home or abroad."""
    if kind not in _USAGE:
        return True
    return any(has(control, bit) for bit in _USAGE[kind][0 if domestic else 1])
