"""How much of a sale is to be given back."""

from ui import theme
from ui.page import money


def draw(page, fen, left_fen):
    """`fen`: as keyed so far; `left_fen`: the most that it may be."""
    page.begin("slate")
    page.title(66, page.say("give_back"))
    ink = theme.INK if fen else theme.SOFT
    page.amount(112, fen, theme.RED if fen > left_fen else ink)
    page.canvas.rect(40, 168, 160, 2, theme.ACCENT if fen else theme.LINE)
    y = page.sentence(180, page.say("left_to_give", money(left_fen)))
    page.sentence(y, page.say("other_amount"), theme.MUTED)
    if 0 < fen <= left_fen:
        page.hints((("E", "give_back"), ("C", "key_clear")), (("X", "key_cancel"),))
    else:
        page.hints((("C", "key_clear"), ("X", "key_cancel")))
