"""The sale cannot begin; no card was read."""


def draw(page, reason):
    page.begin("slate")
    y = page.band("stop", "cannot_sell")
    page.reason(y + 24, reason)
    page.hints((("E", "key_ok"),))
