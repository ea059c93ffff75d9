"""What a sale refuses before any card is read, and what it does when the reader fails."""

import parts

from crypto.dukpt import counter_is_usable
from terminal import book as b
from terminal import sale as s
from terminal.reader import ReaderFault


class Policy:
    sale_limit_fen = 500000
    stored_count_limit = 75
    stored_sum_limit_fen = 100000
    stored_age_limit_h = 72
    offline_aids = []
    deferred = False


class Terminal(parts.Identity):
    batch = 1


class Settings:
    policy = Policy
    terminal = Terminal
    emv_currency = "0156"


class Clock:
    trusted = True

    def now_ms(self):
        return 0

    def local(self):
        return parts.NOW


class Age:
    hours = 0

    def seconds(self):
        return self.hours * 3600


class Link:
    ready = False

    async def comes(self, patience_ms):
        return self.ready


class Forwarding:
    paused = False


class Session:
    trouble = None


class Reader:
    """Notes that its field was switched on; then fails as it is told to."""

    def __init__(self, fault=None):
        self.used = False
        self._fault = fault

    async def field_on(self):
        self.used = True
        if self._fault:
            raise self._fault

    async def field_off(self):
        pass

    async def poll(self, wait_ms):
        return False


class People:
    def show(self, name, **values):
        self.shown = name

    def pressed(self, key):
        return True  # the merchant gives up at once


class Services:
    def __init__(self, reader=None, sectors=8):
        self.reader = reader or Reader()
        self.book = b.Book(parts.journal(parts.Flash(sectors), formatted=False), counter_is_usable)
        self.random = parts.random()
        self.people = People()
        self.settings, self.clock, self.link = Settings, Clock(), Link()
        self.forwarding, self.session = Forwarding(), Session()
        self.age = Age()
        self.scanner = None

    def stored(self, amount_fen):
        sale = parts.sale(self.book.reserve(), amount_fen)
        self.book.open(b.STORED, sale, sale.number)


async def _refused(services, amount_fen):
    result = await s.SaleDesk(services).run(amount_fen)
    assert result.kind == s.REFUSED
    assert not services.reader.used
    return result.reason


async def test_a_full_journal_refuses_the_sale_before_the_card_is_read():
    services = Services(sectors=5)
    while services.book.has_room():
        services.stored(1)
    assert await _refused(services, 100) == "journal_full"


async def test_no_amount_and_too_large_an_amount_are_refused_before_the_card_is_read():
    assert await _refused(Services(), 0) == "zero_amount"
    assert await _refused(Services(), 500001) == "amount_over_limit"


async def test_the_sum_of_stored_sales_is_limited_before_the_card_is_read():
    services = Services()
    services.stored(90000)
    assert await _refused(services, 10001) == "offline_limit"


async def test_no_new_offline_sale_while_an_old_one_waits_for_too_long():
    services = Services()
    services.age.hours = 71
    result = await s.SaleDesk(services).run(100)
    assert result.kind == s.CANCELLED
    services = Services()
    services.age.hours = 72
    assert await _refused(services, 100) == "offline_age"


async def test_a_sale_that_is_given_up_uses_no_number_and_writes_nothing():
    services = Services()
    result = await s.SaleDesk(services).run(100)
    assert result.kind == s.CANCELLED
    assert services.book.held() == (0, 0)
    assert services.book.recent(5) == []
    assert not services.forwarding.paused


async def test_a_reader_that_fails_ends_the_sale_with_a_reason_and_no_charge():
    services = Services(Reader(ReaderFault("silent")))
    result = await s.SaleDesk(services).run(100)
    assert (result.kind, result.reason) == (s.DECLINED, "reader_fault")
    assert services.book.held() == (0, 0)
