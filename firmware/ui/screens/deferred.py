"""Kept although nobody has approved it: the bank decides later, and may say no."""


def draw(page, fen, card="", used=(0, 0)):
    """`used`: (how many sales are kept here, this one included; how many may be)."""
    page.begin("stored")
    y = page.band("question", "stored", "not_approved", fen)
    y = page.details(y, ("card", card))
    page.sentence(y + 4, page.say("deferred_explained") + "\n" + page.say("offline_used", *used))
    page.hints((("E", "key_done"),))
