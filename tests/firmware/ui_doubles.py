"""What the screen tests share: recording panels, a font made by hand, a canvas that spies."""

from ui.canvas import CENTER, LEFT

_WIDTH = 240


def _texts():
    """The table that people edit; the device has it packed in a file."""
    module = {}
    with open("firmware/ui/texts.py") as file:
        exec(compile(file.read(), "texts.py", "exec"), module)
    return module["TEXTS"]


TEXTS = _texts()


# One for all recorders: two of them do not fit a board's heap when it is in pieces.
_FRAME = bytearray(_WIDTH * 320 * 2)


class Recorder:
    """A panel that keeps the picture and notes what was sent."""

    def __init__(self):
        self.frame = _FRAME
        self.sent = []  # (y, count)

    def lines(self, y, count, pixels):
        self.sent.append((y, count))
        self.frame[y * 480 : (y + count) * 480] = pixels

    def colour(self, x, y):
        """RGB565 of one pixel."""
        at = (y * _WIDTH + x) * 2
        return self.frame[at] << 8 | self.frame[at + 1]


class Blind:
    """A panel that takes everything and keeps nothing."""

    def lines(self, y, count, pixels):
        pass


def font_file(glyphs, bits=1, height=8):
    """Bytes of a font. glyphs: character -> (advance, first row, rows as packed bytes)."""
    ordered = sorted(glyphs)
    place = 8 + 8 * len(ordered)
    index, bitmaps = b"", b""
    for character in ordered:
        advance, top, bitmap = glyphs[character]
        row_bytes = (advance * bits + 7) // 8
        code = ord(character).to_bytes(2, "little")
        at = (place + len(bitmaps)).to_bytes(3, "little")
        index += code + bytes([advance, top, len(bitmap) // row_bytes]) + at
        bitmaps += bitmap
    return b"TSF1" + bytes([bits, height]) + len(ordered).to_bytes(2, "little") + index + bitmaps


BOX = {"\ufffd": (4, 0, b"\xf0\x90\xf0")}


class Spy:
    """Stands before a canvas and notes the extent of everything that is written."""

    def __init__(self, canvas):
        self._canvas = canvas
        self.written = []  # (left, top, right, bottom, text): the ink, not the line

    def __getattr__(self, name):
        return getattr(self._canvas, name)

    def text(self, font, x, y, text, ink, paper, align=LEFT):
        wide = font.width(text)
        left = x if align == LEFT else x - (wide >> 1 if align == CENTER else wide)
        inked = [(top, top + rows) for _, top, rows in map(font.metrics, text) if rows]
        if inked:
            top, bottom = min([a for a, _ in inked]), max([b for _, b in inked])
            self.written.append((left, y + top, left + wide, y + bottom, text))
        return self._canvas.text(font, x, y, text, ink, paper, align)
