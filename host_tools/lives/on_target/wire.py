"""The host's own codec, after docs/protocol.md and not after the terminal's, so that each checks
the other."""

from binascii import hexlify, unhexlify

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


class Unreadable(Exception):
    """These bytes are no message of the protocol."""


def digits(data):
    return hexlify(data).decode()


# (byte of the bitmap, its bit, number, kind, size), in the order in which the fields travel.
_ORDER = [
    ((n - 1) >> 3, 0x80 >> ((n - 1) & 7), n, FIELDS[n][0], FIELDS[n][1]) for n in sorted(FIELDS)
]


def _value(kind, data):
    if kind == "n":
        text = digits(data)
        if not text.isdigit():
            raise Unreadable("digits")
        return text
    if kind == "a":
        try:
            return str(data, "utf-8")
        except UnicodeError:
            raise Unreadable("text") from None
    return data


def read(frame):
    """-> (mti, {number: value}, length of what the MAC covers). Raises Unreadable."""
    if len(frame) < 12:
        raise Unreadable("short")
    bitmap, fields, at = frame[2:10], {}, 10
    for byte, bit, number, kind, size in _ORDER:
        if not bitmap[byte] & bit:
            continue
        if kind[0] == "l":
            count = digits(frame[at : at + size])
            if not count.isdigit():
                raise Unreadable("length")
            at, size, kind = at + size, int(count), kind[1]
        elif kind == "n":
            size //= 2
        covered, at = at, at + size
        fields[number] = _value(kind, frame[covered:at])
    if at != len(frame) or 64 not in fields:
        raise Unreadable("no MAC at the end")
    return digits(frame[:2]), fields, covered


def write(mti, fields, mac):
    """The frame, with DE 64 = mac(all before it)."""
    bitmap, body = bytearray(8), b""
    bitmap[7] = 1
    for byte, bit, number, kind, size in _ORDER:
        value = fields.get(number)
        if value is None:
            continue
        bitmap[byte] |= bit
        data = unhexlify(value) if kind == "n" else value if kind[-1] == "b" else value.encode()
        if kind[0] == "l":
            body += unhexlify("%0*d" % (2 * size, len(data)))
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
