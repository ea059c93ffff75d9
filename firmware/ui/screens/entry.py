"""One sale: where is the money?"""

from ui.page import above

_COLOURS = {"returned": "slate"}


def draw(page, fen, word, when="", card="", ref="", code="", actions=False):
    """`when`: its last eleven characters are shown, MM-DD hh:mm."""
    page.begin(_COLOURS.get(word, word))
    y = page.band(word, word, fen=fen)
    code = "" if word == "paid" else code
    rows = 2 if ref or code else 1
    y = page.sentence(y, page.say("where_" + word), end=above(rows) - 4) + 4
    y = page.opposite(y, when[-11:], _shorter(card))
    page.details(y, ("reference" if ref else "code", " ".join([ref, code]).strip()))
    more = (("E", "key_more"),) if actions else ()
    page.hints(more + (("X", "key_back"),))


def _shorter(card):
    """621094******0011 -> 621094…0011, so that it stands on one row with the time."""
    return card[:6] + "…" + card[-4:] if len(card) > 10 else card
