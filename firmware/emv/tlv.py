"""BER-TLV as EMV restricts it (Book 3 Annex B): tags of 1 to 4 bytes, definite lengths, 00 padding.

Everything is a view on the caller's buffer. What does not parse to the last byte is a TlvError:
half-read card data never decides about money.
"""

from micropython import const

_MAX_TAG_BYTES = const(4)
_MAX_OBJECTS = const(64)  # in one template; real cards stay under 30
_MAX_DEPTH = const(4)  # 6F A5 BF0C 61 is the deepest there is


class TlvError(Exception):
    """Card data or a data object list that does not parse. The text holds no card data."""


def read_tag(data, at):
    """Returns (tag, position after it)."""
    tag = data[at]
    return _long_tag(data, tag, at + 1) if tag & 0x1F == 0x1F else (tag, at + 1)


def _long_tag(data, tag, at):
    end = len(data)
    for _ in range(_MAX_TAG_BYTES - 1):
        if at >= end:
            raise TlvError("tag cut short")
        byte = data[at]
        at += 1
        tag = tag << 8 | byte
        if byte < 0x80:
            return tag, at
    raise TlvError("tag too long")


def _long_length(data, first, at):
    size = first - 0x80
    if size not in (1, 2) or at + size > len(data):
        raise TlvError("length form")
    return int.from_bytes(data[at : at + size], "big"), at + size


def _read_head(data, at):
    """(tag, start of its value, end of its value). Short forms go without a further call."""
    end = len(data)
    tag = data[at]
    at += 1
    if tag & 0x1F == 0x1F:
        tag, at = _long_tag(data, tag, at)
    if at >= end:
        raise TlvError("no length")
    size = data[at]
    at += 1
    if size >= 0x80:
        size, at = _long_length(data, size, at)
    if size > end - at:
        raise TlvError("value cut short")
    return tag, at, at + size


def objects(data):
    """Yields (tag, value) of one level, values as memoryviews; 00 between objects is skipped."""
    data = memoryview(data)
    at, end, count = 0, len(data), 0
    while at < end:
        if data[at] == 0:
            at += 1
            continue
        tag, start, at = _read_head(data, at)
        count += 1
        if count > _MAX_OBJECTS:
            raise TlvError("too many objects")
        yield tag, data[start:at]


def without(data, tag):
    """`data` in two parts, as received: before and after the object `tag`."""
    data = memoryview(data)
    at = 0
    while at < len(data):
        start = at
        if data[at] == 0:
            at += 1
            continue
        found, _, at = _read_head(data, at)
        if found == tag:
            return data[:start], data[at:]
    return data, data[:0]


def flatten(data, templates, depth=_MAX_DEPTH):
    """Yields (tag, value) like objects(), with the content of `templates` in place of them."""
    for tag, value in objects(data):
        if tag not in templates:
            yield tag, value
        elif depth == 0:
            raise TlvError("nesting")
        else:
            yield from flatten(value, templates, depth - 1)


def table(data):
    """One level as a dict; an object that comes twice is an error (Book 3 10.2)."""
    found = {}
    for tag, value in objects(data):
        if tag in found:
            raise TlvError("object twice")
        found[tag] = value
    return found


def find(data, *path):
    """The value at the end of a path of tags, or None where a step is missing."""
    for step in path:
        for tag, value in objects(data):
            if tag == step:
                data = value
                break
        else:
            return None
    return data
