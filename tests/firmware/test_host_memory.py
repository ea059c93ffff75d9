"""A host that forgot is told again: what goes out, as which messages, and what is missing."""

import asyncio

import parts

from crypto.dukpt import counter_is_usable
from message import codec
from terminal import book as b
from terminal import deferral
from terminal.forwarding import Forwarding, Queue
from terminal.host_memory import HostMemory
from uplink.forwarder import Forwarder

TOKEN = bytes(range(16))
PROOF = bytes(range(16, 32))
ANSWER = ("632614706001", "A1B2C3", "00")
ACKNOWLEDGED, AGAIN_FROM = 0x0F, 0x11
CHALLENGE = b"of today"


class Reply:
    def __init__(self, first=None):
        self.private = {}
        if first is not None:
            self.private[AGAIN_FROM] = first.to_bytes(4, "big") + CHALLENGE


class Host:
    """The link and the host behind it: answers every message at once."""

    ready = True

    def __init__(self, codes=None):
        self.silent, self._held = False, []
        self.heard = []  # (type, number, private data)
        self.codes = codes or {}  # number -> response code instead of 00
        self._messages = parts.messages()

    def post(self, key, data, answered):
        mti, fields, _ = codec.unpack(data)
        private = codec.unpack_private(fields[63])
        number = int.from_bytes(fields[53][-4:], "big")
        self.heard.append((mti, number, fields, private))
        code = self.codes.get(number, "00")
        reply = self._messages.read(parts.Host().reply(data, code, token=code != "94"))
        if self.silent:
            self._held.append((answered, reply))
        else:
            answered(reply)
        return True

    def speak(self):
        self.silent = False
        for answered, reply in self._held:
            answered(reply)

    def told(self):
        return [(mti, number) for mti, number, _, _ in self.heard]


class Bench:
    def __init__(self, sectors=6, codes=None):
        journal = parts.journal(parts.Flash(sectors), formatted=False)
        self.book = b.Book(journal, counter_is_usable)
        self.session, self.host = parts.Session(), Host(codes)
        self.memory = HostMemory(self.book, journal, self.session)
        queue = Queue(self.book, self.memory)
        forwarder = Forwarder(queue, parts.random(), 16)
        self.forwarding = Forwarding(
            self.book, queue, forwarder, self.memory, self.host, parts.messages(), self
        )

    def now_ms(self):
        return 0

    def made(self, *kinds, proof=PROOF, answer=ANSWER):
        """A sale with these records, the way the till and the forwarding write them."""
        sale = parts.sale(self.book.reserve(), 100)
        sale.id = sale.number.to_bytes(16, "big")
        self.book.open_intent(sale)
        for kind in kinds:
            if kind in (b.PAID, b.REVERSED, b.DECLINED):
                self.book.end(sale.number, kind, TOKEN, answer, proof)
            elif kind == b.ABANDONED:
                self.book.end(sale.number, kind, b.NOTHING_OWED)
            else:
                self.book.open(kind, sale, sale.number)
        self.book.put_back(sale.number)
        return sale

    def given_back(self, original):
        given = parts.sale(self.book.reserve(), 50)
        given.id, given.card_data, given.chip = given.number.to_bytes(16, "big"), b"", {}
        given.give_back(original, "25")
        self.book.open(b.RETURN, given, given.number)
        self.book.put_back(given.number)
        return given

    def banked(self):
        sale = self.made(b.STORED)
        self.book.resolve(sale.number, TOKEN)
        return sale

    def asks_from(self, first):
        self.said = self.session.extras[0]()
        self.session.listeners[0](Reply(first))

    def kept(self, sale):
        """The kinds of this sale's records that the journal has not erased."""
        since = self.book._journal.since(sale.number)
        return [kind for _, kind, seq, _ in since if seq == sale.number]

    async def work(self):
        task = asyncio.create_task(self.forwarding.run())
        for _ in range(600):
            await asyncio.sleep_ms(0)
        task.cancel()
        await asyncio.sleep_ms(0)  # so that it ends, and its flash is free again

    def says(self):
        """{tag: value} that the next echo carries; sign-in if the session is not ready."""
        return dict(self.session.extras[0]())


async def _told_in_vain(bench, count):
    """So many banked sales are asked for, and the host does not answer what it is told."""
    for _ in range(count):
        bench.banked()
    bench.host.silent = True
    bench.asks_from(1)
    await bench.work()
    return bench


def test_sign_in_says_how_far_the_host_has_acknowledged():
    bench = Bench()
    bench.banked()
    open_, later = bench.made(b.STORED), bench.banked()
    assert bench.says() == {ACKNOWLEDGED: bytes((0, 0, 0, 1, 0, 1))}
    bench.book.resolve(open_.number, TOKEN)
    bench.session.reference = "632614706001"
    said = bytes((0, 0, 0, later.number, 0, 0)) + b"632614706001"
    assert bench.says() == {ACKNOWLEDGED: said}


async def test_a_host_that_asks_is_told_every_sale_again_in_order_as_what_it_was():
    bench = Bench()
    bench.made(b.REQUEST, b.PAID)
    bench.banked()
    bench.made(b.REQUEST, b.REVERSED)
    bench.made(b.REQUEST, b.DECLINED)
    bench.made(b.ABANDONED)
    bench.asks_from(1)
    await bench.work()
    assert bench.host.told() == [("0201", 1), ("0221", 2), ("0401", 3), ("0401", 4)]
    assert bench.says()[AGAIN_FROM] == bytes((0, 0, 0, 1, 0, 0)) + CHALLENGE


async def test_a_sale_that_the_host_declined_without_keeping_it_is_not_told():
    bench = Bench()
    bench.made(b.REQUEST, b.DECLINED, answer=("0" * 12, "", "30"))
    bench.asks_from(1)
    await bench.work()
    assert bench.host.told() == []


async def test_a_declined_deferred_sale_is_told_as_called_off_whether_it_was_seen_or_not():
    bench = Bench(codes={1: "51", 2: "51"})
    seen, unseen = bench.made(b.DEFERRED), bench.made(b.DEFERRED)
    await bench.work()
    deferral.seen(bench.book, seen.number)
    bench.host.codes, bench.host.heard = {}, []
    bench.asks_from(1)
    await bench.work()
    assert set(bench.host.told()) == {("0421", seen.number), ("0421", unseen.number)}
    assert bench.book.kind(unseen.number) == b.DENIED


async def test_a_declined_deferred_sale_is_told_in_the_same_words_when_only_its_end_is_left():
    bench = Bench(sectors=8, codes={1: "51"})
    sale = bench.made(b.DEFERRED)
    await bench.work()
    for _ in range(20):
        bench.banked()
    deferral.seen(bench.book, sale.number)
    while bench.kept(sale) != [b.DECLINED]:
        bench.banked()
        bench.book._journal.idle()
    bench.host.codes, bench.host.heard = {}, []
    bench.asks_from(sale.number)
    await bench.work()
    assert ("0421", sale.number) in bench.host.told()
    assert ("0401", sale.number) not in bench.host.told()


async def test_only_what_was_asked_for_is_told_and_nothing_changes_here():
    bench = Bench()
    sales = [bench.banked() for _ in range(6)]
    words = [word for _, word in bench.book.recent(9)]
    bench.asks_from(4)
    await bench.work()
    assert bench.host.told() == [("0221", sale.number) for sale in sales[3:]]
    assert [word for _, word in bench.book.recent(9)] == words
    assert bench.book.held() == (0, 0)


async def test_a_paid_sale_goes_out_as_it_was_sent_with_the_hosts_own_proof():
    bench = Bench()
    sale = bench.made(b.REQUEST, b.PAID)
    _, first = parts.messages().sale("0200", sale, parts.HELD)
    bench.asks_from(1)
    await bench.work()
    _, _, fields, private = bench.host.heard[0]
    asked = codec.unpack(first)[1]
    assert {n: fields[n] for n in asked if n not in (63, 64)} == {
        n: asked[n] for n in asked if n not in (63, 64)
    }
    assert (fields[37], fields[38]) == ANSWER[:2]
    assert private[0x0B] == PROOF
    assert private[0x01] == sale.id


async def test_what_is_owed_anyway_goes_first_as_what_it_is():
    bench = Bench()
    bench.banked()
    bench.made(b.STORED)
    bench.asks_from(1)
    await bench.work()
    assert bench.host.told()[:2] == [("0220", 2), ("0221", 1)]
    assert bench.book.held() == (0, 0)


async def test_a_return_is_told_when_all_before_it_was_answered():
    bench = Bench()
    for _ in range(3):
        bench.book.resolve(bench.given_back(bench.banked()).number, TOKEN)
    bench.host.silent = True
    bench.asks_from(1)
    await bench.work()
    assert bench.host.told() == [("0221", 1)]
    bench.host.speak()
    await bench.work()
    assert [number for _, number in bench.host.told()] == [1, 2, 3, 4, 5, 6]


async def test_a_new_return_waits_until_the_host_knows_everything_again():
    bench = Bench()
    new = bench.given_back(bench.banked())
    bench.banked()
    bench.asks_from(1)
    await bench.work()
    assert bench.host.told()[-1] == ("0220", new.number)


async def test_what_the_journal_has_given_up_is_counted():
    bench = Bench()
    for _ in range(60):
        bench.banked()
        bench.book._journal.idle()
    kept = len({sale.number for sale, _ in bench.book.recent(99)})
    assert kept < 60
    bench.asks_from(1)
    await bench.work()
    told = len(bench.host.heard)
    missing = int.from_bytes(bench.says()[AGAIN_FROM][4:6], "big")
    assert told + missing == 60
    assert abs(told - kept) <= 1


async def test_what_the_journal_gives_up_while_others_are_told_is_counted():
    bench = await _told_in_vain(Bench(sectors=8), 20)
    for _ in range(60):
        bench.banked()
        bench.book._journal.idle()
        bench.book._journal.idle()
    bench.host.speak()
    await bench.work()
    told = {number for _, number in bench.host.told() if number <= 20}
    missing = int.from_bytes(bench.says()[AGAIN_FROM][4:6], "big")
    assert len(told) < 20
    assert len(told) + missing >= 20


async def test_a_paid_sale_without_proof_and_one_that_the_host_refuses_are_missing():
    bench = Bench(codes={2: "94"})
    bench.made(b.REQUEST, b.PAID, proof=b"")
    bench.made(b.REQUEST, b.PAID)
    bench.banked()
    bench.asks_from(1)
    await bench.work()
    assert bench.host.told() == [("0201", 2), ("0221", 3)]
    assert bench.says()[AGAIN_FROM] == bytes((0, 0, 0, 1, 0, 2)) + CHALLENGE


async def test_a_sale_that_is_paid_while_the_journal_is_read_is_not_taken_for_a_reversed_one():
    bench = Bench()
    for _ in range(5):
        bench.banked()
    sale = bench.made(b.REQUEST)
    bench.book.in_play = sale.number
    bench.host.silent = True
    bench.asks_from(1)
    await bench.work()
    bench.book.end(sale.number, b.PAID, TOKEN, ANSWER, PROOF)
    bench.host.speak()
    await bench.work()
    assert "0401" not in [mti for mti, _ in bench.host.told()]


async def test_more_sales_than_fit_in_memory_at_once_are_all_told():
    bench = Bench(sectors=16)
    for _ in range(40):
        bench.banked()
    bench.asks_from(1)
    await bench.work()
    assert [number for _, number in bench.host.told()] == list(range(1, 41))
    assert not bench.memory.busy


async def test_it_is_told_once_however_often_the_host_asks_meanwhile():
    bench = Bench()
    bench.banked()
    for _ in range(3):
        bench.asks_from(1)
    await bench.work()
    assert bench.host.told() == [("0221", 1)]


async def test_a_host_that_has_not_heard_that_it_is_done_is_told_once_more():
    bench = Bench()
    bench.banked()
    for _ in range(2):
        bench.asks_from(1)
        await bench.work()
    assert bench.host.told() == [("0221", 1)] * 2


async def test_when_the_line_breaks_in_the_midst_it_is_told_from_the_beginning():
    bench = await _told_in_vain(Bench(sectors=16), 40)
    assert bench.host.told()[0] == ("0221", 1)
    bench.host.speak()
    bench.asks_from(1)  # it may have been restored once more: nobody can know
    await bench.work()
    assert [number for _, number in bench.host.told()[-40:]] == list(range(1, 41))


async def test_what_was_told_on_a_line_that_broke_is_not_reported_at_the_next_sign_in():
    bench = Bench()
    bench.banked()
    bench.asks_from(1)
    await bench.work()
    bench.session.ready = False
    assert AGAIN_FROM not in bench.says()


async def test_the_host_hears_at_once_that_it_was_told_all():
    bench = Bench()
    bench.banked()
    bench.asks_from(1)
    assert not bench.session.has_news
    await bench.work()
    assert bench.session.has_news


async def test_a_sale_that_was_called_off_is_told_as_that_when_only_its_end_is_left():
    bench = Bench(sectors=8)
    sale = bench.made(b.DEFERRED)
    deferral.call_off(bench.book, sale.number)
    for _ in range(20):
        bench.banked()
    bench.book.end(sale.number, b.REVERSED, TOKEN, ANSWER)
    while b.CALLED_OFF in bench.kept(sale):
        bench.banked()
        bench.book._journal.idle()
    assert bench.kept(sale) == [b.REVERSED]
    bench.asks_from(sale.number)
    await bench.work()
    told = bench.host.told()
    assert ("0421", sale.number) in told
    assert ("0401", sale.number) not in told


async def test_when_the_host_knows_that_it_is_done_nothing_is_kept_in_memory():
    bench = Bench()
    bench.banked()
    bench.session.reference = "632614706001"
    bench.asks_from(1)
    await bench.work()
    bench.asks_from(None)
    assert AGAIN_FROM not in bench.says()
    assert bench.says()[ACKNOWLEDGED] == bytes((0, 0, 0, 1, 0, 0))  # that reference is of before
    assert not bench.memory.waiting


async def test_what_is_heard_while_it_is_told_again_is_not_what_the_host_recorded_last():
    """A host restored once more might know that one, and none of those after it."""
    bench = await _told_in_vain(Bench(), 2)
    bench.session.reference = "632614706001"
    assert bench.says()[ACKNOWLEDGED] == bytes((0, 0, 0, 2, 0, 0))
    bench.host.speak()
    await bench.work()
    bench.says()
    bench.asks_from(None)
    assert bench.says()[ACKNOWLEDGED] == bytes((0, 0, 0, 2, 0, 0)) + b"632614706001"


async def test_a_carried_sale_is_told_under_its_own_number():
    bench = Bench(sectors=16)
    stuck = bench.made(b.STORED)
    for _ in range(40):
        bench.banked()
    assert bench.book.keep_short()
    bench.book.resolve(bench.book.seq_of(stuck.number), TOKEN)
    bench.asks_from(41)
    await bench.work()
    assert bench.host.told() == [("0221", 41), ("0221", stuck.number)]
