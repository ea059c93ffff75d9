"""Failed: a definite no. Nothing was charged."""

from ui.page import above


def draw(page, fen, reason, code=""):
    page.begin("failed")
    y = page.band("failed", "failed", "nothing_charged", fen)
    y = page.reason(y, reason, above(1 if code else 0))
    page.details(y, ("code", code))
    page.hints((("E", "key_ok"),))
