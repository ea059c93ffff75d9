"""A list of jobs, each behind the key of its number."""

from micropython import const

from ui import theme
from ui.canvas import WIDTH

_ROW = const(33)
_FIRST = const(82)


def draw(page, title, items):
    """`title` and `items`: text keys, at most six items."""
    page.begin("slate")
    page.heading(page.say(title))
    for place, item in enumerate(items):
        y = _FIRST + place * _ROW
        page.key(14, y + 3, str(place + 1))
        page.text("body20", 50, y + 2, page.say(item))
        page.canvas.rect(50, y + _ROW - 3, WIDTH - 64, 1, theme.LINE)
    page.hints((("X", "key_back"),))
