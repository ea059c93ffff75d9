"""The sale is under way: no answer yet."""


def draw(page, fen, note=""):
    """`note`: a text key for what is being done."""
    page.begin("checking")
    page.band("checking", "checking", fen=fen)
    if note:
        page.title(206, page.say(note))
