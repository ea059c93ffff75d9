"""Subset fonts: look-up, what is missing, the bound on RAM, and where lines break."""

import io

from ui_doubles import BOX, font_file

from ui.font import Font, NotAFont, balance, wrap

# Every letter is one pixel row of the width given.
_LETTERS = {
    "a": (4, 1, b"\xf0"),
    "b": (6, 2, b"\xfc"),
    " ": (3, 0, b""),
    "收": (10, 0, b"\xff\xc0"),
}


def _with_box(more):
    glyphs = dict(BOX)
    glyphs.update(more)
    return glyphs


def _font(**options):
    return Font(font_file(_with_box(_LETTERS)), **options)


def _raises(function, *args):
    try:
        function(*args)
    except NotAFont:
        return True
    return False


class _Frame:
    """Takes blits as framebuf does."""

    def __init__(self):
        self.blits = []

    def blit(self, source, x, y, key, ramp):
        bitmap, width, rows, _ = source
        self.blits.append((bytes(bitmap), width, rows, x, y))


class _CountingFile(io.BytesIO):
    reads = 0

    def read(self, n):
        _CountingFile.reads += 1
        return super().read(n)


def test_every_glyph_of_the_index_is_found():
    glyphs = {chr(code): (code % 7 + 1, 0, b"\x80") for code in range(0x4E00, 0x4E00 + 51)}
    font = Font(font_file(_with_box(glyphs)))
    for character in glyphs:
        assert font.has(character)
        assert font.metrics(character)[0] == ord(character) % 7 + 1


def test_a_font_in_memory_and_one_in_a_file_are_drawn_alike():
    data = font_file(_with_box(_LETTERS))
    seen = []
    for source in (data, memoryview(data), io.BytesIO(data)):
        frame = _Frame()
        Font(source).draw(frame, "b", 5, 10, 0, None)
        seen.append(frame.blits)
    assert seen == [[(b"\xfc", 6, 1, 5, 12)]] * 3, seen


def test_drawing_returns_the_advance_and_a_blank_draws_nothing():
    frame = _Frame()
    assert _font().draw(frame, " ", 0, 0, 0, None) == 3
    assert frame.blits == []


def test_a_missing_character_is_drawn_as_a_box():
    font, frame = _font(), _Frame()
    assert not font.has("存")
    assert font.draw(frame, "存", 0, 0, 0, None) == 4
    assert frame.blits[0][0] == BOX["\ufffd"][2]


def test_two_bit_rows_are_four_pixels_a_byte():
    font, frame = Font(font_file({"\ufffd": (6, 0, b"\xe4\x03")}, bits=2)), _Frame()
    font.draw(frame, "x", 0, 0, 0, None)
    assert frame.blits == [(b"\xe4\x03", 6, 1, 0, 0)]


def test_a_drawn_glyph_is_not_read_again():
    font = Font(_CountingFile(font_file(_with_box(_LETTERS))))
    frame = _Frame()
    font.draw(frame, "a", 0, 0, 0, None)
    reads = _CountingFile.reads
    font.draw(frame, "a", 9, 0, 0, None)
    assert _CountingFile.reads == reads
    assert len(frame.blits) == 2


def test_bitmaps_kept_in_ram_never_exceed_the_bound():
    glyphs = {chr(0x4E00 + n): (8, 0, bytes([n] * 7)) for n in range(40)}
    font, frame = Font(io.BytesIO(font_file(_with_box(glyphs))), cache_bytes=30), _Frame()
    for character in sorted(glyphs) * 2:
        font.draw(frame, character, 0, 0, 0, None)
        assert sum([len(bitmap) for bitmap in font._bitmaps.values()]) <= 30
    assert [blit[0][0] for blit in frame.blits] == list(range(40)) * 2


def test_what_is_not_a_font_is_refused():
    assert _raises(Font, b"")
    assert _raises(Font, b"TSF1\x03\x08\x00\x00")  # three bits a pixel
    assert _raises(Font, b"GIF8\x01\x08\x00\x00")
    assert _raises(Font, font_file(_LETTERS))  # no box


def test_lines_break_at_spaces_and_never_exceed_the_width():
    font = _font()
    lines = wrap(font, "aaa bb aaaa b", 24)
    assert lines == ["aaa", "bb", "aaaa", "b"], lines
    assert all(font.width(line) <= 24 for line in lines)


def test_han_characters_break_anywhere_but_before_closing_punctuation():
    font = _font()
    assert wrap(font, "收收收收", 20) == ["收收", "收收"]
    assert wrap(font, "收收收，收", 30) == ["收收", "收，收"]


def test_a_word_longer_than_the_line_is_cut():
    assert wrap(_font(), "aaaaaaa", 12) == ["aaa", "aaa", "a"]


def test_balanced_lines_are_as_few_and_of_like_length():
    font = _font()
    text = "aa aa aa aa aa aa"
    assert wrap(font, text, 57) == ["aa aa aa aa aa", "aa"]
    assert balance(font, text, 57) == ["aa aa aa", "aa aa aa"]


def test_a_newline_in_the_text_breaks_the_line():
    assert balance(_font(), "a\nb b", 100) == ["a", "b b"]
