"""Announced maintenance: what is said before, during and after its window, and in whose time."""

import signer

from message.documents import NOTICES
from terminal import maintenance, notices
from terminal.front import Front

_NOTICE = signer.notice()  # 25 November, 18:00 to 20:00 UTC, back by 20:30


class Clock:
    """Eight hours ahead of UTC."""

    def __init__(self, *utc):
        self._utc = utc + (0,)

    def utc(self):
        return self._utc

    def to_local(self, utc):
        year, month, day, hour, minute, second = utc
        return (year, month, day + (hour + 8) // 24, (hour + 8) % 24, minute, second)

    def local(self):
        return self.to_local(self._utc)

    def hour_and_minute(self):
        return self.local()[3:5]


def _said(*utc, up=True, several=(_NOTICE,)):
    return maintenance.pressing(several, Clock(*utc), up)


def test_nothing_is_said_until_a_day_before():
    assert _said(2026, 11, 24, 17, 59) is None
    assert _said(2026, 11, 24, 18, 0) == ("maintenance_from", "11-26 02:00")


def test_on_the_day_the_time_stands_alone():
    assert _said(2026, 11, 25, 17, 59) == ("maintenance_from", "02:00")


def test_while_it_lasts_it_is_said_until_when():
    for minute in (0, 59):
        assert _said(2026, 11, 25, 18, minute) == ("maintenance_until", "04:30")


def test_when_it_overruns_it_is_said_as_long_as_the_host_cannot_be_reached():
    assert _said(2026, 11, 25, 20, 0, up=False) == ("maintenance_late", "04:30")
    assert _said(2026, 11, 25, 20, 0, up=True) is None
    assert _said(2026, 11, 26, 20, 0, up=False) is None


def test_what_happens_now_goes_before_what_is_planned():
    later = signer.notice(**{"from": [2026, 11, 25, 19, 0], "to": [2026, 11, 25, 22, 0]})
    both = (later, _NOTICE)
    assert _said(2026, 11, 25, 18, 30, several=both) == ("maintenance_until", "04:30")
    assert _said(2026, 11, 25, 17, 0, several=both) == ("maintenance_from", "02:00")


def test_no_notices_nothing_to_say():
    assert _said(2026, 11, 25, 18, 0, several=()) is None


def test_a_window_has_dates_where_it_is_another_day():
    long = signer.notice(to=[2026, 11, 26, 17, 0])
    assert maintenance.window(_NOTICE, Clock(2026, 11, 25, 17, 0)) == "02:00-04:00"
    assert maintenance.window(_NOTICE, Clock(2026, 11, 24, 17, 0)) == "11-26 02:00-04:00"
    assert maintenance.window(long, Clock(2026, 11, 25, 17, 0)) == "02:00-11-27 01:00"


class Services:
    """A terminal with this document of notices, and a merchant who presses these keys."""

    def __init__(self, content, keys="", time=(2026, 11, 25, 18, 30)):
        self.content = {NOTICES: content}
        self.parameters = self.people = self.link = self.settings = self.book = self
        self.ready = self.test_keys = True
        self.clock = Clock(*time)
        self._keys = list(keys)
        self.screens = []

    def pending(self, *kinds):
        return 0, 0

    totals = pending

    def checking(self):
        return 0

    def status(self, **values):
        pass

    async def key(self, wait_ms):
        return self._keys.pop(0) if self._keys else None

    def show(self, name, **values):
        self.screens.append((name, values))


async def _shown(content, keys):
    services = Services(content, keys)
    await notices.run(services, services)
    return services.screens


async def test_the_menu_shows_each_notice_on_a_screen_of_its_own():
    content = signer.notices(3, _NOTICE, signer.notice(scope="qr"))
    first, second, round_again = await _shown(content, "EE")
    name, values = first
    assert name == "notice" and values["stage"] == maintenance.ACTIVE
    assert values["scope"] == "scope_all" and values["recovery"] == "11-26 04:30"
    assert values["text"] == ("系统", "Planned work on the network.")
    assert second[1]["scope"] == "scope_qr" and round_again == first


async def test_without_notices_the_menu_says_so():
    for content in (None, signer.notices(3)):
        ((name, values),) = await _shown(content, "X")
        assert (name, values["reason"]) == ("report", "no_notices")


def test_the_screen_at_rest_is_drawn_anew_when_a_window_begins():
    services = Services(signer.notices(3, _NOTICE), time=(2026, 11, 25, 17, 59))
    front = Front(services)
    front.show("amount")
    assert not front.changed() and front.notice()[0] == "maintenance_from"
    services.clock = Clock(2026, 11, 25, 18, 0)
    assert front.changed() and front.notice()[0] == "maintenance_until"


def test_a_new_document_of_notices_is_seen_at_once():
    services = Services(None)
    front = Front(services)
    front.show("amount")
    services.content[NOTICES] = signer.notices(3, _NOTICE)
    assert front.changed()
