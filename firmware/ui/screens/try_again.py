"""The card was not read to the end: the same sale, once more."""


def draw(page, fen, reason):
    page.begin("slate")
    y = page.band("again", "try_again", fen=fen)
    page.reason(y + 10, reason)
    page.hints((("X", "key_cancel"),))
