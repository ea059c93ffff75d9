"""Sent, and no trustworthy answer: treated as not paid, and being cancelled."""


def draw(page, fen):
    page.begin("checking")
    y = page.band("checking", "checking", fen=fen)
    page.sentence(y, page.say("in_doubt"))
    page.hints((("E", "key_ok"),))
