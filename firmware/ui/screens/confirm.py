"""Something that must be meant: ask before it is done."""


def draw(page, fen, reason, title="charge_again", yes="key_again"):
    page.begin("slate")
    y = page.band("question", title, fen=fen)
    page.reason(y + 10, reason)
    page.hints((("E", yes), ("X", "key_cancel")))
