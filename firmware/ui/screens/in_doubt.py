"""Sent, and no trustworthy answer: treated as not paid, and being cancelled."""


def draw(page, fen, why="in_doubt"):
    """`why`: a text key."""
    page.begin("checking")
    y = page.band("checking", "checking", fen=fen)
    page.sentence(y, page.say(why))
    page.hints((("E", "key_ok"),))
