"""The sale cannot begin; no card was read."""

from ui import theme


def draw(page, reason, used=None):
    """`used`: where a limit of selling offline is the reason, (stored sales, how many may be)."""
    page.begin("slate")
    y = page.band("stop", "cannot_sell")
    y = page.reason(y + 24, reason)
    if used:
        page.sentence(y + 8, page.say("offline_used", *used), theme.MUTED)
    page.hints((("E", "key_ok"),))
