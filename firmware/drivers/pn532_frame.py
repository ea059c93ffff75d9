"""Host frames of the PN532 (UM0701-02, 6.2.1): building them, and finding them in a byte stream.

A frame is 00 FF, a length with its checksum, the body (direction byte, code, data), a checksum.
Bodies above 255 bytes use the extended form. Both sides own fixed buffers; bodies are handed out
as memoryviews into them.
"""

from micropython import const

_BODY_MAX = const(265)  # UM0701-02 6.2.1.2: direction byte, code and 263 bytes of data
_HEAD = const(8)  # 00 00 FF FF FF LENM LENL LCS; the normal form is three bytes shorter
_TO_CHIP = const(0xD4)

ACK = b"\x00\x00\xff\x00\xff\x00"
NACK = b"\x00\x00\xff\xff\x00\x00"
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
        self._buffer = bytearray(_HEAD + _BODY_MAX + 15)
        self._view = memoryview(self._buffer)
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
            if at < 0:
                # The last byte may be the 00 of a start code that is still arriving.
                self._start = max(self._start, self._end - 1)
                return None
            self._start = at
            head = self._view[at + 2 : self._end]
            if len(head) < 2 or (bytes(head[:2]) == b"\xff\xff" and len(head) < 5):
                return None
            found = self._control(head) or self._body(head)
            if found is not False:
                return found
            self._start = at + 2  # no header behind these two bytes: hunt on

    def _control(self, head):
        """ACK or NACK, or False."""
        for frame in (ACK, NACK):
            if head[:2] == frame[3:5]:
                self._start += 4
                return frame
        return False

    def _body(self, head):
        """A body, BROKEN, None (still arriving), or False when this is no header at all."""
        skip, length, check = 2, head[0], head[0] + head[1]
        if head[0] == head[1] == 0xFF:
            skip, length, check = 5, head[2] << 8 | head[3], head[2] + head[3] + head[4]
        if check & 0xFF or not 0 < length <= _BODY_MAX:
            return False
        if len(head) <= skip + length:
            return None
        # The length is trusted even if the body is not: nothing inside a body, which a card
        # may choose, is ever taken for a frame.
        self._start += 2 + skip + length + 1
        whole = head[skip : skip + length + 1]
        return BROKEN if sum(whole) & 0xFF else whole[:length]
