"""One announcement of the acquirer: when, what is affected, when all should be well again."""


def draw(page, stage, window, recovery, scope, text, place=1, count=1):
    """`stage` and `scope`: text keys; `text`: in Chinese and in English."""
    page.begin("slate")
    title = page.say("notices")
    page.heading("%s %d/%d" % (title, place, count) if count > 1 else title)
    y = page.sentence(84, page.say(stage)) + 4
    y = page.details(
        y,
        ("maintenance_window", window),
        ("maintenance_scope", page.say(scope)),
        ("maintenance_recovery", recovery),
    )
    page.sentence(y + 6, text[page.language == "en"], end=0)  # the small face has its characters
    more = (("E", "key_next"),) if count > 1 else ()
    page.hints(more + (("X", "key_back"),))
