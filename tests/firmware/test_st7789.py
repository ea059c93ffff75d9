"""The display driver, by the bytes that it puts on the wire."""

import wire

from drivers.st7789 import ST7789

_DESELECTED = 2


class _Wire:
    """An SPI bus that notes (DC, CS, bytes)."""

    def __init__(self, dc, cs):
        self.sent = []
        self._dc = dc
        self._cs = cs

    def write(self, data):
        self.sent.append((self._dc.level, self._cs.level, bytes(data)))


def _display():
    dc, cs, reset, backlight = wire.Pin(), wire.Pin(1), wire.Pin(), wire.Pin()
    bus, waits = _Wire(dc, cs), []
    panel = ST7789(bus, dc, cs, reset, backlight, waits.append)
    return panel, bus, backlight, waits


def _commands(bus):
    return [data[0] for dc, _, data in bus.sent if dc == 0]


def test_lines_set_the_window_and_write_the_pixels():
    panel, bus, _, _ = _display()
    panel.lines(300, 2, b"\x12\x34" * 480)
    assert bus.sent == [
        (0, 0, b"\x2a"),
        (1, 0, b"\x00\x00\x00\xef"),
        (0, 0, b"\x2b"),
        (1, 0, b"\x01\x2c\x01\x2d"),
        (0, 0, b"\x2c"),
        (1, 0, b"\x12\x34" * 480),
    ]


def test_the_chip_is_deselected_after_every_command():
    panel, _, _, _ = _display()
    panel.lines(0, 1, bytes(480))
    assert panel._cs.level == 1


def test_start_leaves_sleep_sets_the_format_and_then_shows_black():
    panel, bus, backlight, _ = _display()
    panel.start()
    commands = _commands(bus)
    assert commands[0] == 0x01
    for command in (0x11, 0x3A, 0x36, 0x21):
        assert commands.index(command) < commands.index(0x2C)
    assert commands[-1] == 0x29
    after = zip(bus.sent, bus.sent[1:])
    pixels = [data for (dc, _, command), (_, _, data) in after if (dc, command) == (0, b"\x2c")]
    assert sum([len(data) for data in pixels]) == 240 * 320 * 2
    assert not any(any(data) for data in pixels)
    assert backlight.level == 1


def test_start_waits_as_long_as_the_datasheet_asks():
    panel, _, _, waits = _display()
    panel.start()
    assert sum([1 for wait in waits if wait >= 120]) == 3, waits  # reset, SWRESET, SLPOUT


def test_off_darkens_and_on_lights():
    panel, bus, backlight, _ = _display()
    panel.on(False)
    assert (_commands(bus), backlight.level) == ([0x28], 0)
    panel.on(True)
    assert (_commands(bus), backlight.level) == ([0x28, 0x29], 1)
