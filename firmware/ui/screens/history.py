"""The sales of this terminal, newest first, each with its word."""

from micropython import const

from ui import theme
from ui.canvas import RIGHT, WIDTH
from ui.page import WORDS, money

_ROWS = const(4)
_ROW = const(41)
_FIRST = const(83)


def draw(page, rows=(), index=0):
    """`rows`: (hh:mm, fen, word) of all that is listed; the one at `index` is marked."""
    page.begin("checking")
    page.heading(page.say("history"))
    if not rows:
        page.sentence(160, page.say("no_sales"), theme.MUTED)
        return page.hints((("X", "key_back"),))
    start = max(0, min(index - _ROWS // 2, len(rows) - _ROWS))
    for place, row in enumerate(rows[start : start + _ROWS]):
        _row(page, _FIRST + place * _ROW, row, start + place == index)
    return page.hints((("28", "key_select"),), (("E", "key_view"), ("X", "key_back")))


def _row(page, y, row, marked):
    clock, fen, word = row
    paper = theme.TINT if marked else theme.PAPER
    if marked:
        page.canvas.rounded(4, y, WIDTH - 8, _ROW - 2, paper, theme.PAPER)
    page.canvas.icon("dot", 12, y + 5, WORDS[word], paper)
    page.text("text16", 30, y + 1, page.say(word), paper=paper)
    page.text("text16", 30, y + 20, clock, theme.MUTED, paper=paper)
    page.text("body20", WIDTH - 12, y + 9, money(fen), theme.INK, RIGHT, paper)
