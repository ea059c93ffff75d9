"""ST7789 display controller on SPI: 240x320 pixels, RGB565, written in whole lines.

Commands by their names in the ST7789V datasheet, chapter 9.
"""

import time

from micropython import const

_SWRESET = const(0x01)
_SLPOUT = const(0x11)
_NORON = const(0x13)
_INVON = const(0x21)
_DISPOFF = const(0x28)
_DISPON = const(0x29)
_CASET = const(0x2A)
_RASET = const(0x2B)
_RAMWR = const(0x2C)
_MADCTL = const(0x36)
_COLMOD = const(0x3A)
_PORCTRL = const(0xB2)
_GCTRL = const(0xB7)
_VCOMS = const(0xBB)
_LCMCTRL = const(0xC0)
_VDVVRHEN = const(0xC2)
_VRHS = const(0xC3)
_VDVS = const(0xC4)
_FRCTRL2 = const(0xC6)
_PWCTRL1 = const(0xD0)

WIDTH = const(240)
HEIGHT = const(320)

# (command, its parameters, pause in ms). The voltages are those of the usual 2.0 and 2.4 inch IPS
# modules; their glass is normally black, hence INVON.
_START = (
    (_SWRESET, b"", 150),  # 9.1.2: 120 ms before the next SLPOUT
    (_SLPOUT, b"", 120),
    (_COLMOD, b"\x55", 0),  # 16 bits a pixel on both interfaces
    (_MADCTL, b"\x00", 0),  # portrait, RGB
    (_PORCTRL, b"\x0c\x0c\x00\x33\x33", 0),
    (_GCTRL, b"\x35", 0),
    (_VCOMS, b"\x19", 0),
    (_LCMCTRL, b"\x2c", 0),
    (_VDVVRHEN, b"\x01", 0),
    (_VRHS, b"\x12", 0),
    (_VDVS, b"\x20", 0),
    (_FRCTRL2, b"\x0f", 0),  # 60 Hz
    (_PWCTRL1, b"\xa4\xa1", 0),
    (_INVON, b"", 0),
    (_NORON, b"", 0),
)


class ST7789:
    """`spi`: machine.SPI-like; `dc`, `cs`, `reset`, `backlight`: output pins."""

    def __init__(self, spi, dc, cs, reset, backlight, sleep_ms=time.sleep_ms):
        self._spi = spi
        self._dc = dc
        self._cs = cs
        self._reset = reset
        self._backlight = backlight
        self._sleep_ms = sleep_ms
        self._command_byte = bytearray(1)
        self._window = bytearray(4)

    def start(self):
        """Resets the controller and lights the display, black. Takes about 0.4 s."""
        self._backlight(0)
        self._cs(1)
        self._pulse_reset()
        for command, parameters, pause_ms in _START:
            self._command(command, parameters)
            if pause_ms:
                self._sleep_ms(pause_ms)
        self._clear()
        self.on(True)

    def lines(self, y, count, pixels):
        """Writes `count` whole lines from line `y`: count * 480 bytes of big-endian RGB565."""
        self._range(_CASET, 0, WIDTH - 1)
        self._range(_RASET, y, y + count - 1)
        self._command(_RAMWR, pixels)

    def on(self, lit):
        """Shows the picture or goes dark; the picture is kept."""
        self._command(_DISPON if lit else _DISPOFF, b"")
        self._backlight(1 if lit else 0)

    def _pulse_reset(self):
        self._reset(1)
        self._reset(0)
        self._sleep_ms(1)  # datasheet 7.4.5: at least 10 us low,
        self._reset(1)
        self._sleep_ms(120)  # and 120 ms until the controller has left sleep

    def _clear(self):
        """The controller's RAM is random after power-on."""
        black = bytes(8 * WIDTH * 2)
        for y in range(0, HEIGHT, 8):
            self.lines(y, 8, black)

    def _range(self, command, first, last):
        window = self._window
        window[0], window[1], window[2], window[3] = first >> 8, first & 255, last >> 8, last & 255
        self._command(command, window)

    def _command(self, command, parameters):
        self._command_byte[0] = command
        self._cs(0)
        self._dc(0)
        self._spi.write(self._command_byte)
        if parameters:
            self._dc(1)
            self._spi.write(parameters)
        self._cs(1)
