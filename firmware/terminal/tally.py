"""The tally: counts what is released into the open batch, and writes the totals into the journal.

It sums up often enough that a start finds the totals quickly; and the journal erases nothing that
is not summed up. Whatever the power does, no sale is left out and none is counted twice.
"""

from micropython import const

from journal import Full
from terminal import batch as of_batch
from terminal import past
from terminal.batch import BadBatch, Batch, posted, unpack
from terminal.kinds import BATCH, GRANTED, PAID, RETURN, STORED, TOTALS
from terminal.sale_record import amount_of

# How a sale counts, by the newest record of one that is resolved as posted.
PRODUCTS = {
    PAID: of_batch.ONLINE,
    STORED: of_batch.OFFLINE,
    GRANTED: of_batch.DEFERRED,
    RETURN: of_batch.RETURN,
}

_MOST_BEHIND = const(8)  # released sales that no record sums up
_MOST_SLOTS = const(60)  # journal slots that a start has to look through
_NARROW = const(48)  # slots: here more room may depend on summing up
_SECTOR = const(15)


class Tally:
    def __init__(self, journal, number):
        """`number` is that of the first batch of all."""
        self._journal = journal
        self._waiting = {}  # sequence number -> (product, fen): posted and not released yet
        self._summed = 0  # sales released up to this number are in the record
        self.batch = Batch(number)

    def load(self):
        """After a start."""
        pos = self._find()
        self._summed = self.batch.counted
        self._journal.summed_up(pos, self._summed)
        released = self._journal.released
        late = posted(past.lines(self._journal, self._summed), PRODUCTS, self._summed, released)
        for product, payload in late:
            if product:
                self.batch.add(product, amount_of(payload))
        self.batch.counted = max(released, self._summed)

    def _find(self):
        """Takes the newest state that was written. Returns its position, 0 if there is none."""
        for pos, kind, _, payload in self._journal.history():
            if kind in (TOTALS, BATCH):
                try:
                    self.batch = unpack(payload)
                    return pos
                except BadBatch:
                    pass  # of another version: an older one, or all that is left, has to do
        return 0

    # Counting

    def posted(self, seq, kind, fen):
        """The host has it, if it stands so; it counts once its number is released."""
        if kind in PRODUCTS:
            self._waiting[seq] = (PRODUCTS[kind], fen)

    def release(self, up_to):
        for seq in [seq for seq in self._waiting if seq <= up_to]:
            self.batch.add(*self._waiting.pop(seq))
        self.batch.counted = up_to

    # Writing

    def sum_up(self):
        """Idle work: True if a record was written."""
        return self._is_due() and self._write(TOTALS, self.batch)

    def make_room(self):
        """What is released may only be erased once it is summed up."""
        if self._summed < self.batch.counted:
            self._write(TOTALS, self.batch)

    def close(self, identity, last, now):
        """The open batch begins to close, with sales up to the number `last`; what is sold from
        here on is in the next. False if there is no room to write that down."""
        return self._write(BATCH, self.batch.closed_as(identity, last, now))

    def closed(self):
        """The host has closed it. False if there is no room to write that down."""
        return self._write(BATCH, self.batch.without_closing())

    def refused(self):
        """The host will never close it. False if there is no room to write that down."""
        return self._write(BATCH, self.batch.rejoined())

    def _is_due(self):
        behind, slots = self.batch.counted - self._summed, self._journal.since_sum()
        narrow = self._journal.room() < _NARROW and (behind or slots > _SECTOR)
        return behind >= _MOST_BEHIND or slots >= _MOST_SLOTS or narrow

    def _write(self, kind, batch):
        """True once it is durable; only then does it hold."""
        try:
            self._journal.sum_up(kind, batch.pack())
        except Full:
            return False
        self.batch, self._summed = batch, batch.counted
        return True
