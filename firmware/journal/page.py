"""One record page: its layout, its seal, its checksum, and the repair of a single flipped bit.

    0 magic "TJ" | 2 type | 3 length | 4 seq | 8 released | 12 origin | 16 nonce (8) | 24 pos
    28 body, 216 bytes, always encrypted in full | 244 tag (8) | 252 CRC-32 of all before it

Numbers are little endian. `type` is a kind (1..31; 0 keeps nothing) with three flags. `origin` is
the first position that this page makes void if it has the flag VOIDS, else the highest seq ever
written, this one included. The cipher's nonce is nonce + pos: 12 bytes that never come again.
"""

import struct
from binascii import crc32

from micropython import const

PAGE_BYTES = const(256)
BODY_BYTES = const(216)
NONCE_BYTES = const(8)

VOIDS = const(0x80)  # this record stands in place of everything from `origin` up to itself
FIRST = const(0x40)  # the first of two pages: nothing without its second
SECOND = const(0x20)
KIND = const(0x1F)

_MAGIC = b"TJ"
_MAGIC_NUMBER = const(0x4A54)
_LAYOUT = "<2sBBIII8sI"
_NONCE = const(16)
_POS = const(24)
_BODY = const(28)
_TAG = const(244)
_CHECKSUM = const(252)
_ALL_BITS = const(0xFFFFFFFF)

BLANK = memoryview(b"\xff" * PAGE_BYTES)
_ZEROS = memoryview(bytes(BODY_BYTES))


class Page:
    """A page buffer, reused for every record, and the fields of the page that was parsed last."""

    def __init__(self, sealer):
        self._sealer = sealer
        self.raw = bytearray(PAGE_BYTES)
        view = memoryview(self.raw)
        self._checked = view[:_CHECKSUM]
        self._header = view[:_BODY]
        self._nonce = view[_NONCE:_BODY]
        self._body = view[_BODY:_TAG]
        self._tag = view[_TAG:_CHECKSUM]
        self.kind = self.flags = self.length = self.seq = self.released = self.origin = 0
        self.nonce = b""
        self.pos = -1

    def blank(self):
        return self.raw == BLANK

    def parse(self):
        """True if the buffer holds an intact page; its fields are then set."""
        if crc32(self._checked) != struct.unpack_from("<I", self.raw, _CHECKSUM)[0]:
            return False
        magic, kind, self.length, self.seq, self.released, self.origin, self.nonce, self.pos = (
            struct.unpack_from(_LAYOUT, self.raw)
        )
        self.kind = kind & KIND
        self.flags = kind & ~KIND
        return magic == _MAGIC and self.length <= BODY_BYTES

    def open(self):
        """The payload of the page that was just parsed, or None if its seal does not open."""
        if not self._sealer.open(self._nonce, self._header, self._body, self._tag):
            return None
        return bytes(self._body[: self.length])

    def seal(self, kind, seq, released, origin, nonce, pos, part):
        """Makes the buffer a sealed page; `kind` with its flags, `part` of at most 216 bytes."""
        length = len(part)
        struct.pack_into(
            _LAYOUT, self.raw, 0, _MAGIC, kind, length, seq, released, origin, nonce, pos
        )
        self._body[:length] = part
        self._body[length:] = _ZEROS[length:]
        self._sealer.seal(self._nonce, self._header, self._body, self._tag)
        struct.pack_into("<I", self.raw, _CHECKSUM, crc32(self._checked))

    def repair(self, pos):
        """Flips back the one bit that makes this the intact page of `pos`. False if there is none.

        How wrong the sum is tells the place: appending a zero byte to the page would move a flipped
        bit one byte further from the end, so after n of them a flip in byte n looks like one in
        byte 0, for which there are eight values.
        """
        if not self._is_nearly(pos):
            return False
        wrong = crc32(self._checked) ^ struct.unpack_from("<I", self.raw, _CHECKSUM)[0]
        if wrong & (wrong - 1) == 0:  # the flipped bit is in the checksum itself
            struct.pack_into("<I", self.raw, _CHECKSUM, crc32(self._checked))
            return self.parse() and self.pos == pos
        flips = _flips_in_first_byte()
        for byte in range(_CHECKSUM):
            if wrong in flips:
                self.raw[byte] ^= flips[wrong]
                return self.parse() and self.pos == pos
            wrong = crc32(b"\0", wrong ^ _ALL_BITS) ^ _ALL_BITS
        return False

    def _is_nearly(self, pos):
        """Whether one flipped bit may be all that is wrong with what must stand in the header."""
        magic = struct.unpack_from("<H", self.raw)[0] ^ _MAGIC_NUMBER
        at = struct.unpack_from("<I", self.raw, _POS)[0] ^ pos
        return magic & (magic - 1) == 0 and at & (at - 1) == 0


def _flips_in_first_byte():
    """{how far the checksum is off: the bit of byte 0 that is flipped}."""
    data = bytearray(_CHECKSUM)
    right, flips = crc32(data), {}
    for bit in range(8):
        data[0] = 1 << bit
        flips[crc32(data) ^ right] = 1 << bit
    return flips
