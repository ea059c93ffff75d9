"""The back buffer: colours, primitives, and that only what changed goes to the panel."""

import hashlib

import framebuf
from ui_doubles import BOX, Recorder, font_file

from ui import pixels
from ui.canvas import CENTER, RIGHT, Canvas, mix
from ui.font import Font

_WHITE, _BLACK, _RED, _GREY = 0xFFFFFF, 0x000000, 0xFF0000, 0x808080
_COLOURS = (_WHITE, _BLACK, _RED, _GREY) + (_WHITE,) * 12
_IN_565 = {_WHITE: 0xFFFF, _BLACK: 0x0000, _RED: 0xF800, _GREY: 0x8410}


def _canvas(panel, convert=None):
    signs = {chr(0xE000 + n): (6, 0, b"\xfc" * 6) for n in range(4)}
    signs.update(BOX)
    names = ("corner_0", "corner_1", "corner_2", "corner_3")
    canvas = Canvas(panel, Font(font_file(signs)), names, convert)
    canvas.palette(_COLOURS)
    return canvas


def _plain(source, lut, target, pairs):
    """The conversion in words, slow and obvious."""
    for at in range(pairs):
        for place, index in ((4 * at, source[at] >> 4), (4 * at + 2, source[at] & 15)):
            target[place] = lut[2 * index]
            target[place + 1] = lut[2 * index + 1]


def _converted(convert):
    source = bytearray([(at * 37 + at // 7) & 255 for at in range(1920)])
    lut = bytearray([(at * 83 + 5) & 255 for at in range(32)])
    target = bytearray(7680)
    convert(source, lut, target, len(source))
    return bytes(target)


def test_the_portable_converter_does_what_the_words_say():
    assert _converted(pixels.portable) == _converted(_plain)


def test_the_native_converter_does_what_the_words_say():
    native = pixels.viper()
    if native is None:
        return "this build cannot make native code"
    assert pixels.best() is not pixels.portable
    assert _converted(native) == _converted(_plain)
    return None


def test_both_converters_draw_the_same_picture():
    class Digest:
        def __init__(self):
            self.sha = hashlib.sha256()

        def lines(self, y, count, pixels):
            self.sha.update(pixels)

    pictures = []
    for convert in (pixels.viper() or pixels.portable, pixels.portable):
        panel = Digest()
        canvas = _canvas(panel, convert)
        canvas.fill(3)
        canvas.rounded(30, 70, 180, 180, 2, 3)
        canvas.rect(0, 100, 240, 1, 1)
        canvas.flush()
        pictures.append(panel.sha.digest())
    assert pictures[0] == pictures[1]


def test_colours_arrive_as_big_endian_rgb565():
    panel = Recorder()
    canvas = _canvas(panel)
    for index, colour in enumerate(_COLOURS[:4]):
        canvas.fill(index)
        canvas.flush()
        assert panel.colour(7, 9) == _IN_565[colour]


def test_the_first_flush_sends_all_and_the_next_one_nothing():
    panel = Recorder()
    canvas = _canvas(panel)
    assert canvas.flush() == 320
    assert sorted(panel.sent) == [(y, 16) for y in range(0, 320, 16)]
    assert canvas.flush() == 0


def test_only_strips_that_changed_are_sent():
    panel = Recorder()
    canvas = _canvas(panel)
    canvas.flush()
    panel.sent.clear()
    canvas.rect(10, 101, 5, 2, 2)
    assert canvas.flush() == 4
    assert panel.sent == [(100, 4)]
    assert panel.colour(12, 101) == _IN_565[_RED]


def test_drawing_the_same_again_sends_nothing():
    canvas = _canvas(Recorder())
    for expected in (320, 0):
        canvas.fill(0)
        canvas.rect(10, 10, 50, 50, 1)
        assert canvas.flush() == expected


def test_another_palette_sends_the_picture_anew():
    panel = Recorder()
    canvas = _canvas(panel)
    canvas.flush()
    canvas.palette((_RED,) + _COLOURS[1:])
    assert canvas.flush() == 320
    assert panel.colour(0, 0) == _IN_565[_RED]


def test_after_a_panel_failed_everything_is_sent_again():
    class Broken(Recorder):
        broken = False

        def lines(self, y, count, pixels):
            if self.broken and y >= 160:
                raise OSError("the wire")
            super().lines(y, count, pixels)

    panel = Broken()
    canvas = _canvas(panel)
    canvas.flush()
    panel.broken = True
    canvas.fill(1)
    try:
        canvas.flush()
    except OSError:
        panel.broken = False
    assert not panel.broken
    assert canvas.flush() == 320
    assert panel.colour(239, 319) == _IN_565[_BLACK]


def test_text_starts_ends_or_centres_at_x():
    panel = Recorder()
    canvas = _canvas(panel)
    font = Font(font_file({"\ufffd": (4, 0, b"\xf0")}))
    assert canvas.text(font, 10, 0, "xx", 1, 0) == 18
    assert canvas.text(font, 100, 0, "xx", 1, 0, CENTER) == 104
    assert canvas.text(font, 200, 0, "xx", 1, 0, RIGHT) == 200
    canvas.flush()
    inked = [x for x in range(240) if panel.colour(x, 0) == 0]
    assert inked == list(range(10, 18)) + list(range(96, 104)) + list(range(192, 200)), inked


def test_grey_levels_of_a_glyph_take_the_nearest_colours_of_the_palette():
    panel = Recorder()
    canvas = _canvas(panel)
    font = Font(font_file({"\ufffd": (4, 0, b"\xe4")}, bits=2))  # levels 0, 1, 2, 3
    canvas.text(font, 0, 0, "x", 1, 0)
    canvas.flush()
    levels = [panel.colour(x, 0) for x in range(4)]
    assert levels == [_IN_565[c] for c in (_WHITE, _GREY, _GREY, _BLACK)], levels


def test_what_a_glyph_leaves_blank_keeps_what_lies_below():
    panel = Recorder()
    canvas = _canvas(panel)
    canvas.rect(0, 0, 4, 1, 2)
    font = Font(font_file({"\ufffd": (4, 0, b"\x80")}))
    canvas.text(font, 0, 0, "x", 1, 0)
    canvas.flush()
    assert [panel.colour(x, 0) for x in (0, 1)] == [_IN_565[_BLACK], _IN_565[_RED]]


def test_shapes_cover_what_they_say():
    panel = Recorder()
    canvas = _canvas(panel)
    canvas.rect(10, 10, 20, 10, 1)
    canvas.rounded(50, 10, 40, 30, 1, 0)
    canvas.flush()
    ink, paper = _IN_565[_BLACK], _IN_565[_WHITE]
    assert [panel.colour(x, 15) for x in (9, 10, 29, 30)] == [paper, ink, ink, paper]
    assert [panel.colour(x, 25) for x in (49, 50, 89, 90)] == [paper, ink, ink, paper]


def test_mixing_is_exact_at_both_ends():
    assert mix(0x123456, 0xFEDCBA, 3, 3) == 0x123456
    assert mix(0x123456, 0xFEDCBA, 0, 3) == 0xFEDCBA
    assert mix(0x000000, 0xFFFFFF, 1, 3) == 0xAAAAAA


def test_framebuf_still_packs_pixels_as_the_fonts_assume():
    one, two = bytearray(1), bytearray(1)
    framebuf.FrameBuffer(one, 8, 1, framebuf.MONO_HLSB).pixel(0, 0, 1)
    framebuf.FrameBuffer(two, 4, 1, framebuf.GS2_HMSB).pixel(0, 0, 3)
    assert one == b"\x80" and two == b"\x03"
