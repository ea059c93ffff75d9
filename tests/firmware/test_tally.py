"""What a batch holds, whatever the power does: no sale is left out, none is counted twice."""

import parts

from crypto.dukpt import counter_is_usable
from terminal import batch as of_batch
from terminal import book as b
from terminal.batch import BadBatch, Batch

TOKEN = bytes(range(16))
ANSWER = ("123456789012", "A1B2C3", "00")
IDENTITY = bytes(range(16, 32))
NOW = (2026, 11, 22, 23, 30)


class PowerCut(BaseException):
    pass


_CELLS = bytearray(16 * 4096)  # taken once: the heap of a terminal has no room for many


class Flash(parts.Flash):
    """The power goes before or after one of the operations."""

    def __init__(self, sectors):
        super().__init__(sectors, data=memoryview(_CELLS)[: sectors * 4096])
        for sector in range(sectors):
            self.data[sector * 4096 : (sector + 1) * 4096] = b"\xff" * 4096
        self.cut = None  # [operations to go, whether that one still happens]

    def _struck(self):
        if self.cut is None:
            return False
        self.cut[0] -= 1
        return self.cut[0] == 0

    def writeblocks(self, block, buffer, offset):
        struck = self._struck()
        if not struck or self.cut[1]:
            super().writeblocks(block, buffer, offset)
        if struck:
            raise PowerCut

    def ioctl(self, request, argument):
        struck = request == 6 and self._struck()
        if not struck or self.cut[1]:
            return super().ioctl(request, argument)
        raise PowerCut


class Bench:
    """A book on flash, and the same totals kept by hand."""

    def __init__(self, sectors=8, first_batch=1):
        self.flash = Flash(sectors)
        self.first_batch = first_batch
        self.posted = {}  # sale number -> (sequence number, product, fen)
        self.book = self._book(formatted=False)

    def _book(self, formatted=True):
        journal = parts.journal(self.flash, formatted)
        book = b.Book(journal, counter_is_usable, self.first_batch)
        book.load()
        return book

    def restart(self):
        self.book = self._book()
        for number in list(self.posted):
            if self.book.is_open(number):  # the power was quicker
                del self.posted[number]

    @property
    def batch(self):
        return self.book.tally.batch

    def paid(self, fen):
        sale = parts.sale(self.book.reserve(), fen)
        self.book.open_intent(sale)
        self.book.open(b.REQUEST, sale, sale.number)
        self.posted[sale.number] = (sale.number, of_batch.ONLINE, fen)
        self.book.end(sale.number, b.PAID, TOKEN, ANSWER)

    def doubt(self, fen):
        sale = parts.sale(self.book.reserve(), fen)
        self.book.open_intent(sale)
        self.book.open(b.REQUEST, sale, sale.number)

    def stored(self, fen):
        sale = parts.sale(self.book.reserve(), fen)
        self.book.open_intent(sale)
        self.book.open(b.STORED, sale, sale.number)

    def bank(self, seq):
        entry = self.book.entry(seq)
        self.posted[entry.number] = (seq, of_batch.OFFLINE, entry.amount_fen)
        self.book.resolve(seq, TOKEN)

    def reverse(self, seq):
        self.book.end(seq, b.REVERSED, TOKEN, ANSWER)

    def quiet(self):
        """A quiet moment, as housekeeping has them."""
        if not self.book.tally.sum_up() and not self.book.keep_short():
            self.book._journal.idle()

    def by_hand(self, since, up_to):
        totals = {}
        for seq, product, fen in self.posted.values():
            if since < seq <= up_to:
                count, sum_fen = totals.get(product, (0, 0))
                totals[product] = (count + 1, sum_fen + fen)
        return totals

    def check(self):
        batch, released = self.batch, self.book._journal.released
        assert batch.counted == released
        assert batch.totals == self.by_hand(batch.since, released), batch.totals
        closing = batch.closing
        if closing:
            assert closing.up_to == batch.since
            assert closing.totals == self.by_hand(closing.since, closing.up_to)


def test_a_new_terminal_begins_with_the_batch_that_it_was_given():
    bench = Bench(first_batch=41)
    assert bench.batch.number == 41
    assert bench.batch.totals == {}


def test_what_is_posted_counts_by_product_once_it_is_released():
    bench = Bench()
    bench.stored(500)
    bench.paid(1200)
    bench.paid(100)
    assert bench.batch.totals == {}  # the stored one comes first
    bench.bank(1)
    assert bench.batch.totals == {of_batch.ONLINE: (2, 1300), of_batch.OFFLINE: (1, 500)}


def test_what_was_reversed_declined_or_buried_does_not_count():
    bench = Bench()
    bench.doubt(500)
    bench.reverse(1)
    bench.stored(700)
    bench.book.bury(2)
    bench.paid(50)
    bench.restart()
    assert bench.batch.totals == {}  # the dead letter is in the way of the paid one
    bench.book.keep_short()
    assert bench.book.close_batch(IDENTITY, NOW)
    assert bench.batch.closing.totals == {of_batch.ONLINE: (1, 50)}


def test_a_sale_that_was_carried_forward_counts_once():
    bench = Bench(16)
    bench.stored(900)
    for _ in range(40):
        bench.paid(10)
    assert bench.book.keep_short()
    seq = bench.book.waiting(b.STORED)[0]
    bench.bank(seq)
    bench.check()
    bench.restart()
    bench.check()
    assert bench.batch.totals == {of_batch.ONLINE: (40, 400), of_batch.OFFLINE: (1, 900)}


def test_the_totals_outlive_many_laps_of_the_flash():
    bench = Bench()
    for fen in range(1, 121):
        bench.paid(fen)
        bench.quiet()
    bench.restart()
    assert bench.batch.totals == {of_batch.ONLINE: (120, 121 * 60)}


def test_the_totals_outlive_many_laps_without_a_quiet_moment():
    bench = Bench()
    for fen in range(1, 121):
        assert bench.book.has_room()
        bench.paid(fen)
    bench.restart()
    assert bench.batch.totals == {of_batch.ONLINE: (120, 121 * 60)}


def test_a_batch_that_closes_is_frozen_and_new_sales_are_in_the_next():
    bench = Bench(first_batch=7)
    bench.paid(100)
    assert bench.book.close_batch(IDENTITY, NOW)
    bench.paid(200)
    bench.restart()
    assert bench.batch.opened == NOW
    closing = bench.batch.closing
    assert (closing.number, closing.identity, closing.totals) == (7, IDENTITY, {1: (1, 100)})
    assert (bench.batch.number, bench.batch.totals) == (8, {1: (1, 200)})
    assert bench.book.tally.closed()
    bench.restart()
    assert (bench.batch.number, bench.batch.closing) == (8, None)
    assert bench.batch.totals == {1: (1, 200)}


def test_after_the_last_batch_number_comes_the_first():
    bench = Bench(first_batch=999999)
    assert bench.book.close_batch(IDENTITY, NOW)
    assert bench.batch.number == 1


def test_a_batch_that_closed_before_the_first_sale_of_all_stays_closed():
    bench = Bench()
    assert bench.book.close_batch(IDENTITY, NOW)
    assert bench.book.tally.closed()
    bench.paid(100)
    bench.restart()
    assert bench.batch.number == 2
    bench.check()


def test_a_batch_that_is_refused_is_counted_in_the_next():
    bench = Bench()
    bench.paid(100)
    assert bench.book.close_batch(IDENTITY, NOW)
    bench.paid(20)
    bench.stored(3)
    assert bench.book.tally.refused()
    bench.bank(3)
    for _ in range(3):
        bench.quiet()
    for _ in range(2):
        assert bench.batch.number == 2
        assert bench.batch.totals == {of_batch.ONLINE: (2, 120), of_batch.OFFLINE: (1, 3)}
        bench.check()
        bench.restart()


def test_what_is_put_off_waits_for_the_next_batch():
    bench = Bench()
    bench.stored(100)
    bench.paid(200)
    assert bench.book.close_batch(IDENTITY, NOW)
    assert bench.batch.closing.totals == {of_batch.ONLINE: (1, 200)}
    bench.stored(300)
    assert [bench.book.must_wait(number) for number in bench.book.owed()] == [True, False]
    bench.book.tally.closed()
    assert not any(bench.book.must_wait(number) for number in bench.book.owed())
    bench.bank(bench.book.seq_of(1))
    bench.bank(4)
    for _ in range(3):
        bench.quiet()  # the release becomes durable
    bench.restart()
    assert bench.batch.totals == {of_batch.OFFLINE: (2, 400)}


def test_a_batch_does_not_close_without_room_to_write_it_down():
    bench = Bench()
    while bench.book.has_room():
        bench.stored(1)
    while bench.book._journal.room():
        bench.book._journal.append(b.ABANDONED, bench.book._journal.next_seq, bytes(80))
    assert not bench.book.close_batch(IDENTITY, NOW)
    assert bench.batch.closing is None


def test_a_start_looks_only_for_the_last_summing_up():
    bench = Bench(16)
    for _ in range(60):
        bench.paid(1)
        bench.quiet()
    reads = []
    read = bench.flash.readblocks
    bench.flash.readblocks = lambda *what: (reads.append(1), read(*what))[1]
    bench.restart()
    assert bench.batch.totals == {of_batch.ONLINE: (60, 60)}
    assert len(reads) < 200


def _random(seed):
    x = seed * 2654435761 + 1

    def below(limit):
        nonlocal x
        x = (x * 1103515245 + 12345) & 0x3FFFFFFF
        return (x >> 12) % limit

    return below


def _act(bench, below):
    book, what = bench.book, below(20)
    stored, doubts = book.waiting(b.STORED), book.waiting(b.REQUEST)
    if what < 12 and book.has_room():
        (bench.paid, bench.paid, bench.stored, bench.doubt)[below(4)](1 + below(9999))
    elif what < 15 and stored:
        bench.bank(stored[below(len(stored))])
    elif what == 15 and doubts:
        bench.reverse(doubts[0])
    elif what == 16:
        if bench.batch.closing:
            book.tally.closed()
        elif book.close_batch(IDENTITY, NOW):
            pass
    else:
        bench.quiet()


def _live(seed, sectors):
    """Hundreds of sales, and the power cut in the midst of them again and again."""
    below = _random(seed)
    bench = Bench(sectors)
    cuts = 0
    for _ in range(250):
        if not below(5):
            bench.flash.cut = [1 + below(8), below(2)]
        try:
            _act(bench, below)
        except PowerCut:
            cuts += 1
            while True:
                bench.flash.cut = [1 + below(4), below(2)] if below(3) == 0 else None
                try:
                    bench.restart()
                    break
                except PowerCut:
                    cuts += 1
            bench.flash.cut = None
            bench.check()
    bench.check()
    return cuts


def test_after_any_sales_cuts_and_restarts_the_totals_are_what_was_released():
    assert sum([_live(seed, sectors) for seed, sectors in enumerate((8, 8, 8, 8, 12, 16))]) > 100


def test_a_state_of_another_version_is_not_guessed_at():
    batch = Batch(3)
    batch.add(of_batch.ONLINE, 100)
    batch = batch.closed_as(IDENTITY, 9, NOW)
    assert of_batch.unpack(batch.pack()).pack() == batch.pack()
    for wrong in (batch.pack()[:-1], b"", batch.pack() + bytes([2]) + bytes(13)):
        try:
            of_batch.unpack(wrong)
        except BadBatch:
            continue
        raise AssertionError("it was taken")


def test_a_journal_that_begins_at_a_high_number_is_counted_in_little_memory():
    last = 16_000_000
    sale = parts.sale(last, 1200)
    lines = [(b.STORED, last, sale.pack())]
    found = list(of_batch.posted(lines, {b.STORED: of_batch.OFFLINE}, 0, last))
    assert [product for product, _ in found] == [of_batch.OFFLINE]
