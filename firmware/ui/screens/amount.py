"""The screen at rest: the amount being keyed in."""

from ui import theme

_ALWAYS = (("M", "key_menu"), ("L", "key_language"))


def draw(page, fen=0, notice=None, last=None):
    """`notice`: announced maintenance, (text key, when); `last`: how the last sale stands, (text
    key, when and how much). There is room for one of them."""
    page.begin("slate")
    told = notice or last
    if told:
        page.announce(page.say(told[0]), told[1])
    page.title(80 if told else 66, page.say("enter_amount"))
    page.amount(122, fen, theme.INK if fen else theme.SOFT)
    page.canvas.rect(40, 178, 160, 2, theme.ACCENT if fen else theme.LINE)
    page.sentence(194, page.say("ready_to_charge" if fen else "how_to_start"), theme.MUTED)
    if fen:
        page.hints((("E", "key_charge"), ("C", "key_clear")), _ALWAYS)
    else:
        page.hints(_ALWAYS)
