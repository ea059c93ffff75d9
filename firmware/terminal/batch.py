"""The open batch, and the one that is being closed: what this terminal has sold since it settled.

A sale is counted when its journal sequence number is released, which is in order and only once the
host has posted it. So a batch is a range of sequence numbers, and its totals can be found again in
the journal; a record of kind TOTALS or BATCH sums up what lies before it.
"""

import struct

from micropython import const

from terminal.sale_record import number_of

# Products: what a sale counts as (DE 63.12). Returns take money from the merchant.
ONLINE = const(1)
OFFLINE = const(2)
DEFERRED = const(3)
RETURN = const(4)

_LAST_NUMBER = const(999999)
_HEAD = "<IIIHBBBBIIII16s"
_NEVER = (0, 0, 0, 0, 0)
_ENTRY = "<BBIQ"
_OPEN = const(0)
_CLOSING = const(1)


class BadBatch(Exception):
    """The bytes are no state of a batch, or that of another version."""


class Closing:
    """A batch on its way to the host: nothing about it changes any more.

    It holds the sales released above `since` up to `up_to`. Unresolved sales up to the number
    `last` wait until it is closed: they belong to the next one.
    """

    def __init__(self, number, identity, since, up_to, last, totals):
        self.number = number
        self.identity = identity  # 16 random bytes
        self.since = since
        self.up_to = up_to
        self.last = last
        self.totals = totals  # product -> (count, fen)

    def count(self):
        return sum([count for count, _ in self.totals.values()])


class Batch:
    def __init__(self, number, since=0, opened=_NEVER):
        self.number = number
        self.opened = opened  # local time: (year, month, day, hour, minute)
        self.since = since  # sales released up to this number are in earlier batches
        self.counted = since  # and those up to this one in the totals
        self.totals = {}  # product -> (count, fen)
        self.closing: "Closing | None" = None

    def add(self, product, fen):
        count, sum_fen = self.totals.get(product, (0, 0))
        self.totals[product] = (count + 1, sum_fen + fen)

    def unsettled(self):
        """(count, sum of the sales in fen) of this batch and of the one that is being closed."""
        count = sum_fen = 0
        for totals in (self.totals, self.closing.totals if self.closing else {}):
            for product in totals:
                count += totals[product][0]
                sum_fen += totals[product][1] if product != RETURN else 0
        return count, sum_fen

    def closed_as(self, identity, last, now):
        """The Batch that follows when this one begins to close, with sales up to `last` made."""
        if self.closing:
            raise ValueError("the batch before is not closed yet")
        following = Batch(self.number % _LAST_NUMBER + 1, self.counted, now)
        following.closing = Closing(
            self.number, identity, self.since, self.counted, last, self.totals
        )
        return following

    def without_closing(self):
        following = Batch(self.number, self.since, self.opened)
        following.counted, following.totals = self.counted, self.totals
        return following

    def rejoined(self):
        """The Batch that follows when the host will never close the one under way: what was in it
        is settled with the open one."""
        closing = self.closing
        if closing is None:
            raise ValueError("no batch is being closed")
        following = Batch(self.number, closing.since, self.opened)
        following.counted, following.totals = self.counted, dict(closing.totals)
        for product, (count, fen) in self.totals.items():
            more_count, more_fen = following.totals.get(product, (0, 0))
            following.totals[product] = (count + more_count, fen + more_fen)
        return following

    def pack(self):
        closing = self.closing or Closing(0, bytes(16), 0, 0, 0, {})
        head = (self.number, self.since, self.counted) + tuple(self.opened)
        of_closing = (closing.number, closing.since, closing.up_to, closing.last, closing.identity)
        entries = [
            struct.pack(_ENTRY, which, product, *totals[product])
            for which, totals in ((_OPEN, self.totals), (_CLOSING, closing.totals))
            for product in sorted(totals)
        ]
        return struct.pack(_HEAD, *(head + of_closing)) + b"".join(entries)


def unpack(payload):
    """The payload of a TOTALS or BATCH record -> Batch. Raises BadBatch."""
    head, entry = struct.calcsize(_HEAD), struct.calcsize(_ENTRY)
    if len(payload) < head or (len(payload) - head) % entry:
        raise BadBatch("of another length")
    said = struct.unpack(_HEAD, payload)
    closing, since, up_to, last, identity = said[8:]
    totals = ({}, {})
    for at in range(head, len(payload), entry):
        which, product, count, fen = struct.unpack_from(_ENTRY, payload, at)
        if which > _CLOSING:
            raise BadBatch("of another layout")
        totals[which][product] = (count, fen)
    batch = Batch(said[0], said[1], said[3:8])
    batch.counted, batch.totals = said[2], totals[_OPEN]
    if closing:
        batch.closing = Closing(closing, identity, since, up_to, last, totals[_CLOSING])
    return batch


def posted(records, products, since, up_to):
    """Yields (product, payload) for each record, newest first. The product is that of a sale which
    was released as posted, under a sequence number above `since` and up to `up_to`; else it is 0.

    `records`: (kind, sequence number, payload) newest first; `products`: kind of the newest record
    of a posted sale -> product. A sale that was carried forward counts where it stands last.
    """
    seen = {}  # sequence number >> 4 -> one bit for each of the sixteen
    carried = {}  # sale number -> where it stands last, if that is not where it was made
    for kind, seq, payload in records:
        number = number_of(payload)
        stands = carried.get(number, seq)
        if seq != number:
            carried.setdefault(number, seq)
        product = 0
        if since < seq <= up_to:
            bits, bit = seen.get(seq >> 4, 0), 1 << (seq & 15)
            if not bits & bit and stands == seq:
                product = products.get(kind, 0)
            seen[seq >> 4] = bits | bit
        yield product, payload
