"""Forwarding on a real book: many messages under way, answers in any order, the right sale each."""

import asyncio

import parts

from terminal import book as b
from terminal.forwarding import Forwarding, Queue
from terminal.host_memory import HostMemory
from uplink.forwarder import Forwarder

WIDEST = 16
TOKEN = bytes(range(16))


class Clock:
    def now_ms(self):
        return 0


class Reply:
    trusted = True
    token = TOKEN
    rrn, approval = "123456789012", ""

    def __init__(self, identity, code="00"):
        self.identity = identity
        self.code = code

    def is_about(self, identity, amount_fen):
        return self.identity == identity


class Link:
    """Keeps what was posted until the test answers it."""

    ready = True

    def __init__(self):
        self.posted = []  # (frame, answered)

    def post(self, key, data, answered):
        self.posted.append((data, answered))
        return True


class Bench:
    def __init__(self, sales):
        self.book = b.Book(parts.journal(parts.Flash(), formatted=False), lambda number: True)
        self.link = Link()
        self.ids = []
        for _ in range(sales):
            self.keep(b.STORED)
        self.session = parts.Session()
        self.memory = HostMemory(self.book, self.book._journal, self.session)
        queue = Queue(self.book, self.memory)
        forwarder = Forwarder(queue, parts.random(), WIDEST)
        self.forwarding = Forwarding(
            self.book, queue, forwarder, self.memory, self.link, parts.messages(), Clock()
        )
        self._task = asyncio.create_task(self.forwarding.run())

    def keep(self, kind):
        sale = parts.sale(self.book.reserve(), 100)
        sale.id = sale.number.to_bytes(16, "big")
        self._write(kind, sale)
        return sale

    def give_back(self, original):
        given = parts.given_back(original, self.book.reserve())
        self._write(b.RETURN, given)

    def _write(self, kind, sale):
        self.book.open(kind, sale, sale.number)
        self.book.put_back(sale.number)
        self.ids.append(sale.id)

    def words(self):
        return [word for _, word in self.book.recent(3)]

    async def step(self):
        for _ in range(4 * WIDEST):
            await asyncio.sleep_ms(0)

    async def answer(self, index, identity, code="00"):
        """Answers what was posted as number `index`, and lets the terminal work."""
        self.link.posted[index][1](identity and Reply(identity, code))
        await self.step()

    async def warm_up(self):
        """Until the window lets three through."""
        await self.step()
        await self.answer(0, self.ids[0])
        await self.answer(1, self.ids[1])
        assert len(self.link.posted) == 5


def _run(work):
    asyncio.run(work)
    asyncio.new_event_loop()


def test_answers_in_another_order_bank_the_sales_they_belong_to():
    async def work():
        bench = Bench(sales=5)
        await bench.warm_up()
        await bench.answer(4, bench.ids[4])
        await bench.answer(2, bench.ids[2])
        assert bench.book.owed() == [4]
        await bench.answer(3, bench.ids[3])
        assert bench.book.owed() == []
        assert not bench.forwarding.busy

    _run(work())


def test_an_answer_with_another_sales_identity_banks_nothing():
    async def work():
        bench = Bench(sales=5)
        await bench.warm_up()
        await bench.answer(2, bench.ids[3])
        assert bench.book.owed() == [3, 4, 5]

    _run(work())


def test_while_a_card_is_in_play_answers_are_taken_and_nothing_is_sent():
    async def work():
        bench = Bench(sales=8)
        await bench.warm_up()
        bench.forwarding.paused = True
        await bench.answer(2, bench.ids[2])
        assert bench.book.owed() == [4, 5, 6, 7, 8]
        assert len(bench.link.posted) == 5

    _run(work())


def test_a_broken_line_leaves_all_that_was_under_way_owed():
    async def work():
        bench = Bench(sales=5)
        await bench.warm_up()
        bench.link.ready = False
        for index in (2, 3, 4):
            await bench.answer(index, None)
        assert bench.book.held() == (3, 300)
        assert not bench.forwarding.busy

    _run(work())


def test_a_reversal_is_sent_as_one_and_ends_the_doubt():
    async def work():
        bench = Bench(sales=0)
        bench.keep(b.REQUEST)
        await asyncio.sleep_ms(350)
        assert bench.link.posted[0][0][:2] == b"\x04\x00"
        await bench.answer(0, bench.ids[0])
        assert [word for _, word in bench.book.recent(1)] == ["returned"]

    _run(work())


def test_a_return_is_sent_when_its_original_was_answered_and_not_before():
    async def work():
        bench = Bench(sales=5)
        await bench.warm_up()
        bench.give_back(bench.keep(b.STORED))  # numbers 6 and 7
        bench.keep(b.STORED)
        for index in (2, 3, 4):
            await bench.answer(index, bench.ids[index])
        stans = [frame[24:27] for frame, _ in bench.link.posted]
        assert stans[5:] == [b"\0\0\6", b"\0\0\x08"]
        await bench.answer(5, bench.ids[5])
        assert bench.link.posted[7][0][10:13] == b"\x20\0\0"
        await bench.answer(7, bench.ids[6])
        await bench.answer(6, bench.ids[7])
        assert bench.words() == ["paid", "returned", "paid"]

    _run(work())


def test_a_return_that_the_host_refuses_is_for_people_and_the_queue_goes_on():
    async def work():
        bench = Bench(sales=1)
        bench.give_back(bench.book.sale(1))
        bench.keep(b.STORED)
        await bench.step()
        await bench.answer(0, bench.ids[0])
        await bench.answer(1, bench.ids[1], "13")
        await bench.answer(2, bench.ids[2])
        assert bench.words() == ["paid", "checking", "paid"]
        assert bench.book.owed() == []

    _run(work())
