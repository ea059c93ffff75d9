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
    entries = tlv.find(directory, 0x6F, 0xA5, 0xBF0C) or b""
    ranked, over_limit = [], False
    for order, (tag, entry) in enumerate(tlv.objects(entries)):
        if tag != 0x61:
            continue
        fields = tlv.table(entry)
        for index, combination in enumerate(combinations):
            if not _matches(fields, combination.app):
                continue
            if combination.allowed:
                rank = (_priority(fields), order, -len(combination.app.aid), -index)
                ranked.append((rank, combination, _name(fields, combination.app)))
            else:
                over_limit = True
    if not ranked:
        raise Ended(OTHER_CARD, "amount_over_limit" if over_limit else "card_not_supported")
    ranked.sort(key=lambda item: item[0])
    return [item[1:] for item in ranked]


def _matches(fields, app):
    """3.3.2.5 A to D: our AID is the start of the card's, and the kernel is the one it wants."""
    name = bytes(fields.get(0x4F, b""))
    if not 5 <= len(name) <= 16 or not name.startswith(app.aid):
        return False
    wanted = _kernel(name, fields.get(0x9F2A, b""))
    return wanted in (0, app.kernel) and len(_name(fields, app)) <= 16


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


def _name(fields, app):
    """The ADF name, lengthened by the extended selection where both sides have it (3.3.3.3)."""
    name = bytes(fields[0x4F])
    if app.extended_selection:
        name += bytes(fields.get(0x9F29, b""))
    return name
