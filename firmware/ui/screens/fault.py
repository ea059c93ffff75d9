"""The terminal itself is broken: what, in which words for the technician, whom to call."""

from ui import theme
from ui.page import above


def draw(page, reason, code=""):
    """`code`: whatever helps the technician; a few words."""
    page.begin("failed")
    y = page.band("alert", "fault")
    y = page.reason(y + 20, reason, above(3))
    y = page.sentence(y + 6, code, theme.MUTED, 0)
    page.details(y + 8, ("support", page.support))
