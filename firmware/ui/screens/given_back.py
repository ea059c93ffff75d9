"""A return is written down: where it is by now."""

_COLOURS = {"returned": "slate"}


def draw(page, fen, word):
    """`fen` is less than nothing, `word` one of stored, returned, checking."""
    page.begin(_COLOURS.get(word, word))
    y = page.band(word, word, fen=fen)
    page.sentence(y + 6, page.say("back_" + word))
    page.hints((("E", "key_ok"),))
