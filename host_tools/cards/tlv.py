"""BER-TLV and data object lists (EMV Book 3 Annex B and 5.4), as far as our cards need them."""

from collections.abc import Iterable


def encode(tag: int, *values: bytes) -> bytes:
    """One data object; several values are joined, so that templates read as they nest."""
    value = b"".join(values)
    size = len(value)
    length = bytes([size]) if size < 0x80 else bytes([0x81, size])
    return tag.to_bytes(2 if tag > 0xFF else 1, "big") + length + value


def encode_all(objects: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(encode(tag, value) for tag, value in objects)


def dol(definition: bytes) -> list[tuple[int, int]]:
    """A data object list as (tag, length) pairs."""
    pairs, at = [], 0
    while at < len(definition):
        size = 2 if definition[at] & 0x1F == 0x1F else 1
        pairs.append((int.from_bytes(definition[at : at + size], "big"), definition[at + size]))
        at += size + 1
    return pairs


def split(definition: bytes, data: bytes) -> dict[int, bytes] | None:
    """The values a terminal joined for a data object list; None if the length differs."""
    pairs = dol(definition)
    if sum(length for _, length in pairs) != len(data):
        return None
    values, at = {}, 0
    for tag, length in pairs:
        values[tag] = data[at : at + length]
        at += length
    return values
