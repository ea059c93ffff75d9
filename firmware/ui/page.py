"""The kit that screens are laid out with: bars, bands, amounts, sentences, details and key hints.

Every coordinate that screens share is here, so that each screen file says only what it shows.
"""

from micropython import const

from ui import theme
from ui.canvas import CENTER, HEIGHT, LEFT, RIGHT, WIDTH
from ui.font import balance

MARGIN = const(14)
_MIDDLE = const(120)
_BAR = const(26)  # height of the status bar
_STRIP = const(24)  # height of the line about what is not banked
TOP = const(50)  # below both
_LEADING = const(23)
FOOT = const(281)  # where one row of hints begins
_SIGN = const(40)
_UNDER = const(25)
_KEY = const(24)
_HINTS = const(34)  # height of a row of key hints

# face of a key -> its colour, as on the keypad
_KEY_COLOURS = {"X": theme.RED, "C": theme.AMBER, "E": theme.GREEN}

WORDS = {
    "paid": theme.GREEN,
    "stored": theme.AMBER,
    "checking": theme.BLUE,
    "returned": theme.MUTED,
    "failed": theme.RED,
}


def money(fen):
    """123456 -> ¥1,234.56, without a float on the way."""
    sign = "-" if fen < 0 else ""
    fen = abs(fen)
    yuan = str(fen // 100)
    groups = []
    while len(yuan) > 3:
        groups.insert(0, yuan[-3:])
        yuan = yuan[:-3]
    groups.insert(0, yuan)
    return "%s¥%s.%02d" % (sign, ",".join(groups), fen % 100)


def above(rows):
    """-> y at which what stands above `rows` details at the foot must end."""
    return FOOT - rows * _LEADING


class Page:
    """One screen being drawn. `fonts`: name -> Font; `words`: Words."""

    def __init__(self, canvas, fonts, words, support):
        self.canvas = canvas
        self.language = "zh"
        self.support = support
        self._fonts = fonts
        self._words = words
        self._palettes = theme.palettes()
        self.status("down", 0, 0, False, "", 0)

    def say(self, key, *values):
        """The text of a key in the chosen language; a key without a text stands for itself."""
        pair = self._words.get(key)
        text = pair[self.language == "en"] if pair else key
        return text.format(*values) if values else text

    def status(self, link, pending_count, pending_fen, test_keys, clock, checking_count):
        """Content of the two rows at the top of every page."""
        self._link, self._test_keys, self._clock = link, test_keys, clock
        self._pending_count, self._pending_fen = pending_count, pending_fen
        self._checking_count = checking_count

    @property
    def _is_holding(self):
        return self._pending_count or self._checking_count

    def begin(self, name):
        """An empty page in the colours of `name`, with the status bar and what is not banked."""
        self.canvas.palette(self._palettes[name])
        self.canvas.fill(theme.PAPER)
        self._bar()
        if self._is_holding:
            self._strip()

    def _bar(self):
        self.canvas.rect(0, 0, WIDTH, _BAR, theme.INK)
        link_ink = theme.PAPER if self._link == "up" else theme.AMBER
        self.canvas.icon("link_" + self._link, 8, 4, link_ink, theme.INK)
        self.text("text16", WIDTH - 8, 4, self._clock, theme.PAPER, RIGHT, theme.INK)
        if self._test_keys:
            label = self.say("test_keys")
            wide = self._fonts["text16"].width(label) + 16
            self.canvas.rounded(_MIDDLE - wide // 2, 3, wide, 20, theme.AMBER, theme.INK)
            self.text("text16", _MIDDLE, 4, label, theme.INK, CENTER, theme.AMBER)

    def _strip(self):
        amount = money(self._pending_fen) if self._pending_fen else ""
        font, label = self._fonts["text16"], self._pending()
        if font.width(label) + font.width(amount) > WIDTH - 24:
            label = self._pending("_short")
        self._line(_BAR, label, amount, theme.AMBER_TINT)

    def announce(self, label, value):
        """A line below what is always at the top, for what is not to be overlooked."""
        self._line(TOP if self._is_holding else _BAR, label, value, theme.LINE)

    def _line(self, y, left, right, paper):
        self.canvas.rect(0, y, WIDTH, _STRIP, paper)
        self.text("text16", 8, y + 3, left, theme.INK, LEFT, paper)
        self.text("text16", WIDTH - 8, y + 3, right, theme.INK, RIGHT, paper)

    def _pending(self, short=""):
        """What is not banked yet, and what is in doubt or needs people, in so many words."""
        stored, checking = self._pending_count, self._checking_count
        if not checking:
            return self.say("pending" + short, stored)
        if not stored:
            return self.say("to_check" + short, checking)
        return self.say("pending_to_check" + short, stored, checking)

    def text(self, font, x, y, text, ink=theme.INK, align=LEFT, paper=theme.PAPER):
        return self.canvas.text(self._fonts[font], x, y, text, ink, paper, align)

    def heading(self, text):
        """What a page without a band is about, below what is always at the top."""
        self.title(TOP + 2, text)

    def title(self, y, text, ink=theme.INK, paper=theme.PAPER):
        """One centred line in the large face, or in the small one where it would not fit."""
        fits = self._fonts["title24"].width(text) <= WIDTH - 2 * 8
        if fits:
            self.text("title24", _MIDDLE, y, text, ink, CENTER, paper)
        else:
            self.text("text16", _MIDDLE, y + 4, text, ink, CENTER, paper)

    def band(self, icon, word, under="", fen=None):
        """The coloured head of an answer: its sign and word, a line below them, the amount.

        -> y where the rest of the page begins.
        """
        top = TOP if self._is_holding else _BAR
        height = _SIGN + 18 + (_UNDER if under else 0) + (0 if fen is None else 56)
        self.canvas.rect(0, top, WIDTH, TOP + height - top, theme.ACCENT)
        y = 8 + (top + TOP) // 2
        self._word(y, icon, self.say(word))
        y += _SIGN + 4
        if under:
            self.text("body20", _MIDDLE, y, self.say(under), theme.ON_ACCENT, CENTER, theme.ACCENT)
            y += _UNDER
        if fen is not None:
            self.amount(y + 8, fen, theme.ON_ACCENT, theme.ACCENT)
        return TOP + height + 8

    def _word(self, y, icon, word):
        """The sign and its word side by side."""
        wide = _SIGN + 10 + self._fonts["title24"].width(word)
        x = _MIDDLE - wide // 2
        self.canvas.icon(icon, x, y, theme.ON_ACCENT, theme.ACCENT)
        self.text("title24", x + _SIGN + 10, y + 7, word, theme.ON_ACCENT, LEFT, theme.ACCENT)

    def sign(self, icon, y):
        """A large sign in the middle of the page."""
        x = _MIDDLE - self.canvas.icon_width(icon) // 2
        self.canvas.icon(icon, x, y, theme.ACCENT, theme.PAPER)

    def amount(self, y, fen, ink=theme.INK, paper=theme.PAPER):
        """The sum in one line, as large as it fits, in a space of 44 lines."""
        sign, digits = money(fen).split("¥")
        sign += "¥"
        for font in ("amount48", "amount34", "title24"):
            wide = self._fonts[font].width(digits) + self._fonts["title24"].width(sign) + 4
            if wide <= WIDTH - 2 * 8:
                break
        y += (44 - self._fonts[font].height) // 2
        x = self.text("title24", _MIDDLE - wide // 2, y - 3, sign, ink, LEFT, paper) + 4
        self.text(font, x, y, digits, ink, LEFT, paper)

    def sentence(self, y, text, ink=theme.INK, end=FOOT):
        """Centred lines, in the large face if they then end above `end`. -> y below them."""
        font, leading = "body20", 25
        lines = balance(self._fonts[font], text, WIDTH - 2 * 8)
        if y + len(lines) * leading > end:
            font, leading = "text16", 20
            lines = balance(self._fonts[font], text, WIDTH - 2 * 8)
        for line in lines:
            self.text(font, _MIDDLE, y, line, ink, CENTER)
            y += leading
        return y

    def opposite(self, y, left, right):
        """Two values on one row; the right one loses its beginning if it must. -> y below it."""
        font = self._fonts["text16"]
        room = WIDTH - 2 * MARGIN - 8 - font.width(left)
        if font.width(right) > room:
            while right and font.width("…" + right) > room:
                right = right[1:]
            right = "…" + right
        self.text("text16", MARGIN, y, left, theme.MUTED)
        self.text("text16", WIDTH - MARGIN, y, right, theme.INK, RIGHT)
        return y + _LEADING

    def details(self, y, *pairs):
        """Rows of a label and its value; a pair without a value is left out. -> y below them."""
        for label, value in pairs:
            if value:
                y = self.opposite(y, self.say(label), value)
        return y

    def reason(self, y, key, end=FOOT):
        """Why, in words; a key that has no text is shown with whom to call. -> y below it."""
        text = self.say(key)
        if self._words.get(key) is None:
            text = "%s\n%s %s" % (key, self.say("call_support"), self.support)
        return self.sentence(y, text, end=end)

    def hints(self, *rows):
        """What the keys do now, at the foot: rows of at most two (keys, text key)."""
        y = HEIGHT - len(rows) * _HINTS
        self.canvas.rect(0, y - 4, WIDTH, 1, theme.LINE)
        for row in rows:
            self._hint_row(y + 2, row)
            y += _HINTS

    def _hint_row(self, y, row):
        for column, (keys, label) in enumerate(row):
            x = 8 + column * (_MIDDLE - 8)
            for key in keys:
                self.key(x, y, key)
                x += _KEY + 2
            self.text("text16", x + 4, y + 3, self.say(label))

    def key(self, x, y, key):
        """The face of a key, 24 pixels wide and high."""
        colour = _KEY_COLOURS.get(key, theme.LINE)
        ink = theme.PAPER if colour in (theme.RED, theme.GREEN) else theme.INK
        self.canvas.rounded(x, y, _KEY, _KEY, colour, theme.PAPER)
        if key in "XECML":
            self.canvas.icon("key_" + key, x + 3, y + 3, ink, colour)
        else:
            self.text("text16", x + _KEY // 2, y + 3, key, ink, CENTER, colour)
