"""The candidate list (Book B 3.3.2): what the card's directory offers and we accept, best first."""

from . import tlv
from .outcome import OTHER_CARD, Ended

# Kernel of a directory entry that names none, by RID (table 3-6); 0 is "any that we have".
_DEFAULT_KERNELS = {
    b"\xa0\x00\x00\x00\x04": 2,
    b"\xa0\x00\x00\x00\x03": 3,
    b"\xa0\x00\x00\x00\x25": 4,
    b"\xa0\x00\x00\x00\x65": 5,
    b"\xa0\x00\x00\x01\x52": 6,
    b"\xa0\x00\x00\x03\x24": 6,
    b"\xa0\x00\x00\x03\x33": 7,
}
_LOWEST = 16  # after the priorities 1 to 15


def candidates(directory, combinations):
    """(combination, name to select) for each match in the answer to SELECT PPSE, best first.

    Ends the transaction if nothing is left.
    """
    ranked, over_limit = [], False
    for order, (place, name, kernel, extension) in enumerate(_offers(directory)):
        for index, combination in enumerate(combinations):
            app = combination.app
            if not name.startswith(app.aid) or kernel not in (0, app.kernel):
                continue
            wanted = name + extension if app.extended_selection else name  # 3.3.3.3
            if combination.allowed and len(wanted) <= 16:
                ranked.append(((place, order, -len(app.aid), -index), combination, wanted))
            over_limit = over_limit or not combination.allowed
    if not ranked:
        raise Ended(OTHER_CARD, "amount_over_limit" if over_limit else "card_not_supported")
    ranked.sort(key=lambda item: item[0])
    return [item[1:] for item in ranked]


def _offers(directory):
    """Yields (priority, ADF name, kernel, extension) for each usable entry (3.3.2.5 A to D)."""
    for tag, entry in tlv.objects(tlv.find(directory, 0x6F, 0xA5, 0xBF0C) or b""):
        if tag != 0x61:
            continue
        fields = tlv.table(entry)
        name = bytes(fields.get(0x4F, b""))
        if 5 <= len(name) <= 16:
            kernel = _kernel(name, fields.get(0x9F2A, b""))
            yield _priority(fields), name, kernel, bytes(fields.get(0x9F29, b""))


def _kernel(name, field):
    """The kernel id of an entry: 0 for any, None for one that cannot be understood (table 3-5)."""
    if len(field) == 0:
        return _DEFAULT_KERNELS.get(name[:5], 0)
    if field[0] < 0x80:
        return field[0]
    if len(field) < 3 or not field[0] & 0x3F:
        return None
    return int.from_bytes(field[:3], "big")


def _priority(fields):
    """87: 1 is the highest, 0 or absent the lowest."""
    field = fields.get(0x87, b"")
    return (field[0] & 15 or _LOWEST) if len(field) == 1 else _LOWEST
