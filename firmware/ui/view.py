"""What the terminal shows: `view.show("approved", fen=1250, ...)`. A value may be a function: it is
asked each time that the screen is drawn.

Owns the fonts, the back buffer and the status bar; the screens are the table in `ui.screens`.
"""

from ui.canvas import Canvas
from ui.font import Font
from ui.icons import ICONS
from ui.page import Page
from ui.screens import SCREENS
from ui.words import Words

# name -> bytes of bitmaps kept in RAM; _WHOLE: all of it, read once at the start. The large
# pictures are among those, because late in a day the heap has no room in one piece for them.
_WHOLE = 0
_FONTS = {
    "text16": 2048,
    "body20": 2048,
    "title24": 1536,
    "amount34": _WHOLE,
    "amount48": _WHOLE,
    "icons": _WHOLE,
}


def open_fonts(folder):
    """-> name: Font, over a file that stays open, or over its content."""
    fonts = {}
    for name, keep in _FONTS.items():
        file = open("%s/%s.bin" % (folder, name), "rb")  # noqa: SIM115  the font reads on from it
        fonts[name] = Font(file if keep else file.read(), keep)
    return fonts


def open_words(path):
    return Words(open(path, "rb"))  # noqa: SIM115  it is read from as words are needed


def _beside(path, name):
    return path.rsplit("/", 1)[0] + "/" + name if "/" in path else name


class View:
    """`support`: the number that a merchant calls when the terminal has no words for a reason."""

    def __init__(self, panel, language="zh", support="", fonts=None, words=None):
        fonts = fonts or open_fonts(_beside(__file__, "fonts"))
        words = words or open_words(_beside(__file__, "texts.bin"))
        self._canvas = Canvas(panel, fonts["icons"], ICONS)
        self._page = Page(self._canvas, fonts, words, support)
        self._page.language = language
        self._shown = "starting", {}  # name, values

    @property
    def language(self):
        return self._page.language

    @language.setter
    def language(self, language):
        self._page.language = language

    @property
    def support(self):
        return self._page.support

    @support.setter
    def support(self, number):
        self._page.support = number

    def status(self, link, pending_count, pending_fen, test_keys, clock, checking_count=0):
        """Content of the status bar, drawn with the next `show`. link: "up" or "down"."""
        self._page.status(link, pending_count, pending_fen, test_keys, clock, checking_count)

    def show(self, name, **values):
        """Draws the screen and sends the lines that changed. -> number of lines sent."""
        self._shown = name, values
        return self.redraw()

    def redraw(self):
        """The screen that is shown, with the status bar, the language and the values of now."""
        name, values = self._shown
        now = {key: value() if callable(value) else value for key, value in values.items()}
        SCREENS[name](self._page, **now)
        return self._canvas.flush()
