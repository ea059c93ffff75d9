"""Data object lists: what the card asks to be told, and the answer (Book 3 5.4)."""

from micropython import const

from .tags import COMPRESSED, NUMERIC
from .tlv import TlvError, read_tag

_MAX_BYTES = const(252)  # what fits a command, with its template around it


def parse(dol):
    """A list of (tag, length). Raises TlvError where the list ends inside an entry."""
    entries, at = [], 0
    while at < len(dol):
        tag, at = read_tag(dol, at)
        if at >= len(dol):
            raise TlvError("data object list cut short")
        entries.append((tag, dol[at]))
        at += 1
    return entries


def fill(dol, lookup):
    """The concatenated values for `dol`; `lookup(tag)` gives bytes, or None for what is unknown."""
    return values(parse(dol), lookup)


def values(entries, lookup):
    """As fill(), for a list that is parsed already."""
    found, total = [], 0
    for tag, size in entries:
        value = lookup(tag) or b""
        found.append(value if len(value) == size else _fit(tag, value, size))
        total += size
        if total > _MAX_BYTES:
            raise TlvError("data object list asks for too much")
    return b"".join(found)


def _fit(tag, value, size):
    short = size - len(value)
    if tag in NUMERIC:
        return bytes(short) + value if short > 0 else value[-short:]
    if short < 0:
        return value[:size]
    return value + (b"\xff" if value and tag in COMPRESSED else b"\0") * short
