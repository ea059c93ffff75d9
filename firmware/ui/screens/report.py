"""What a job found: a title, rows of a label and its value, and what they mean in a sentence."""

from ui.page import above

_BACK = ((("X", "key_back"),),)


def draw(page, title, rows=(), reason="", hints=_BACK):
    """`rows`: (text key, value), at most seven; `reason`: text key of the sentence below them."""
    page.begin("slate")
    page.heading(page.say(title))
    y = page.details(86, *rows)
    if reason:
        page.reason(y + 6, reason, end=above(len(hints) - 1) - 4)
    page.hints(*hints)
