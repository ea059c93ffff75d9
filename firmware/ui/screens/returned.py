"""In doubt before, now known: the sale was cancelled and nobody pays."""


def draw(page, fen):
    page.begin("slate")
    y = page.band("returned", "returned", fen=fen)
    page.sentence(y + 6, page.say("where_returned"))
    page.hints((("E", "key_ok"),))
