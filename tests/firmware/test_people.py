"""Keys and screen together: the language key, and screens that stay true while they wait."""

import asyncio

from message.documents import NOTICES
from terminal.front import Front
from terminal.people import People, unless_cancelled


class View:
    language = "zh"
    support = ""

    def __init__(self):
        self.shown, self.drawn = None, 0
        self.told = {}

    def show(self, name, **values):
        self.shown = name
        self.redraw()

    def redraw(self):
        self.drawn += 1

    def status(self, **values):
        self.told = values


class Keypad:
    def __init__(self, keys=""):
        self.waiting = list(keys)

    def take(self):
        return self.waiting.pop(0) if self.waiting else None

    def forget(self):
        self.waiting.clear()


class Silent:
    def show(self, levels):
        pass

    def play(self, tones):
        pass


def _people(keys=""):
    return People(View(), Keypad(keys), Silent(), Silent())


async def _waits(people, so_long_ms):
    await asyncio.sleep_ms(600)  # since the last look
    await people.key(so_long_ms)


async def test_the_language_key_changes_whichever_screen_is_there_and_is_no_answer():
    people = _people("LE")
    people.show("report", reason="no_answer")
    drawn = people._view.drawn
    assert await people.key(0) == "E"
    assert people._view.language == "en"
    assert people._view.drawn == drawn + 1
    assert people._view.shown == "report"


async def test_the_language_is_kept_by_whoever_can():
    people = _people("LLL")
    people.show("amount")
    kept = []
    people.keep_language = kept.append
    await people.key(0)
    assert kept == ["en", "zh", "en"]


async def test_cancel_is_found_behind_keys_that_mean_nothing_and_what_follows_is_kept():
    people = _people("12LM3X40")
    people.show("present")
    assert people.pressed("X")
    assert people._keypad.waiting == ["4", "0"]
    assert not people.pressed("X")


async def test_a_screen_that_waits_for_a_key_is_drawn_again_when_its_status_bar_is_stale():
    people = _people()
    people.show("menu")
    drawn = people._view.drawn
    await _waits(people, 40)
    assert people._view.drawn == drawn
    people.is_stale = lambda: True
    await _waits(people, 40)
    assert people._view.drawn == drawn + 1


async def test_so_is_one_that_waits_for_something_else():
    people = _people()
    people.is_stale = lambda: True
    people.show("present")
    drawn = people._view.drawn
    await asyncio.sleep_ms(600)
    assert not people.pressed("X")
    assert people._view.drawn == drawn + 1


async def test_seconds_run_on_the_screen_of_a_pay_code():
    people = _people()
    people.show("waiting")
    drawn = people._view.drawn
    await _waits(people, 40)
    assert people._view.drawn == drawn + 1


async def test_what_is_waited_for_ends_with_the_cancel_key():
    people, ended = _people(), []

    async def never():
        people._keypad.waiting.append("X")
        try:
            await asyncio.sleep_ms(60000)
        finally:
            ended.append(True)

    assert await unless_cancelled(people, never()) is None
    await asyncio.sleep_ms(0)
    assert ended


async def test_what_is_waited_for_is_given_when_it_comes():
    async def soon():
        return "bank_posted"

    assert await unless_cancelled(_people("12"), soon()) == "bank_posted"


class Services:
    """What the status bar is made of."""

    def __init__(self):
        self.people = _people()
        self.book = self.link = self.settings = self.clock = self.parameters = self
        self.ready = self.test_keys = True
        self.content = {NOTICES: None}
        self.declined = 0

    def pending(self):
        return 0, 0

    def checking(self):
        return 0

    def totals(self, *kinds):
        return self.declined, self.declined * 1000

    def hour_and_minute(self):
        return 12, 30


async def test_the_status_bar_follows_the_line_on_any_screen():
    services = Services()
    front = Front(services)
    front.show("menu", title="menu", items=())
    assert services.people._view.told["link"] == "up"
    drawn, services.ready = services.people._view.drawn, False
    await _waits(services.people, 40)
    assert services.people._view.told["link"] == "down"
    assert services.people._view.drawn == drawn + 1


async def test_a_status_bar_that_followed_does_not_hide_that_the_screen_is_old():
    services = Services()
    front = Front(services)
    front.show("amount")
    services.ready = False
    await _waits(services.people, 40)
    assert front.changed()
    front.show("amount")
    assert not front.changed()
    services.declined = 1
    assert front.changed()
