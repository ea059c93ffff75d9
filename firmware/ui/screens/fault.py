"""The terminal itself is broken: what, which code, whom to call."""

from ui.page import above


def draw(page, reason, code="", support=""):
    page.begin("failed")
    y = page.band("alert", "fault")
    y = page.reason(y + 24, reason, end=above(1))
    page.details(y + 12, ("code", code), ("support", support or page.support))
