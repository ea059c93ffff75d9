"""Packs and unpacks ISO 8583 messages by the field table. Knows no message and no key."""

from binascii import hexlify, unhexlify

from micropython import const

from message.fields import BINARY, FIELDS, MAC_FIELD, NUMERIC, TEXT

LONGEST_BYTES = const(2048)
SHORTEST_BYTES = const(12)
_MTI_BYTES = const(2)
_HEAD_BYTES = const(10)  # with the bitmap
_MOST_PRIVATE = const(255)


class BadMessage(Exception):
    """The bytes are not a message of this protocol, or the values do not fit it."""


def _digits(value):
    return hexlify(value).decode()


def _packed_count(count, prefix):
    """A count as packed BCD: its decimal digits, read as if they were hexadecimal."""
    return int(str(count), 16).to_bytes(prefix, "big")


def _count(packed):
    count = 0
    for byte in packed:
        if byte >> 4 > 9 or byte & 15 > 9:
            raise BadMessage("a length is not numeric")
        count = 100 * count + 10 * (byte >> 4) + (byte & 15)
    return count


def _pack(body, number, value):
    form, length, prefix = FIELDS[number]
    size = len(value)
    if size > length or (not prefix and size != length):
        raise BadMessage("field %d has length %d" % (number, size))
    if form == NUMERIC:
        if not value.isdigit():
            raise BadMessage("field %d is not numeric" % number)
        value = unhexlify(value)
    elif form == TEXT:
        value = value.encode()
    if prefix:
        body.extend(_packed_count(size, prefix))
    body.extend(value)


def pack(mti, fields, mac):
    """The message as bytes, DE 64 included. `fields`: number -> value; `mac(bytes)` -> 8 bytes."""
    body = bytearray(_HEAD_BYTES)
    body[:_MTI_BYTES] = unhexlify(mti)
    for number in sorted(fields):
        _mark(body, number)
        _pack(body, number, fields[number])
    _mark(body, MAC_FIELD)
    body.extend(mac(body))
    return body


def _mark(body, number):
    body[_MTI_BYTES + ((number - 1) >> 3)] |= 0x80 >> ((number - 1) & 7)


class _Cursor:
    def __init__(self, data):
        self.data = bytes(data)
        self.at = 0

    def take(self, count):
        end = self.at + count
        if end > len(self.data):
            raise BadMessage("the message ends in the middle of a field")
        taken = self.data[self.at : end]
        self.at = end
        return taken


def _unpacked(cursor, number):
    form, length, prefix = FIELDS[number]
    if prefix:
        count = _count(cursor.take(prefix))
        if count > length:
            raise BadMessage("field %d has a bad length" % number)
        length = count
    if form == BINARY:
        return cursor.take(length)
    if form == NUMERIC:
        value = _digits(cursor.take((length + 1) // 2))
        if not value.isdigit():
            raise BadMessage("field %d is not numeric" % number)
        return value
    text = cursor.take(length)
    if any(b < 0x20 or b > 0x7E for b in text):
        raise BadMessage("field %d is not text" % number)
    return text.decode()


def unpack(data):
    """-> (mti, fields with 64, length of what the MAC covers). Raises BadMessage."""
    if not SHORTEST_BYTES <= len(data) <= LONGEST_BYTES:
        raise BadMessage("a message of %d bytes" % len(data))
    cursor = _Cursor(data)
    mti = _digits(cursor.take(2))
    bitmap = cursor.take(8)
    fields = {}
    covered = 0
    for number in range(1, 65):
        if not bitmap[(number - 1) >> 3] & 0x80 >> ((number - 1) & 7):
            continue
        if number not in FIELDS:
            raise BadMessage("field %d is not in this protocol" % number)
        covered = cursor.at
        fields[number] = _unpacked(cursor, number)
    if MAC_FIELD not in fields or cursor.at != len(data):
        raise BadMessage("no MAC at the end")
    return mti, fields, covered


def pack_private(items):
    """DE 63 from (tag, value) pairs: one-byte tag, one-byte length."""
    out = bytearray()
    for tag, value in items:
        if len(value) > _MOST_PRIVATE:
            raise BadMessage("private tag %02X has length %d" % (tag, len(value)))
        out.append(tag)
        out.append(len(value))
        out.extend(value)
    return out


def unpack_private(data):
    """DE 63 -> {tag: value}. A tag twice or a length past the end raises BadMessage."""
    found = {}
    cursor = _Cursor(data)
    while cursor.at < len(data):
        tag, length = cursor.take(2)
        if tag in found:
            raise BadMessage("private tag %02X twice" % tag)
        found[tag] = cursor.take(length)
    return found


def pack_chip(tags):
    """DE 55 from {tag: value}, in ascending order of the tags."""
    out = bytearray()
    for tag in sorted(tags):
        value = tags[tag]
        if tag > 0xFF:
            out.append(tag >> 8)
        out.append(tag & 0xFF)
        if len(value) > 0x7F:
            out.append(0x81)
        out.append(len(value))
        out.extend(value)
    return out
