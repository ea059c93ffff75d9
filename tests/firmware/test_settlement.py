"""Closing a batch with the host: what is asked in which order, and what every answer means."""

import parts

from message import codec
from terminal import book as b
from terminal.settler import Settler, _last_time
from uplink import answers, settling
from uplink.link import NOT_SENT

TOKEN = bytes(range(16))
ANSWER = ("123456789012", "A1B2C3", "00")
TOTALS, LIST, DIFFERENCES = 0x12, 0x13, 0x14
NOON = (2026, 11, 22, 12, 0, 0)


# The state machine


def _settling():
    return settling.Settling(lambda count: b"\x80" * count)


def test_totals_that_agree_need_one_question():
    state = _settling()
    assert (state.what, state.listed) == (settling.CLOSE, None)
    state.answered(answers.ACCEPTED, None, 0)
    assert state.done


def test_totals_that_differ_bring_the_list_and_then_the_totals_again():
    state = _settling()
    state.answered(answers.DIFFERS, 0, 0)
    assert (state.what, state.at, state.repeat) == (settling.LIST, 0, False)
    state.answered(answers.ACCEPTED, 16, 0)
    assert (state.what, state.at, state.repeat) == (settling.LIST, 16, False)
    state.list_ended()
    assert (state.what, state.listed) == (settling.CLOSE, 16)
    state.answered(answers.ACCEPTED, None, 0)
    assert state.done


def test_the_list_goes_on_where_the_host_wants_it():
    state = _settling()
    state.answered(answers.DIFFERS, 48, 0)
    assert state.at == 48
    state.answered(answers.ACCEPTED, 32, 0)  # it has lost some
    assert (state.at, state.repeat) == (32, False)
    state.answered(answers.ACCEPTED, 32, 0)  # it took none
    assert (state.at, state.repeat) == (32, True)


def test_a_host_that_misses_items_of_the_whole_list_is_told_them_again():
    state = _settling()
    state.answered(answers.DIFFERS, 0, 0)
    state.answered(answers.ACCEPTED, 20, 0)
    state.list_ended()
    state.answered(answers.DIFFERS, 5, 0)
    assert (state.what, state.at) == (settling.LIST, 5)


def test_a_host_that_has_forgotten_the_list_is_told_the_totals_first():
    state = _settling()
    state.answered(answers.DIFFERS, 0, 0)
    state.answered(answers.ACCEPTED, 16, 0)
    state.answered(answers.LATER, None, 0)
    assert state.what == settling.CLOSE
    state.answered(answers.DIFFERS, 0, 0)
    assert (state.what, state.at) == (settling.LIST, 0)


def test_silence_and_refusals_are_tried_again_with_growing_gaps():
    state, now, gaps = _settling(), 0, []
    for verdict in (answers.SILENCE, answers.LATER) * 4:
        state.answered(verdict, None, now)
        due = now
        while not state.is_due(due):
            due += 100
        gaps.append((due - now) // 1000)
        now = due
    assert gaps == sorted(gaps) and gaps[0] == 0 and gaps[-1] >= 700
    assert state.what == settling.CLOSE and not state.done


def test_a_host_that_has_the_whole_list_and_still_differs_is_not_stormed():
    state = _settling()
    state.answered(answers.DIFFERS, 0, 0)
    state.list_ended()
    for _ in range(3):
        state.answered(answers.DIFFERS, 0, 0)
    assert not state.is_due(4000)


def test_what_an_answer_means():
    class Reply:
        trusted, token, code = True, None, "95"

    reply = Reply()
    assert answers.of_closing(None, None) == answers.SILENCE
    assert answers.of_closing(reply, 3) == answers.DIFFERS
    assert answers.of_closing(reply, None) == answers.LATER
    reply.code = "00"
    assert answers.of_closing(reply, None) == answers.LATER  # no token: nothing is closed
    assert answers.of_list(reply, 4) == answers.ACCEPTED
    assert answers.of_list(reply, None) == answers.LATER
    reply.token = TOKEN
    assert answers.of_closing(reply, None) == answers.ACCEPTED
    reply.trusted = False
    assert answers.of_closing(reply, None) == answers.SILENCE
    assert answers.of_list(reply, 4) == answers.SILENCE


# With a host


class Clock:
    trusted = True

    def __init__(self):
        self.ms = 0
        self.at = NOON

    def now_ms(self):
        self.ms += 1000
        return self.ms

    def local(self):
        return self.at


class Link:
    """A host that settles as docs/protocol.md says, and notes what it is asked."""

    ready = True

    def __init__(self, messages):
        self._messages = messages
        self._host = parts.Host()
        self.asked = []  # message types
        self.closings = []  # identities
        self.totals = None  # the host's own, packed; None: those that it is told
        self.items = []
        self.closed_by_another = None  # the identity that it refuses
        self.faults = []  # "silence", "busy", "not sent": for the next questions

    async def exchange(self, key, data):
        mti, fields, _ = codec.unpack(data)
        private = codec.unpack_private(fields[63])
        self.asked.append(mti)
        self.closings.append(private[1])
        fault = self.faults.pop(0) if self.faults else None
        if fault == "not sent":
            return NOT_SENT
        if fault == "before":
            return None
        answer = self._answer(mti, private) if fault != "busy" else ("96", {})
        if fault == "silence":
            return None
        code, more = answer
        frame = self._host.reply(data, code, token=code == "00" and mti == "0500", **more)
        return self._messages.read(frame)

    def _answer(self, mti, private):
        here = len(self.items).to_bytes(2, "big")
        if mti != "0500":
            said = private[LIST]
            first = int.from_bytes(said[:2], "big")
            for at in range(2, len(said), 15):
                if first + (at - 2) // 15 == len(self.items):
                    self.items.append(said[at : at + 15])
            return "00", {"t13": len(self.items).to_bytes(2, "big")}
        if private[1] == self.closed_by_another:
            return "94", {}
        if self.totals in (None, private[TOTALS]):
            return "00", {"t19": parts.unhex("2026112220261123")}
        if private.get(LIST) != here:
            return "95", {"t13": here}
        differences = parts.unhex("0001000000000000") + parts.unhex(
            "01" + "00" * 3 + "07" + "00" * 12
        )
        return "00", {"t14": differences}


class Bench:
    """A terminal with a batch, as far as settling goes."""

    def __init__(self, sales=0):
        self.messages = parts.messages()
        self.random = parts.random()
        self.journal = parts.journal(parts.Flash(16), formatted=False)
        self.book = b.Book(self.journal, lambda number: True)
        self.book.load()
        self.link = Link(self.messages)
        self.clock = Clock()
        self.session = self.settings = self.policy = self.forwarding = self.memory = self
        self.forwarder = self
        self.trouble, self.settle_at = None, ""
        self.paused = self.busy = False
        self.put_off = ()
        self.settler = Settler(self)
        for fen in range(1, sales + 1):
            self.paid(fen)

    def is_put_off(self, number):
        return number in self.put_off

    def paid(self, fen):
        sale = parts.sale(self.book.reserve(), fen)
        self.book.open(b.REQUEST, sale, sale.number)
        self.book.end(sale.number, b.PAID, TOKEN, ANSWER)

    def stored(self, fen):
        sale = parts.sale(self.book.reserve(), fen)
        self.book.open(b.STORED, sale, sale.number)
        return sale

    async def settle(self, most=60):
        """Until the batch is closed."""
        for _ in range(most):
            if self.settler.closing is None:
                return self.settler.last
            await self.settler._go_on()
        raise AssertionError("it is not closed")


async def test_a_batch_is_closed_when_the_host_agrees():
    bench = Bench(sales=3)
    assert bench.settler.begin() is None
    settled = await bench.settle()
    assert (settled.number, settled.differences, settled.pays_on) == (1, (0,) * 4, (2026, 11, 23))
    assert settled.reference == "123456789012"
    assert bench.link.asked == ["0500"]
    assert (bench.book.batch, bench.settler.closing) == (2, None)


async def test_an_empty_batch_is_closed_too():
    bench = Bench()
    bench.settler.begin()
    assert (await bench.settle()).number == 1


async def test_totals_that_differ_bring_the_whole_list_item_by_item():
    bench = Bench(sales=40)
    bench.link.totals = b"another"
    bench.settler.begin()
    settled = await bench.settle()
    assert bench.link.asked == ["0500", "0320", "0320", "0320", "0500"]
    numbers = [int.from_bytes(item[:4], "big") for item in bench.link.items]
    amounts = [int.from_bytes(item[9:], "big") for item in bench.link.items]
    assert numbers == amounts == list(range(40, 0, -1))
    assert settled.differences == (1, 0, 0, 0)
    assert settled.told == [(1, 7, 0, 0)]


async def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_identity():
    bench = Bench(sales=20)
    bench.link.totals = b"another"
    bench.link.faults = ["silence", "busy", "not sent"] + ["silence", "before", None] * 2
    bench.settler.begin()
    await bench.settle(9000)
    assert len(bench.link.items) == 20
    assert len(set(bench.link.closings)) == 1


async def test_what_the_host_has_closed_under_another_identity_is_settled_with_the_next_batch():
    bench = Bench(sales=2)
    bench.settler.begin()
    bench.paid(100)
    bench.link.closed_by_another = bench.settler.closing.identity
    assert await bench.settle() is None
    assert bench.book.batch == 2
    assert bench.book.tally.batch.totals == {1: (3, 103)}
    bench.settler.begin()
    assert (await bench.settle()).number == 2


async def test_a_power_cut_in_the_list_goes_on_where_the_host_has_it():
    bench = Bench(sales=40)
    bench.link.totals = b"another"
    bench.settler.begin()
    while len(bench.link.items) < 16:
        await bench.settler._go_on()
    bench.book = b.Book(bench.journal, lambda number: True)
    bench.book.load()
    bench.settler = Settler(bench)
    asked = len(bench.link.asked)
    await bench.settle()
    assert bench.link.asked[asked:] == ["0500", "0320", "0320", "0500"]
    assert len(bench.link.items) == 40
    assert len(set(bench.link.closings)) == 1


async def test_a_host_that_has_forgotten_sales_is_told_of_them_before_it_settles():
    bench = Bench(sales=2)
    bench.settler.begin()
    bench.memory.busy = True
    assert not bench.settler._may_ask()
    bench.memory.busy = False
    assert bench.settler._may_ask()


async def test_sales_go_on_in_the_next_batch_while_one_is_being_closed():
    bench = Bench(sales=2)
    bench.link.totals = b"another"
    bench.settler.begin()
    assert bench.book.batch == 2
    bench.paid(500)
    await bench.settle()
    assert len(bench.link.items) == 2
    assert bench.book.tally.batch.totals == {1: (1, 500)}


def test_what_the_host_has_not_answered_goes_first():
    bench = Bench(sales=1)
    sale = bench.stored(100)
    assert bench.settler.begin() == "settle_waits"
    bench.put_off = (sale.number,)
    assert bench.settler.begin() is None
    assert bench.settler.begin() == "settle_under_way"


def test_nothing_is_closed_in_the_midst_of_something_else():
    for what in ("paused", "busy"):
        bench = Bench()
        setattr(bench, what, True)
        assert bench.settler.begin() == "settle_waits"
    bench = Bench()
    bench.link.ready = False
    assert bench.settler.begin() == "no_network"
    bench.trouble = "host_unreachable"
    assert bench.settler.begin() == "host_unreachable"


def test_the_batch_is_closed_by_itself_once_a_day():
    bench = Bench(sales=1)
    bench.settle_at = "23:30"
    moments = (
        (NOON, 1),
        ((2026, 11, 22, 23, 29, 59), 1),
        ((2026, 11, 22, 23, 30, 0), 2),
        ((2026, 11, 22, 23, 55, 0), 2),
        ((2026, 11, 23, 12, 0, 0), 2),
        ((2026, 11, 24, 9, 0, 0), 3),  # it was switched off in the evening
    )
    for at, batch in moments:
        bench.clock.at = at
        bench.settler._begin_in_time()
        assert bench.book.batch == batch, at
        if bench.settler.closing:
            bench.book.tally.closed()


def test_without_a_trusted_clock_nothing_is_closed_by_itself():
    bench = Bench()
    bench.settle_at = "11:00"
    bench.clock.trusted = False
    for at in (NOON, (2026, 12, 24, 12, 0, 0)):
        bench.clock.at = at
        bench.settler._begin_in_time()
    assert bench.book.batch == 1


def test_the_last_time_of_the_day_may_have_been_yesterday():
    assert _last_time((2026, 3, 1, 23, 30, 0), "23:30") == (2026, 3, 1, 23, 30)
    assert _last_time((2026, 3, 1, 23, 29, 0), "23:30") == (2026, 2, 28, 23, 30)
