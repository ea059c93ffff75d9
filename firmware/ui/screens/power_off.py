"""Everything is kept: the power may be cut."""

from ui import theme
from ui.canvas import HEIGHT


def draw(page, count=0):
    """`count`: sales that are still to be sent."""
    page.begin("slate")
    page.sign("power", 70)
    page.title(158, page.say("power_off"))
    y = page.sentence(198, page.say("all_saved"), theme.MUTED)
    if count:
        page.sentence(y + 6, page.say("still_stored", count), end=HEIGHT)
