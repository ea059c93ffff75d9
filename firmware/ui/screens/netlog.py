"""The network log, newest first: what happened to the line, when, and for how long it was so."""

from micropython import const

from ui import theme
from ui.canvas import RIGHT, WIDTH
from ui.page import MARGIN

_ROWS = const(5)
_ROW = const(40)
_FIRST = const(81)
_COLOURS = {"net_reached": theme.GREEN, "net_came": theme.BLUE}


def draw(page, lines):
    """`lines`: (hh:mm:ss, event, trouble or "", seconds that it was otherwise before)."""
    page.begin("slate")
    page.heading(page.say("net_log"))
    if not lines:
        page.sentence(150, page.say("net_log_empty"), theme.MUTED)
    for place, line in enumerate(lines[:_ROWS]):
        _row(page, _FIRST + place * _ROW, line)
    page.hints((("X", "key_back"),))


def _row(page, y, line):
    clock, event, trouble, before_s = line
    page.canvas.icon("dot", 8, y + 4, _COLOURS.get(event, theme.RED), theme.PAPER)
    page.text("text16", 26, y, page.say(event))
    page.text("text16", WIDTH - MARGIN, y, clock, theme.MUTED, RIGHT)
    after = page.say("net_after", _span(before_s))
    why = page.say("cause_" + trouble) if trouble else ""
    page.text("text16", 26, y + 18, why or after, theme.MUTED)
    if why:
        page.text("text16", WIDTH - MARGIN, y + 18, after, theme.MUTED, RIGHT)


def _span(seconds):
    """75 -> 1:15, 3700 -> 1:01:40."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return "%d:%02d:%02d" % (hours, minutes, seconds) if hours else "%d:%02d" % (minutes, seconds)
