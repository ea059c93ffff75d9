"""The PN532's serial link, seen from the chip (UM0701-02, 6.2): frames, and waking up."""

from collections.abc import Iterator

ACK = bytes.fromhex("0000ff00ff00")
NACK = bytes.fromhex("0000ffff0000")
ERROR = bytes.fromhex("0000ff01ff7f8100")  # the command makes no sense

_CONTROL = {frame[3:5]: frame for frame in (ACK, NACK)}
_EXTENDED = b"\xff\xff"
_BODY_MAX = 265
_WAKE_EDGES = 5


def encode(body: bytes) -> bytes:
    """One frame, in the extended form where the length asks for it."""
    high, low = divmod(len(body), 256)
    length = _EXTENDED + bytes((high, low)) if high else bytes((low,))
    check = -(high + low) & 0xFF
    return b"\0\0\xff" + length + bytes((check,)) + body + bytes((-sum(body) & 0xFF, 0))


class Deframer:
    """Turns received bytes into ACK, NACK or frame bodies. Broken frames vanish unanswered."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._buffer += data
        while (found := self._next()) is not None:
            if found:
                yield found

    def _next(self) -> bytes | None:
        """The next frame; b"" where something was dropped; None when more bytes must come."""
        at = self._buffer.find(b"\0\xff")
        self._buffer = self._buffer[at:]  # without a start code: its last byte may be half of one
        head = self._buffer[2:]
        if at < 0 or len(head) < 2 or (head[:2] == _EXTENDED and len(head) < 5):
            return None
        if head[:2] in _CONTROL:
            self._buffer = head[2:]
            return _CONTROL[head[:2]]
        skip, length, check = 2, head[0], head[:2]
        if check == _EXTENDED:
            skip, length, check = 5, head[2] << 8 | head[3], head[2:5]
        if sum(check) & 0xFF or not 0 < length <= _BODY_MAX:
            self._buffer = head
            return b""
        if len(head) <= skip + length:
            return None
        self._buffer = head[skip + length + 1 :]
        return b"" if sum(head[skip : skip + length + 1]) & 0xFF else head[skip : skip + length]


class Waker:
    """A sleeping chip wakes on the fifth rising edge of the line; bytes until then are lost."""

    def __init__(self) -> None:
        self._edges = 0

    def feed(self, data: bytes) -> bytes | None:
        """What follows in `data` once the chip is awake; None while it sleeps on."""
        for index, byte in enumerate(data):
            levels = f"0{byte:08b}"[:0:-1]  # least significant bit first
            self._edges += f"0{levels}1".count("01")  # between start and stop bit
            if self._edges >= _WAKE_EDGES:
                return data[index + 1 :]
        return None
