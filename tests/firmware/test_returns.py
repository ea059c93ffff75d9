"""Giving money back: never more than was paid, never before it is written down."""

import parts

from crypto.dukpt import counter_is_usable
from terminal import book as b
from terminal import give_back, history, returns

TOKEN = bytes(range(16))


class Clock:
    trusted = True

    def __init__(self):
        self.ms = 0

    def now_ms(self):
        return self.ms

    def local(self):
        return parts.NOW


class Merchant:
    """People and front in one: presses these keys and sees the screens."""

    def __init__(self, clock):
        self._clock = clock
        self.keys = []
        self.screens = []  # (name, values)
        self.on_screen = None  # called with the name of each screen

    async def key(self, wait_ms):
        self._clock.ms += wait_ms
        return self.keys.pop(0) if self.keys else None

    async def agree(self, wait_ms):
        return await self.key(wait_ms) == "E"

    def show(self, name, **values):
        self.screens.append((name, values))
        if self.on_screen:
            self.on_screen(name)

    def changed(self):
        return False

    def failed(self):
        pass

    stored = switch_language = failed

    def shown(self, name):
        return [values for shown, values in self.screens if shown == name]


class Shop:
    """The services of a terminal."""

    def __init__(self, sectors=8):
        self.clock, self.random = Clock(), parts.random()
        self.people = Merchant(self.clock)
        self.book = b.Book(parts.journal(parts.Flash(sectors), formatted=False), counter_is_usable)

    def stored(self, amount_fen=1000):
        sale = parts.sale(self.book.reserve(), amount_fen)
        sale.id = self.random(16)
        self.book.open(b.STORED, sale, sale.number)
        self.book.put_back(sale.number)
        return sale

    def paid(self, amount_fen=1000):
        sale = self.stored(amount_fen)
        self.book.resolve(sale.number, TOKEN)
        return sale

    def ended(self, kind):
        sale = parts.sale(self.book.reserve(), 1000)
        self.book.open(b.REQUEST, sale, sale.number)
        self.book.put_back(sale.number)
        if kind != b.REQUEST:
            self.book.end(sale.number, kind, TOKEN)
        return sale

    def gives_back(self, sale, amount_fen):
        given, reason = returns.give_back(self, sale, amount_fen)
        return reason or given


async def _job(shop, sale, keys):
    shop.people.keys = list(keys)
    await give_back.run(shop, shop.people, sale, None)


def _owed(shop):
    return [shop.book.sale(seq) for seq in shop.book.waiting(b.RETURN)]


def test_the_whole_of_a_sale_of_the_open_batch_is_a_void():
    shop = Shop()
    given = shop.gives_back(shop.paid(), 1000)
    assert given.original[2] == "23"


def test_a_part_of_a_sale_is_a_refund():
    shop = Shop()
    assert shop.gives_back(shop.paid(), 999).original[2] == "25"


def test_a_sale_of_a_batch_that_is_closed_is_refunded_in_the_next_one():
    shop = Shop()
    sale = shop.paid()
    shop.book.close_batch(bytes(16), parts.NOW[:5])
    given = shop.gives_back(sale, 1000)
    assert (given.batch, given.original[2]) == (2, "25")


def test_parts_add_up_to_the_whole_and_not_to_one_fen_more():
    shop = Shop()
    sale = shop.paid()
    shop.gives_back(sale, 600)
    assert returns.left_fen(shop.book, sale) == (400, None)
    assert shop.gives_back(sale, 401) == "return_too_much"
    shop.gives_back(sale, 400)
    assert shop.gives_back(sale, 1) == "return_all_given"
    assert shop.book.totals(b.RETURN) == (2, 1000)


def test_nothing_is_not_a_return():
    shop = Shop()
    assert shop.gives_back(shop.paid(), 0) == "return_too_much"


def test_what_went_to_the_host_still_counts_as_given_back():
    shop = Shop()
    sale = shop.paid()
    given = shop.gives_back(sale, 600)
    shop.book.resolve(given.number, TOKEN)
    assert returns.left_fen(shop.book, sale) == (400, None)


def test_what_the_host_refused_was_not_given_back():
    shop = Shop()
    sale = shop.paid()
    given = shop.gives_back(sale, 600)
    shop.book.bury(given.number)
    assert returns.left_fen(shop.book, sale) == (1000, None)


def test_a_return_counts_once_however_often_it_is_written_again():
    shop = Shop()
    sale = shop.paid()
    given = shop.gives_back(sale, 600)
    shop.book._rewrite(given.number, b.RETURN)
    assert returns.given_back_fen(shop.book, sale) == 600


def test_returns_are_found_behind_a_copy_of_their_original():
    shop = Shop()
    sale = shop.stored()
    shop.gives_back(sale, 600)
    shop.book._rewrite(sale.number, b.STORED)
    assert returns.left_fen(shop.book, sale) == (400, None)


def test_returns_of_another_sale_do_not_count():
    shop = Shop()
    first, second = shop.paid(), shop.paid()
    shop.gives_back(first, 600)
    assert returns.given_back_fen(shop.book, second) == 0


def test_only_what_was_paid_or_will_be_is_given_back():
    shop = Shop()
    for kind in (b.DECLINED, b.ABANDONED, b.REVERSED):
        assert shop.gives_back(shop.ended(kind), 100) == "return_not_paid"
    assert shop.gives_back(shop.ended(b.REQUEST), 100) == "return_in_doubt"
    assert shop.gives_back(shop.ended(b.PAID), 100).amount_fen == 100
    assert shop.gives_back(shop.stored(), 100).amount_fen == 100


def test_a_dead_letter_is_not_given_back():
    shop = Shop()
    sale = shop.stored()
    shop.book.bury(sale.number)
    assert shop.gives_back(sale, 100) == "return_in_doubt"


def test_a_return_of_a_return_is_refused():
    shop = Shop()
    given = shop.gives_back(shop.paid(), 100)
    assert shop.gives_back(given, 100) == "return_of_return"


def test_a_full_journal_takes_no_return():
    shop = Shop(sectors=5)
    sale = shop.stored(1)
    while shop.book.has_room():
        shop.stored(1)
    assert shop.gives_back(sale, 1) == "journal_full"


async def test_green_twice_gives_back_all_of_it():
    shop = Shop()
    sale = shop.paid(1250)
    await _job(shop, sale, "EE")
    assert [name for name, _ in shop.people.screens] == ["give_back", "confirm", "given_back"]
    assert shop.people.shown("given_back") == [{"fen": -1250, "word": "stored"}]
    assert [given.amount_fen for given in _owed(shop)] == [1250]


async def test_another_amount_can_be_keyed():
    shop = Shop()
    await _job(shop, shop.paid(5000), "12DEE")
    assert [given.amount_fen for given in _owed(shop)] == [1200]


async def test_more_than_is_left_cannot_be_asked_for():
    shop = Shop()
    await _job(shop, shop.paid(5000), "5001EEEX")
    assert shop.people.shown("give_back")[-1] == {"fen": 5001, "left_fen": 5000}
    assert _owed(shop) == []


async def test_who_cancels_gives_nothing_back():
    for keys in ("X", "EX", "C", "CE", ""):
        shop = Shop()
        await _job(shop, shop.paid(), keys)
        assert _owed(shop) == []


async def test_it_is_written_down_before_the_screen_says_so():
    shop, seen = Shop(), []
    sale = shop.paid()
    shop.people.on_screen = lambda name: seen.append((name, shop.book.totals(b.RETURN)[0]))
    await _job(shop, sale, "EE")
    assert seen == [("give_back", 0), ("confirm", 0), ("given_back", 1)]


async def test_the_screen_follows_when_the_bank_answers_at_once():
    shop = Shop()
    sale = shop.paid()

    def bank(name):
        if name == "given_back" and shop.book.owed():
            shop.book.resolve(shop.book.owed()[0], TOKEN)

    shop.people.on_screen = bank
    await _job(shop, sale, "EE")
    assert [values["word"] for values in shop.people.shown("given_back")] == ["stored", "returned"]


async def test_what_cannot_be_given_back_is_refused_with_a_reason():
    shop = Shop()
    sale = shop.ended(b.REQUEST)
    await _job(shop, sale, "E")
    assert shop.people.shown("report")[0]["reason"] == "return_in_doubt"


async def test_a_doubt_that_comes_up_while_the_merchant_thinks_refuses_it():
    shop = Shop()
    sale = shop.stored()
    shop.people.on_screen = lambda name: name == "confirm" and shop.book.bury(sale.number)
    await _job(shop, sale, "EE")
    assert shop.people.shown("report")[0]["reason"] == "return_in_doubt"
    assert _owed(shop) == []


async def test_the_history_has_a_line_for_the_return_and_the_sale_says_how_much():
    shop = Shop()
    sale = shop.paid(1000)
    shop.gives_back(sale, 300)
    shop.people.keys = list("8EXX")
    await history.run(shop, shop.people)
    rows = shop.people.shown("history")[0]["rows"]
    assert [row[1:] for row in rows] == [(-300, "stored"), (1000, "paid")]
    assert shop.people.shown("entry")[0]["back_fen"] == 300
