"""The network check: one row for each step, and at the end what it means."""

from micropython import const

from ui import theme
from ui.canvas import RIGHT, WIDTH
from ui.page import MARGIN

_ROW = const(22)
_FIRST = const(81)
_COLOURS = {"running": theme.BLUE, "ok": theme.GREEN, "failed": theme.RED}
_END = (("E", "key_log"), ("X", "key_back"))
_WHILE = (("X", "key_cancel"),)


def draw(page, rows, reason=""):
    """`rows`: (step, "running", "ok" or "failed", value or text key); `reason`: what to do."""
    page.begin("slate")
    page.heading(page.say("network_check"))
    y = _FIRST
    for step, state, value in rows:
        page.canvas.icon("dot", 8, y + 4, _COLOURS[state], theme.PAPER)
        page.text("text16", 26, y, page.say("net_" + step))
        ink = theme.RED if state == "failed" else theme.MUTED
        page.text("text16", WIDTH - MARGIN, y, _words(page, state, value), ink, RIGHT)
        y += _ROW
    if reason:
        page.reason(y + 3, reason)
    page.hints(_END if reason else _WHILE)


def _words(page, state, value):
    return page.say("cause_" + value) if state == "failed" else page.say(value)
