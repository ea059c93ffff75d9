"""Reads the subset fonts (`host_tools/release/fontfile.py` describes the file).

A font stays in its file, or where ROMFS has mapped it: in RAM are the index, eight bytes a glyph,
and a bounded number of bitmaps. 1-bit glyphs and anti-aliased 2-bit glyphs are drawn alike.
"""

import framebuf
from micropython import const

_HEADER_BYTES = const(8)
_RECORD_BYTES = const(8)
_TOFU = const(0xFFFD)  # every font holds this box for what it lacks
_RECORDS_KEPT = const(64)
_FORMATS = {1: framebuf.MONO_HLSB, 2: framebuf.GS2_HMSB}


class NotAFont(Exception):
    """The file is not a font of this format; the text says what is missing."""


class Font:
    """`source`: bytes-like (mapped, nothing is copied) or a binary file, which stays open.

    `cache_bytes` bounds the bitmaps kept from a file; all are dropped when one more does not fit.
    """

    def __init__(self, source, cache_bytes=2048):
        self._source = source
        self._mapped = not hasattr(source, "readinto")
        header = self._read(0, _HEADER_BYTES)
        if len(header) < _HEADER_BYTES or bytes(header[:4]) != b"TSF1" or header[4] not in _FORMATS:
            raise NotAFont("header")
        self.bits = header[4]
        self.height = header[5]
        self._count = header[6] | header[7] << 8
        self._index = self._read(_HEADER_BYTES, self._count * _RECORD_BYTES)
        self._records = {}  # character -> where its record begins in the index
        self._bitmaps = {}
        self._cached_bytes = 0
        self._cache_bytes = cache_bytes
        self._tofu = self._find(_TOFU)
        if self._tofu < 0:
            raise NotAFont("no box for missing characters")

    def metrics(self, character):
        """-> (advance, first row, rows); those of a box for a character that is not here."""
        index, record = self._index, self._record(character)
        return index[record + 2], index[record + 3], index[record + 4]

    def width(self, text):
        index = self._index
        return sum([index[self._record(character) + 2] for character in text])

    def has(self, character):
        return self._find(ord(character)) >= 0

    def draw(self, frame, character, x, y, key, ramp):
        """Blits one character, its line's top at `y`. -> its advance."""
        advance, top, rows = self.metrics(character)
        if rows:
            bitmap = self._bitmap(character, rows * ((advance * self.bits + 7) >> 3))
            frame.blit((bitmap, advance, rows, _FORMATS[self.bits]), x, y + top, key, ramp)
        return advance

    def _bitmap(self, character, size):
        found = self._bitmaps.get(character)
        if found is None:
            index, record = self._index, self._record(character)
            place = index[record + 5] | index[record + 6] << 8 | index[record + 7] << 16
            found = self._read(place, size)
            self._keep(character, found)
        return found

    def _keep(self, character, bitmap):
        if len(bitmap) > self._cache_bytes:
            return
        if self._cached_bytes + len(bitmap) > self._cache_bytes:
            self._bitmaps.clear()
            self._cached_bytes = 0
        self._cached_bytes += len(bitmap)
        self._bitmaps[character] = bitmap

    def _record(self, character):
        record = self._records.get(character)
        if record is None:
            record = self._find(ord(character))
            if record < 0:
                record = self._tofu
            if len(self._records) >= _RECORDS_KEPT:
                self._records.clear()
            self._records[character] = record
        return record

    def _find(self, code):
        """Binary search; -> where the record begins in the index, or -1."""
        index, low, high = self._index, 0, self._count
        while low < high:
            middle = (low + high) >> 1
            at = middle * _RECORD_BYTES
            seen = index[at] | index[at + 1] << 8
            if seen == code:
                return at
            if seen < code:
                low = middle + 1
            else:
                high = middle
        return -1

    def _read(self, start, count):
        if self._mapped:
            return memoryview(self._source)[start : start + count]
        self._source.seek(start)
        return self._source.read(count)


_NOT_FIRST = "，。、！？；：）》”…,.!?;:)"  # a line never begins with these


def _may_break(text, at):
    """Whether a line may end before text[at]: after a space, and beside a Han character."""
    before, after = text[at - 1], text[at]
    if before == " ":
        return True
    return (
        after not in _NOT_FIRST and after != " " and (ord(before) > 0x2E80 or ord(after) > 0x2E80)
    )


def wrap(font, text, width):
    """-> list of lines, none wider than `width`; a word that is longer is cut."""
    lines, start, stop, used = [], 0, 0, 0
    for at, character in enumerate(text):
        if at > start and _may_break(text, at):
            stop = at
        used += font.width(character)
        if used > width and at > start and character != " ":
            if stop == start:
                stop = at
            lines.append(text[start:stop].rstrip())
            start = stop
            used = font.width(text[start : at + 1])
    lines.append(text[start:].rstrip())
    return lines


def balance(font, text, width):
    """As `wrap`, with no more lines but of much the same length; a newline breaks too."""
    return [line for part in text.split("\n") for line in _balance(font, part, width)]


def _balance(font, text, width):
    lines = wrap(font, text, width)
    while len(lines) > 1 and width > 8:
        width -= 8
        closer = wrap(font, text, width)
        if len(closer) > len(lines):
            break
        lines = closer
    return lines
