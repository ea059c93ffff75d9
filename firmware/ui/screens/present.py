"""The reader is on: ask for the card."""

from ui import theme


def draw(page, fen, note="card_phone_watch"):
    page.begin("slate")
    page.amount(58, fen)
    page.sign("tap", 108)
    page.title(226, page.say("present_card"))
    page.sentence(258, page.say(note), theme.MUTED)
    page.hints((("X", "key_cancel"),))
