"""A virtual ST7789 panel: fed with the frames of the display's SPI wire, it keeps the picture.

It behaves as the IPS module that the driver is written for: normally black glass, so that colours
are right only with inversion on.
"""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

WIDTH, HEIGHT = 240, 320
_ROW = WIDTH * 2
_BLACK = bytes(HEIGHT * _ROW)

_DATA_FLAG, _DESELECTED_FLAG, _READ_FLAG = 0x01, 0x02, 0x80
_SWRESET, _SLPIN, _SLPOUT, _INVOFF, _INVON = 0x01, 0x10, 0x11, 0x20, 0x21
_DISPOFF, _DISPON, _CASET, _RASET, _RAMWR, _COLMOD = 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x3A
_RGB565 = 0x05


class WireError(Exception):
    """The display was sent something that a real one would not show as it was meant."""


class Panel:
    """Decodes the stream; `frame` is the controller's RAM, RGB565 big endian."""

    width, height = WIDTH, HEIGHT

    def __init__(self) -> None:
        self.frame = bytearray(_BLACK)
        self._dirty: tuple[int, int] | None = None
        self._reset()

    def _reset(self) -> None:
        self._command = 0
        self._parameters = bytearray()
        self._columns, self._lines = (0, WIDTH - 1), (0, HEIGHT - 1)
        self._at = 0
        self._half = b""
        self._format = 0
        self._asleep, self._on, self._inverted = True, False, False
        self._touch(0, HEIGHT)

    @property
    def lit(self) -> bool:
        """Whether the controller shows its RAM (the backlight is another wire)."""
        return self._on and not self._asleep

    def feed(self, flags: int, payload: bytes) -> None:
        """One frame of the wire: DC and CS as they stood, and the bytes clocked out, if any."""
        if flags & (_DESELECTED_FLAG | _READ_FLAG) or not payload:
            return
        if not flags & _DATA_FLAG:
            for command in payload:
                self._begin(command)
        elif self._command == _RAMWR:
            self._pixels(payload)
        else:
            self._parameters += payload
            self._apply_parameters()

    def _begin(self, command: int) -> None:
        self._command, self._parameters, self._half, self._at = command, bytearray(), b"", 0
        switches: dict[int, Callable[[], None]] = {
            _SWRESET: self._reset,
            _SLPIN: lambda: self._switch(asleep=True),
            _SLPOUT: lambda: self._switch(asleep=False),
            _INVOFF: lambda: self._switch(inverted=False),
            _INVON: lambda: self._switch(inverted=True),
            _DISPOFF: lambda: self._switch(on=False),
            _DISPON: lambda: self._switch(on=True),
        }
        if command in switches:
            switches[command]()

    def _switch(
        self, asleep: bool | None = None, inverted: bool | None = None, on: bool | None = None
    ) -> None:
        self._asleep = self._asleep if asleep is None else asleep
        self._inverted = self._inverted if inverted is None else inverted
        self._on = self._on if on is None else on
        self._touch(0, HEIGHT)

    def _apply_parameters(self) -> None:
        if self._command == _COLMOD:
            self._format = self._parameters[0] & 0x07
        elif self._command in (_CASET, _RASET) and len(self._parameters) == 4:
            limit = WIDTH if self._command == _CASET else HEIGHT
            first, last = struct.unpack(">HH", self._parameters)
            if not first <= last < limit:
                raise WireError(f"window {first}..{last} of {limit}")
            if self._command == _CASET:
                self._columns = (first, last)
            else:
                self._lines = (first, last)

    def _pixels(self, payload: bytes) -> None:
        if self._format != _RGB565:
            raise WireError("pixels before COLMOD set 16 bits a pixel")
        data = self._half + payload
        whole = len(data) & ~1
        self._half = data[whole:]
        self._write(memoryview(data)[:whole])

    def _write(self, data: memoryview) -> None:
        """Fills the window row by row and begins again at its first pixel when it is full."""
        (left, right), (top, bottom) = self._columns, self._lines
        wide = (right - left + 1) * 2
        size = wide * (bottom - top + 1)
        while data:
            row, column = divmod(self._at, wide)
            count = min(len(data), wide - column)
            start = (top + row) * _ROW + left * 2 + column
            self.frame[start : start + count] = data[:count]
            self._touch(top + row, top + row + 1)
            self._at = (self._at + count) % size
            data = data[count:]

    def _touch(self, first: int, end: int) -> None:
        old = self._dirty or (first, end)
        self._dirty = (min(old[0], first), max(old[1], end))

    def _visible(self, first: int, end: int) -> bytes:
        if not self.lit:
            return _BLACK[first * _ROW : end * _ROW]
        seen = bytes(self.frame[first * _ROW : end * _ROW])
        return seen if self._inverted else bytes(value ^ 0xFF for value in seen)

    def take_band(self) -> tuple[int, int, bytes] | None:
        """(y, lines, RGB565 big endian) of what changed since the last call, or None."""
        if self._dirty is None:
            return None
        (first, end), self._dirty = self._dirty, None
        return first, end - first, self._visible(first, end)

    def read(self, flags: int, length: int) -> bytes:
        """The module's data line only goes in: whoever reads gets zeros."""
        return bytes(length)

    def power_off(self) -> None:
        """Dark, and everything forgotten."""
        self.frame[:] = _BLACK
        self._reset()

    def picture(self) -> bytes:
        """The whole picture as it is seen, RGB565 big endian."""
        return self._visible(0, HEIGHT)

    def rgb(self) -> bytes:
        """The whole picture, three bytes a pixel."""
        out = bytearray()
        for (value,) in struct.iter_unpack(">H", self.picture()):
            red, green, blue = value >> 11, value >> 5 & 63, value & 31
            out += bytes((red * 255 // 31, green * 255 // 63, blue * 255 // 31))
        return bytes(out)

    def png(self, path: Path | str) -> None:
        """Writes the picture as a PNG file."""
        rgb, row = self.rgb(), WIDTH * 3
        scanlines = b"".join(b"\0" + rgb[y * row : (y + 1) * row] for y in range(HEIGHT))
        header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(scanlines)), (b"IEND", b"")]
        data = b"".join(_chunk(kind, body) for kind, body in chunks)
        Path(path).write_bytes(b"\x89PNG\r\n\x1a\n" + data)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
