"""Approved by the card, kept here, not yet banked: a different thing from paid, and said so."""

from ui import theme
from ui.page import money


def draw(page, fen, card="", count=0, total_fen=0, limit_count=0):
    """`count` and `total_fen`: everything kept here, this sale included."""
    page.begin("stored")
    y = page.band("stored", "stored", "not_banked", fen)
    kept = "%d/%d   %s" % (count, limit_count, money(total_fen))
    y = page.details(y, ("card", card), ("stored_total", kept))
    page.sentence(y + 4, page.say("stored_explained"), theme.MUTED)
    page.hints((("E", "key_done"),))
