"""A pay code was read, and the customer has yet to confirm on the phone."""

from ui import theme


def draw(page, fen, left_s, note="customer_confirms"):
    """`left_s`: how long the terminal still waits; `note`: text key, for what."""
    page.begin("checking")
    page.band("checking", "checking", fen=fen)
    page.title(186, page.say("customer_pays"))
    page.sentence(220, page.say(note), theme.MUTED)
    page.sentence(250, page.say("seconds_left", left_s), theme.MUTED)
    page.hints((("X", "key_cancel"),))
