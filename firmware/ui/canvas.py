"""The back buffer: 240x320 pixels of 16 colours, and the primitives that draw on it.

38,400 bytes of pixels, one band of 7,680 for conversion. `flush` sends the strips that changed
since they were last sent. A strip is compared by its CRC-32 together with the palette's: that costs
320 bytes instead of a second buffer.
"""

import binascii
from array import array

import framebuf
from micropython import const

from ui import pixels

WIDTH = const(240)
HEIGHT = const(320)
LEFT = const(0)
CENTER = const(1)
RIGHT = const(2)

_ROW_BYTES = const(120)
_STRIP = const(4)  # lines compared together
_BAND = const(16)  # lines converted and sent together
_CORNER = const(6)  # radius of a rounded rectangle


class Canvas:
    """`panel.lines(y, count, rgb565)` takes what changed. `icons` is the font of our own signs."""

    def __init__(self, panel, icons, names, convert=None):
        self._panel = panel
        self._icons = icons
        self._names = names
        self._convert = convert or pixels.best()
        self._pixels = bytearray(HEIGHT * _ROW_BYTES)
        self._view = memoryview(self._pixels)
        self._frame = framebuf.FrameBuffer(self._pixels, WIDTH, HEIGHT, framebuf.GS4_HMSB)
        self._band = memoryview(bytearray(_BAND * WIDTH * 2))
        self._colours = ()
        self._lut = bytearray(32)
        self._ramps = {}
        self._sums = array("I", [0] * (HEIGHT // _STRIP))
        self._sent = False

    def palette(self, colours):
        """16 colours, 0xRRGGBB. What is drawn already changes with them."""
        if colours is self._colours:
            return
        self._colours = colours
        self._ramps.clear()
        for index, colour in enumerate(colours):
            packed = colour >> 8 & 0xF800 | colour >> 5 & 0x07E0 | colour >> 3 & 0x001F
            self._lut[2 * index] = packed >> 8
            self._lut[2 * index + 1] = packed & 255

    def fill(self, colour):
        self._frame.fill(colour)

    def rect(self, x, y, width, height, colour):
        self._frame.fill_rect(x, y, width, height, colour)

    def rounded(self, x, y, width, height, colour, paper):
        """A filled rectangle whose corners, anti-aliased, show `paper`."""
        self._frame.fill_rect(x + _CORNER, y, width - 2 * _CORNER, height, colour)
        self._frame.fill_rect(x, y + _CORNER, width, height - 2 * _CORNER, colour)
        right, below = x + width - _CORNER, y + height - _CORNER
        for number, (left, top) in enumerate(((x, y), (right, y), (x, below), (right, below))):
            self._frame.fill_rect(left, top, _CORNER, _CORNER, paper)
            self.icon("corner_%d" % number, left, top, colour, paper)

    def text(self, font, x, y, text, ink, paper, align=LEFT):
        """Draws one line, its top at `y`, from, around or up to `x`. -> where it ends."""
        if align != LEFT:
            x -= font.width(text) >> (1 if align == CENTER else 0)
        ramp = self._ramp(ink, paper, font.bits)
        for character in text:
            x += font.draw(self._frame, character, x, y, paper, ramp)
        return x

    def icon(self, name, x, y, ink, paper):
        self.text(self._icons, x, y, chr(0xE000 + self._names.index(name)), ink, paper)

    def icon_width(self, name):
        return self._icons.width(chr(0xE000 + self._names.index(name)))

    def flush(self):
        """Sends the strips that changed. -> number of lines sent."""
        everything, self._sent = not self._sent, False  # a panel that raises gets all of it again
        sent, seed = 0, binascii.crc32(self._lut)
        for y in range(0, HEIGHT, _BAND):
            first, end = self._changed(y, seed, everything)
            if first < end:
                self._send(first, end - first)
                sent += end - first
        self._sent = True
        return sent

    def _changed(self, y, seed, everything):
        """-> the lines of the band at `y` that differ from what the panel shows: (first, end)."""
        first = end = y
        for top in range(y, y + _BAND, _STRIP):
            strip = self._view[top * _ROW_BYTES : (top + _STRIP) * _ROW_BYTES]
            total = binascii.crc32(strip, seed)
            if everything or total != self._sums[top // _STRIP]:
                self._sums[top // _STRIP] = total
                first = top if first == end else first
                end = top + _STRIP
        return first, end

    def _send(self, y, count):
        band = self._band[: count * WIDTH * 2]
        rows = self._view[y * _ROW_BYTES : (y + count) * _ROW_BYTES]
        self._convert(rows, self._lut, band, count * _ROW_BYTES)
        self._panel.lines(y, count, band)

    def _ramp(self, ink, paper, bits):
        """The colours of a glyph's levels as framebuf wants them: paper, what lies between, ink."""
        key = ink << 8 | paper << 4 | bits
        if key not in self._ramps:
            top = (1 << bits) - 1
            ramp = framebuf.FrameBuffer(bytearray(2), top + 1, 1, framebuf.GS4_HMSB)
            for level in range(top + 1):
                ramp.pixel(level, 0, self._between(ink, paper, level, top))
            self._ramps[key] = ramp
        return self._ramps[key]

    def _between(self, ink, paper, level, top):
        """The palette's nearest colour to `level` of `top` parts ink on paper."""
        if level in (0, top):
            return ink if level else paper
        wanted = mix(self._colours[ink], self._colours[paper], level, top)
        return min(range(16), key=lambda index: _distance(self._colours[index], wanted))


def mix(one, other, part, whole):
    """`part` of `whole` of the colour `one`, the rest `other`."""
    mixed = 0
    for shift in (16, 8, 0):
        a, b = one >> shift & 255, other >> shift & 255
        mixed |= (b * whole + (a - b) * part) // whole << shift
    return mixed


def _distance(one, other):
    total = 0
    for shift in (16, 8, 0):
        total += ((one >> shift & 255) - (other >> shift & 255)) ** 2
    return total
