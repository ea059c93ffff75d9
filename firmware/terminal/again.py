"""Telling the host once more what it has forgotten, as the messages they were.

What the journal still holds of a sale is enough: a stored sale is its record, an online sale its
request with the answer and the host's own proof, a reversal needs no more than the record that
ended it. What the host had declined is told as a reversal: a late copy of the request would find it
willing, now that it has forgotten. What is missing is counted.
"""

from micropython import const

from journal import Damaged, WrongKey
from terminal import book as b
from terminal import sale_record
from terminal.kinds import WORDS
from uplink import answers

_MOST_LOADED = const(4)  # sales in memory at once
_MOST_MISSING = const(0xFFFF)
_NOTHING = (None, None)


class Again:
    """`loaded`: sale number -> (kind, Sale); each is to be sent as `forwarding.WAYS` says."""

    def __init__(self, book, journal, first, only=None, loaded=()):
        """Reads from the sequence number `first` on; `only`: the number of the one sale wanted;
        `loaded`: what is being told already."""
        self.first = first
        self.missing = 0
        self.loaded = dict(loaded)
        self._book = book
        self._journal = journal
        self._only = only
        self._requests = {}  # number -> (seq, position) of a request whose end was not seen yet
        self._walk = self._messages()

    @property
    def done(self):
        """Everything was read and told."""
        return self._walk is None and not self.loaded

    def step(self):
        """Reads one more record. False: none is left, or no more may be loaded for now."""
        if self._walk is None or len(self.loaded) >= _MOST_LOADED:
            return False
        try:
            kind, sale = next(self._walk) or _NOTHING
            if sale:
                self.loaded[sale.number] = kind, sale
        except StopIteration:
            self._walk = None
        return True

    def take(self, number, was_taken):
        """The host's final word on what is loaded under this number."""
        del self.loaded[number]
        if not was_taken:
            self._miss(1)

    def _miss(self, count):
        self.missing = min(self.missing + count, _MOST_MISSING)

    def _messages(self):
        """Yields (kind, Sale) for each that is to be told, None for a record that is not."""
        up_to, before = self._journal.released, self.first - 1
        for pos, kind, seq, payload in self._journal.since(self.first):
            self._pass_over(before, seq)
            before = max(before, seq)
            yield self._message(pos, kind, seq, payload)
        self._pass_over(before, up_to + 1)
        # How these ended was not seen. It may have been written only after the walk began, or
        # there was no room for it: nobody may guess.
        self._miss(len([1 for seq, _ in self._requests.values() if seq <= up_to]))

    def _pass_over(self, before, seq):
        """Counts the numbers between these two, if the journal has erased what stood there: long
        ago, or while the others were being told."""
        if seq > before + 1:
            for _, _, oldest, _ in self._journal.since(self.first):
                if oldest <= before:
                    return  # nothing was erased there: nothing was ever written
                break
            self._miss(self._book.numbers_between(before + 1, seq))

    def _message(self, pos, kind, seq, payload):
        try:
            sale = sale_record.unpack(payload) if kind in WORDS else None
        except sale_record.BadSale:
            sale = None
        if sale is None:
            return None
        unwanted = self._only not in (None, sale.number) or sale.number in self.loaded
        stands = self._book.kind(sale.number)
        if unwanted or stands not in (None, b.DENIED):
            return None
        if stands:  # the host is done with it, and only the merchant has not seen it
            return b.CALLED_OFF, sale
        if kind in (b.STORED, b.RETURN):
            return kind, sale
        if kind in (b.REQUEST, b.DEFERRED, b.CALLED_OFF):
            self._requests[sale.number] = seq, pos
            return None
        return self._ended(kind, sale, self._requests.pop(sale.number, _NOTHING)[1])

    def _ended(self, kind, sale, request):
        """What to tell of a sale that has ended: `kind` and `sale` are those of its last record,
        `request` is the position of the one before (None: not seen)."""
        if kind in (b.PAID, b.GRANTED):
            return self._paid(kind, sale, request)
        if not answers.is_kept(sale.answer[0]):
            return None  # without a record it judges a late copy as it did then, restored or not
        return b.CALLED_OFF if sale.was_deferred else b.REQUEST, sale

    def _paid(self, kind, ending, request):
        sale = self._read(request)
        if not sale or not ending.proof:
            self._miss(1)
            return None
        sale.answer, sale.proof = ending.answer, ending.proof
        return kind, sale

    def _read(self, pos):
        """The Sale of the record at this position, None if it is gone."""
        try:
            return None if pos is None else sale_record.unpack(self._journal.read(pos)[2])
        except (Damaged, WrongKey, sale_record.BadSale):
            return None
