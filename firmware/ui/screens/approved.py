"""Paid: the answer is durable and the money is the merchant's."""


def draw(page, fen, card="", ref="", cvm=""):
    """`cvm`: how the cardholder was verified, a text key."""
    page.begin("paid")
    y = page.band("paid", "paid", fen=fen)
    verified = page.say(cvm) if cvm else ""
    page.details(y + 8, ("card", card), ("reference", ref), ("cardholder", verified))
    page.hints((("E", "key_done"),))
