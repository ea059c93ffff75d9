"""Something unusual about this sale: ask before the card is charged."""


def draw(page, fen, reason):
    page.begin("slate")
    y = page.band("question", "charge_again", fen=fen)
    page.reason(y + 10, reason)
    page.hints((("E", "key_again"), ("X", "key_cancel")))
