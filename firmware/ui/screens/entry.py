"""One sale, or one return: where is the money?"""

from ui.page import above, money

_COLOURS = {"returned": "slate"}


def draw(page, fen, word, when="", card="", ref="", code="", back_fen=0, where=""):
    """`fen` is below zero for a return; `back_fen`: how much of a sale was given back; `when`: its
    last eleven characters are shown, MM-DD hh:mm; `where`: text key of where the money is, if it is
    not what the word says."""
    page.begin(_COLOURS.get(word, word))
    y = page.band(word, word, fen=fen)
    code = "" if word == "paid" else code
    rows = 1 + bool(ref or code) + bool(back_fen)
    where = where or ("back_" if fen < 0 else "where_") + word
    y = page.sentence(y, page.say(where), end=above(rows) - 4) + 4
    y = page.opposite(y, when[-11:], _shorter(card))
    told = ("reference" if ref else "code", " ".join([ref, code]).strip())
    page.details(y, told, ("given_back", money(-back_fen) if back_fen else ""))
    page.hints((("E", "key_more"), ("X", "key_back")))


def _shorter(card):
    """621094******0011 -> 621094…0011, so that it stands on one row with the time."""
    return card[:6] + "…" + card[-4:] if len(card) > 10 else card
