"""The host's own codec, after docs/protocol.md and not after the terminal's, so that each checks
the other."""

from binascii import hexlify, unhexlify

from micropython import const

# field -> (kind, size): n digits packed, a characters, b bytes; l.. with one or two length bytes.
FIELDS = {
    3: ("n", 6),
    4: ("n", 12),
    7: ("n", 10),
    11: ("n", 6),
    12: ("n", 6),
    13: ("n", 4),
    22: ("n", 4),
    23: ("n", 4),
    25: ("n", 2),
    37: ("a", 12),
    38: ("a", 6),
    39: ("a", 2),
    41: ("a", 8),
    42: ("a", 15),
    49: ("a", 3),
    53: ("lb", 1),
    55: ("lb", 2),
    60: ("la", 2),
    62: ("lb", 2),
    63: ("lb", 2),
    64: ("b", 8),
}

# What a repeat, or an advice of the same, is of.
ORIGINAL = {
    "0200": "0200",
    "0201": "0200",
    "0220": "0220",
    "0221": "0220",
    "0400": "0400",
    "0401": "0400",
    "0420": "0400",  # an advice of a reversal is one
    "0421": "0400",
}


class Unreadable(Exception):
    """These bytes are no message of the protocol."""


def answer_to(mti):
    """The message type of the reply: an advice is told by its third digit."""
    return mti[:2] + ("30" if mti[2] == "2" else "10")


def digits(data):
    return hexlify(data).decode()


_DIGITS, _TEXT, _BYTES = const(0), const(1), const(2)


def _row(number, kind, size):
    forms = {"n": _DIGITS, "a": _TEXT, "b": _BYTES}
    byte, bit = (number - 1) >> 3, 0x80 >> ((number - 1) & 7)
    if kind[0] == "l":
        return byte, bit, number, forms[kind[1]], size, 0
    return byte, bit, number, forms[kind], 0, size // 2 if kind == "n" else size


# (byte of the bitmap, its bit, number, form, bytes of length, else bytes), as fields travel.
_ORDER = [_row(n, *FIELDS[n]) for n in sorted(FIELDS)]


def _length(packed):
    digits = hexlify(packed)
    if not digits.isdigit():
        raise Unreadable("length")
    return int(digits)


def _value(form, data):
    if form == _BYTES:
        return data
    if form == _DIGITS:
        data = hexlify(data)
        if not data.isdigit():
            raise Unreadable("digits")
    try:
        return str(data, "utf-8")
    except UnicodeError:
        raise Unreadable("text") from None


def read(frame):
    """-> (mti, {number: value}, length of what the MAC covers). Raises Unreadable."""
    if len(frame) < 12:
        raise Unreadable("short")
    fields, at = {}, 10
    for byte, bit, number, form, prefix, size in _ORDER:
        if not frame[2 + byte] & bit:
            continue
        if prefix:
            size = _length(frame[at : at + prefix])
            at += prefix
        covered, at = at, at + size
        fields[number] = _value(form, frame[covered:at])
    if at != len(frame) or 64 not in fields:
        raise Unreadable("no MAC at the end")
    return digits(frame[:2]), fields, covered


def write(mti, fields, mac):
    """The frame, with DE 64 = mac(all before it)."""
    bitmap, body = bytearray(8), b""
    bitmap[7] = 1
    for byte, bit, number, form, prefix, _ in _ORDER:
        value = fields.get(number)
        if value is None:
            continue
        bitmap[byte] |= bit
        data = unhexlify(value) if form == _DIGITS else value if form == _BYTES else value.encode()
        if prefix:
            body += int(str(len(data)), 16).to_bytes(prefix, "big")
        body += data
    frame = unhexlify(mti) + bitmap + body
    return frame + mac(frame)


def read_private(data):
    found, at = {}, 0
    while at + 2 <= len(data):
        end = at + 2 + data[at + 1]
        found[data[at]] = data[at + 2 : end]
        at = end
    if at != len(data):
        raise Unreadable("private data")
    return found


def write_private(items):
    return b"".join([bytes((tag, len(items[tag]))) + items[tag] for tag in sorted(items)])
