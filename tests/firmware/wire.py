"""Stands in for the display's SPI wire: pins and a bus that write the virtual devices' frames."""


class Pin:
    """An output that remembers its level."""

    def __init__(self, level=0):
        self.level = level

    def __call__(self, level=None):
        if level is None:
            return self.level
        self.level = level
        return None

    value = __call__


class Spi:
    """Frames as of the `spi1` socket: u8 flags (DC, CS), u24 length little endian, bytes."""

    def __init__(self, out, dc, cs):
        self.out = out
        self._dc = dc
        self._cs = cs

    def write(self, data):
        head = self._dc.level | self._cs.level << 1 | len(data) << 8
        self.out.write(head.to_bytes(4, "little"))
        self.out.write(data)


def display(st7789, out):
    """-> the real driver on this wire, and its backlight pin."""
    dc, cs, reset, backlight = Pin(), Pin(1), Pin(), Pin()
    panel = st7789.ST7789(Spi(out, dc, cs), dc, cs, reset, backlight, lambda ms: None)
    return panel, backlight
