"""The virtual display: it shows what a real ST7789 module would, and says when it would not."""

import struct
import zlib

import pytest

from host_tools.simulator.panel import Panel, WireError

COMMAND, DATA = 0, 1
DESELECTED = 2
RED, GREEN = b"\xf8\x00", b"\x07\xe0"


def send(panel: Panel, command: int, parameters: bytes = b"") -> None:
    panel.feed(COMMAND, bytes([command]))
    if parameters:
        panel.feed(DATA, parameters)


def window(panel: Panel, left: int, right: int, top: int, bottom: int) -> None:
    send(panel, 0x2A, struct.pack(">HH", left, right))
    send(panel, 0x2B, struct.pack(">HH", top, bottom))


def pixel(panel: Panel, x: int, y: int) -> bytes:
    at = (y * 240 + x) * 2
    return panel.picture()[at : at + 2]


@pytest.fixture
def panel() -> Panel:
    """A panel that was started as the driver does it, and whose first picture was taken."""
    panel = Panel()
    for command, parameters in ((0x11, b""), (0x3A, b"\x55"), (0x21, b""), (0x29, b"")):
        send(panel, command, parameters)
    panel.take_band()
    return panel


def test_pixels_fill_the_window_row_by_row(panel):
    window(panel, 10, 11, 20, 21)
    send(panel, 0x2C, RED * 3 + GREEN)
    assert [pixel(panel, x, y) for y in (20, 21) for x in (10, 11)] == [RED, RED, RED, GREEN]
    assert pixel(panel, 12, 20) == pixel(panel, 9, 21) == b"\0\0"


def test_pixels_may_come_in_any_pieces(panel):
    window(panel, 0, 239, 5, 6)
    panel.feed(COMMAND, b"\x2c")
    stream = (RED + GREEN) * 240
    for at in range(0, len(stream), 7):
        panel.feed(DATA, stream[at : at + 7])
    assert panel.picture()[5 * 480 : 7 * 480] == stream


def test_a_full_window_begins_again_at_its_first_pixel(panel):
    window(panel, 0, 1, 0, 0)
    send(panel, 0x2C, RED + RED + GREEN)
    assert (pixel(panel, 0, 0), pixel(panel, 1, 0)) == (GREEN, RED)


def test_a_band_is_what_changed_since_the_last_one(panel):
    assert panel.take_band() is None
    window(panel, 0, 239, 100, 103)
    send(panel, 0x2C, GREEN * 960)
    assert panel.take_band() == (100, 4, GREEN * 960)
    assert panel.take_band() is None


def test_a_deselected_chip_and_chip_select_edges_change_nothing(panel):
    panel.feed(COMMAND | DESELECTED, b"\x28")
    panel.feed(COMMAND, b"")
    assert panel.lit
    assert panel.take_band() is None


def test_switched_off_or_asleep_it_is_black_and_the_picture_is_kept(panel):
    window(panel, 0, 0, 0, 0)
    send(panel, 0x2C, RED)
    panel.take_band()
    for off, on in ((0x28, 0x29), (0x10, 0x11)):
        send(panel, off)
        assert panel.take_band() == (0, 320, bytes(240 * 320 * 2))
        send(panel, on)
        assert panel.take_band()[2][:2] == RED


def test_without_inversion_the_colours_of_an_ips_module_are_wrong(panel):
    window(panel, 0, 0, 0, 0)
    send(panel, 0x2C, RED)
    send(panel, 0x20)
    assert pixel(panel, 0, 0) == b"\x07\xff"


def test_without_power_it_is_dark_and_forgets_the_picture(panel):
    window(panel, 0, 0, 0, 0)
    send(panel, 0x2C, RED)
    panel.power_off()
    assert not panel.lit
    assert panel.take_band() == (0, 320, bytes(240 * 320 * 2))
    assert panel.frame == bytes(240 * 320 * 2)


def test_a_reset_needs_the_whole_start_again(panel):
    send(panel, 0x01)
    assert not panel.lit
    with pytest.raises(WireError):
        send(panel, 0x2C, RED)


@pytest.mark.parametrize("edges", [(0, 240, 0, 0), (0, 0, 0, 320), (5, 4, 0, 0)])
def test_a_window_outside_the_glass_is_an_error(panel, edges):
    with pytest.raises(WireError):
        window(panel, *edges)


def test_the_png_holds_the_picture(panel, tmp_path):
    window(panel, 0, 239, 0, 319)
    send(panel, 0x2C, RED * 240 * 160 + GREEN * 240 * 160)
    panel.png(tmp_path / "screen.png")
    data = (tmp_path / "screen.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack_from(">II", data, 16) == (240, 320)
    at = data.index(b"IDAT")
    size = struct.unpack_from(">I", data, at - 4)[0]
    rows = zlib.decompress(data[at + 4 : at + 4 + size])
    assert rows[:4] == b"\0\xff\x00\x00"
    assert rows[-3:] == b"\x00\xff\x00"
    assert panel.rgb() == b"\xff\x00\x00" * 38400 + b"\x00\xff\x00" * 38400
