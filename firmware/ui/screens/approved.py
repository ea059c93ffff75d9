"""Paid: the answer is durable and the money is the merchant's."""


def draw(page, fen, card="", ref="", cvm="", by="card"):
    """`cvm`: how the cardholder was verified; `by`: what it was paid with; both text keys."""
    page.begin("paid")
    y = page.band("paid", "paid", fen=fen)
    verified = page.say(cvm) if cvm else ""
    page.details(y + 8, (by, card), ("reference", ref), ("cardholder", verified))
    page.hints((("E", "key_done"),))
