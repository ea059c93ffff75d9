"""How long the oldest stored sale has waited: by a trusted clock, and by the hours switched on."""

import parts

from crypto.dukpt import counter_is_usable
from terminal import book as b
from terminal.age import Age
from terminal.clock import Clock
from terminal.folder import Folder

_HOUR_S = 3600
_PLACE = parts.place("age")


class Rtc:
    """At the time of the sales that `parts` makes, plus what passes; 8 hours before their zone."""

    def __init__(self):
        self.time = parts.NOW

    def datetime(self, value=None):
        t = self.time
        return (t[0], t[1], t[2], 0, t[3], t[4], t[5], 0)


class Now(Clock):
    """A clock that is told how long it has been on."""

    def __init__(self, trusted=True):
        super().__init__(Rtc(), 0, (2026, 1, 1))
        self.trusted = trusted
        self.on_ms = 0

    def now_ms(self):
        return self.on_ms

    def passes(self, hours):
        self.on_ms += hours * _HOUR_S * 1000

    def wall(self, days):
        year, month, day = parts.NOW[:3]
        self._rtc.time = (year, month, day + days) + parts.NOW[3:]


def _book(flash=None):
    book = b.Book(parts.journal(flash or parts.Flash(), flash is not None), counter_is_usable)
    book.load()
    return book


def _store(book, clock_trusted=True):
    sale = parts.sale(book.reserve())
    sale.id = parts.random()(16)
    sale.clock_trusted = clock_trusted
    book.open(b.STORED, sale, sale.number)
    return sale.number


def _give_back(book):
    given = parts.given_back(parts.sale(1), book.reserve())
    book.open(b.RETURN, given, given.number)


def _folder():
    folder = Folder(_PLACE)
    folder.remove("waiting")
    return folder


def test_nothing_stored_has_no_age():
    clock = Now()
    age = Age(_book(), clock, _folder())
    clock.passes(100)
    assert age.seconds() == 0


def test_what_is_given_back_has_no_age():
    book, clock = _book(), Now()
    _give_back(book)
    clock.wall(days=3)
    assert Age(book, clock, _folder()).seconds() == 0
    _store(book)
    clock.wall(days=5)
    assert Age(book, clock, _folder()).seconds() == 5 * 24 * _HOUR_S


def test_trusted_clocks_count_the_time_that_the_power_was_off():
    book, clock = _book(), Now()
    _store(book)
    clock.wall(days=3)
    assert Age(book, clock, _folder()).seconds() == 72 * _HOUR_S


def test_a_clock_that_is_not_trusted_counts_for_nothing():
    for captured, now in ((True, False), (False, True), (False, False)):
        book, clock = _book(), Now(now)
        _store(book, captured)
        clock.wall(days=3)
        assert Age(book, clock, _folder()).seconds() == 0


def test_the_hours_switched_on_always_count():
    book, clock = _book(), Now(trusted=False)
    _store(book)
    age = Age(book, clock, _folder())
    age.seconds()
    clock.passes(5)
    assert age.seconds() == 5 * _HOUR_S


def test_the_hours_go_on_over_restarts():
    flash, folder = parts.Flash(), _folder()
    book = b.Book(parts.journal(flash, formatted=False), counter_is_usable)
    _store(book)
    for start in range(4):
        clock = Now(trusted=False)
        age = Age(_book(flash), clock, folder)
        assert age.seconds() == start * 10 * _HOUR_S
        clock.passes(10)
        age.keep()


def test_a_restart_forgets_at_most_a_quarter_of_an_hour():
    flash, folder = parts.Flash(), _folder()
    book = b.Book(parts.journal(flash, formatted=False), counter_is_usable)
    _store(book)
    clock = Now(trusted=False)
    age = Age(book, clock, folder)
    for _ in range(120):
        age.keep()
        clock.on_ms += 60000
    assert Age(_book(flash), Now(trusted=False), folder).seconds() >= 2 * _HOUR_S - 900


def test_the_sale_behind_one_that_went_is_not_younger_than_the_truth():
    book, clock, folder = _book(), Now(trusted=False), _folder()
    first = _store(book)
    age = Age(book, clock, folder)
    age.seconds()
    clock.passes(40)
    _store(book)
    clock.passes(40)
    book.resolve(book.seq_of(first), bytes(16))
    assert age.seconds() >= 40 * _HOUR_S
    age.keep()
    clock.passes(0)
    assert folder.read("waiting")[-4:] == (80 * _HOUR_S).to_bytes(4, "big")


def test_when_all_has_gone_the_next_sale_is_new():
    book, clock, folder = _book(), Now(trusted=False), _folder()
    first = _store(book)
    age = Age(book, clock, folder)
    age.seconds()
    clock.passes(50)
    age.keep()
    book.resolve(book.seq_of(first), bytes(16))
    assert age.seconds() == 0
    _store(book)
    assert age.seconds() == 0
