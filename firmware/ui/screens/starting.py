"""While the terminal starts and goes through its records."""

from ui import theme
from ui.canvas import HEIGHT


def draw(page, note=""):
    """`note`: text key of what is being done."""
    page.begin("slate")
    page.sign("mark", 84)
    page.title(196, page.say("brand"))
    page.sentence(240, page.say(note or "starting"), theme.MUTED, HEIGHT - 8)
