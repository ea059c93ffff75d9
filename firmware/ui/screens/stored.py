"""Approved by the card, kept here, not yet banked: a different thing from paid, and said so."""


def draw(page, fen, card="", used=(0, 0)):
    """`used`: (how many sales are kept here, this one included; how many may be)."""
    page.begin("stored")
    y = page.band("stored", "stored", "not_banked", fen)
    y = page.details(y, ("card", card))
    page.sentence(y + 4, page.say("offline_used", *used) + "\n" + page.say("stored_explained"))
    page.hints((("E", "key_done"),))
