"""I5, batch by batch: what is settled is what was posted, each of it once, for the fee it costs."""

import struct

from host_settlement import ADJUSTMENT, ONLY_HOST, RETURN, parsed
from micropython import const

_BATCH_HEAD = "<IIIHBBBBIIII16s"  # a record that sums up (docs/journal-format.md)
_NUMBER, _CLOSING, _IDENTITY = const(0), const(8), const(12)
_LAST = const(999999)
_FEE_BP, _CAP_FEN = const(60), const(2000)


class Batches:
    def __init__(self, check):
        self._check = check
        self._closed = set()  # identities of those that the bank has closed, or never will
        self._rotten = False  # the terminal may have forgotten what it had closed
        self._settled = set()  # (transaction id, product)
        self._differed = set()  # numbers of sales without agreement in some batch
        self.excused = set()  # transaction ids that may well differ, and somebody said why
        self.net_fen = 0  # of all batches, before fees
        self.starts_anew()

    def starts_anew(self):
        """Another terminal."""
        self._number = self._identity = None

    # The terminal

    def stands(self, number, identity):
        """After a start or a record: the batch that is open, and the one that is being closed."""
        check = self._check
        if self._identity not in (None, identity):
            over = self._identity in self._closed
            check.that(over, "I5 a batch is over here that the bank has not closed", self._number)
        if self._number not in (None, number):
            follows = identity and number == self._number % _LAST + 1
            check.that(follows, "I5 a batch without a closing", number)
        self._number, self._identity = number, identity

    def summed_up(self, payload):
        """A record of the batch is durable."""
        said = struct.unpack_from(_BATCH_HEAD, payload)
        self.stands(said[_NUMBER], bytes(said[_IDENTITY]) if said[_CLOSING] else None)

    # The bank

    def asked(self, first, totals):
        """Every 0500 of a closing says the same as the first one did."""
        self._check.that(totals == first, "I9 a closing that says something else")

    def rots(self):
        """The terminal's record of its batch cannot be read any more: it takes an older one."""
        self._number = self._identity = None
        self._rotten = True
        self.excused.update(self._check.sales)

    def refused(self, identity):
        """The bank will not close this one: it knows the batch from another closing."""
        self._check.that(self._rotten, "I5 a batch under another identity")
        self._closed.add(identity)

    def closed(self, closing, lines, differences):
        """The bank closes a batch. What is not the same at both ends has a reason."""
        check = self._check
        self._closed.add(closing.identity)
        for line in lines:
            once = line.row.id, line.product
            check.that(once not in self._settled, "I5 settled twice", line.row.counter)
            self._settled.add(once)
            self._costs(line)
        declared = parsed(closing.totals)
        if not differences:
            self._agrees(dict(declared), lines)
        cut = len(closing.items) < sum([count for count, _ in declared.values()])
        for kind, number, _, _ in differences:
            unlisted = cut and (kind == ONLY_HOST or not number)
            reason = unlisted or number in self._differed or number and self._is_disputed(number)
            check.that(reason, "I5 a difference without a reason", (kind, number))
            self._differed.add(number)

    def books(self):
        return set(self._settled), self.net_fen

    def forget(self, books):
        """The bank is as it was then, and settles once more what it settled since."""
        settled, self.net_fen = books
        self._settled = set(settled)
        self.excused.update(self._check.sales)

    def _costs(self, line):
        """A fee is the nearest fen, half a fen is a fen, and no more than the cap."""
        self.net_fen += line.fen
        fee, exact = abs(line.fee_fen), abs(line.fen) * _FEE_BP  # in fen / 10,000
        near = 10000 * fee - 5000 <= exact < 10000 * fee + 5000
        capped = fee == _CAP_FEN and exact >= 10000 * _CAP_FEN
        self._check.that(near and fee <= _CAP_FEN or capped, "I5 a wrong fee", (line.fen, fee))
        self._check.that(line.fee_fen * line.fen >= 0, "I5 a fee the wrong way", line.fen)

    def _agrees(self, declared, lines):
        """By the amounts that people keyed, and not by what either end says."""
        sold_fen = -declared.pop(RETURN, (0, 0))[1] + sum([fen for _, fen in declared.values()])
        for line in lines:
            keyed_fen = self._check.sales[line.row.id].amount_fen
            if line.product != ADJUSTMENT:
                sold_fen -= -keyed_fen if line.product == RETURN else keyed_fen
        self._check.that(sold_fen == 0, "I5 equal totals of other sales", sold_fen)

    def _is_disputed(self, number):
        """The terminal has no answer to it yet, or cannot read it; or a plan made it differ."""
        sale = self._check.sale_of_number(number)
        return (
            sale is None
            or sale.rotten
            or sale.dead
            or sale.id in self.excused
            or self._check.is_standing(sale)
        )

    def at_rest(self, taken_fen, waiting_fen, all_waiting_fen):
        """All that left the accounts (`taken_fen`) is settled, but for a terminal that was taken
        away. `waiting_fen` is in no batch yet; of that terminal too: `all_waiting_fen`."""
        check = self._check
        check.that(waiting_fen == 0, "I5 posted and in no batch", waiting_fen)
        settled_fen = self.net_fen + all_waiting_fen
        check.that(
            settled_fen == taken_fen, "I5 settled is not what left the accounts", settled_fen
        )
