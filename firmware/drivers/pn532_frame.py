"""Host frames of the PN532 (UM0701-02, 6.2.1): building them, and finding them in a byte stream.

A frame is 00 FF, a length with its checksum, the body (direction byte, code, data), a checksum.
Bodies above 255 bytes use the extended form. Both sides own fixed buffers; bodies are handed out
as memoryviews into them.
"""

from micropython import const

_BODY_MAX = const(265)  # UM0701-02 6.2.1.2: direction byte, code and 263 bytes of data
_HEAD = const(8)  # 00 00 FF FF FF LENM LENL LCS; the normal form is three bytes shorter
_ROOM = const(288)  # one frame and some preamble
_TO_CHIP = const(0xD4)

ACK = b"\x00\x00\xff\x00\xff\x00"
NACK = b"\x00\x00\xff\xff\x00\x00"
_CONTROL = {0x00FF: ACK, 0xFF00: NACK}  # by what stands where a frame has its length
BROKEN = "broken"  # FrameReader.next(): a frame came whose checksum is wrong


class FrameWriter:
    """Builds command frames in a buffer of its own."""

    def __init__(self):
        self._buffer = bytearray(_HEAD + _BODY_MAX + 2)
        self._view = memoryview(self._buffer)

    def command(self, code, data):
        """The frame for command `code` with `data` (up to 263 bytes), valid until the next call."""
        buffer, length = self._buffer, len(data) + 2
        end = _HEAD + length
        buffer[_HEAD] = _TO_CHIP
        buffer[_HEAD + 1] = code
        buffer[_HEAD + 2 : end] = data
        buffer[end] = -sum(self._view[_HEAD:end]) & 0xFF
        buffer[end + 1] = 0
        return self._view[self._header(length) : end + 2]

    def _header(self, length):
        """Writes the header so that it ends where the body begins; returns where it starts."""
        high, low = length >> 8, length & 0xFF
        if high:
            self._buffer[:_HEAD] = bytes((0, 0, 255, 255, 255, high, low, -(high + low) & 0xFF))
            return 0
        self._buffer[3:_HEAD] = bytes((0, 0, 255, low, -low & 0xFF))
        return 3


class FrameReader:
    """Finds frames by hunting for 00 FF, so that any preamble, or noise before it, will do."""

    def __init__(self):
        # A header is looked at before all of it must have come: three bytes to spare.
        self._buffer = bytearray(_ROOM + 3)
        self._view = memoryview(self._buffer)[:_ROOM]
        self.clear()

    def clear(self):
        """Forgets everything received."""
        self._start = self._end = 0

    def space(self):
        """Where to read the next bytes into; ends the life of bodies handed out before."""
        kept = self._end - self._start
        self._buffer[:kept] = self._view[self._start : self._end]
        self._start, self._end = 0, kept
        return self._view[kept:]

    def took(self, count):
        """`count` bytes were read into space()."""
        self._end += count

    def next(self):
        """ACK, NACK, BROKEN or a frame's body; None when more bytes are needed."""
        while True:
            at = self._buffer.find(b"\x00\xff", self._start, self._end)
            # Without a start code, the last byte may be half of one that is still arriving.
            self._start = at if at >= 0 else max(self._start, self._end - 1)
            if at < 0 or self._end - at < 4:
                return None
            control = _CONTROL.get(self._buffer[at + 2] << 8 | self._buffer[at + 3])
            if control:
                self._start = at + 4
                return control
            body, length = self._header(at + 2)
            if length:
                return self._body(body, length) if self._end > body + length else None
            if self._end < body:
                return None
            self._start = at + 2  # no header behind this start code: hunt on

    def _header(self, at):
        """Where the body begins, and its length: 0 for nonsense, or while bytes are missing."""
        buffer = self._buffer
        if buffer[at] == buffer[at + 1] == 0xFF:
            high, low, check, body = buffer[at + 2], buffer[at + 3], buffer[at + 4], at + 5
        else:
            high, low, check, body = 0, buffer[at], buffer[at + 1], at + 2
        length = high << 8 | low
        good = not (high + low + check) & 0xFF and length <= _BODY_MAX and body <= self._end
        return body, length if good else 0

    def _body(self, start, length):
        # The length is trusted even if the body is not: nothing inside a body, which a card
        # may choose, is ever taken for a frame.
        end = start + length
        self._start = end + 1
        return BROKEN if sum(self._view[start : end + 1]) & 0xFF else self._view[start:end]
