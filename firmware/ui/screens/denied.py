"""A stored sale that the bank has declined later: the goods are gone, so whose card was it?"""


def draw(page, fen, when="", card="", ref=""):
    """`when`: its last eleven characters are shown, MM-DD hh:mm."""
    page.begin("failed")
    y = page.band("failed", "failed", fen=fen)
    y = page.opposite(y, when[-11:], card[:6] + "…" + card[-4:])
    y = page.details(y, ("reference", ref))
    page.sentence(y + 4, page.say("denied_explained"))
    page.hints((("E", "key_seen"), ("X", "key_later")))
