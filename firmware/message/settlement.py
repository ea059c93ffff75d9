"""Settlement on the wire: the totals of a batch (0500), and its list where they differ (0320).

DE 63.12, 63.13, 63.14 and 63.19 of docs/protocol.md. Numbers are big endian. A closing is anything
with number, identity and totals (see terminal/batch.py).
"""

import struct
from binascii import unhexlify

from micropython import const

from message import fields as f
from message.host import bcd_time

MOST_ITEMS = const(16)  # of the list, in one message

_SETTLE = "201"
_LIST = "202"
_DATES_BYTES = const(8)
_DIFFERENCE_BYTES = const(17)
_KINDS = const(4)


def close(messages, closing, held, listed=None):
    """-> (key, bytes) of 0500. `listed`: that many items have been sent, and that is all."""
    private = [(f.TRANSACTION_ID, closing.identity), (f.TOTALS, _totals(messages, closing))]
    if listed is not None:
        private.append((f.LIST, struct.pack(">H", listed)))
    return messages.managed("0500", closing.number, _SETTLE, private, held)


def part_of_list(messages, mti, closing, first, items, held):
    """-> (key, bytes) of 0320 or its repeat 0321. `items`: (product, sale number, transaction id,
    fen) from the item `first` on, at most MOST_ITEMS."""
    value = struct.pack(">H", first) + b"".join([_item(*item) for item in items])
    private = [(f.TRANSACTION_ID, closing.identity), (f.LIST, value)]
    return messages.managed(mti, closing.number, _LIST, private, held)


def wanted(reply):
    """The item of the list that the host wants next, or None."""
    value = reply.private.get(f.LIST, b"")
    return struct.unpack(">H", value)[0] if len(value) == 2 else None


def _totals(messages, closing):
    currency = unhexlify("0" + messages.currency)
    return b"".join(
        [
            bytes((product,)) + currency + count.to_bytes(4, "big") + fen.to_bytes(6, "big")
            for product, (count, fen) in sorted(closing.totals.items())
        ]
    )


def _item(product, number, identity, fen):
    return number.to_bytes(4, "big") + identity[:4] + bytes((product,)) + fen.to_bytes(6, "big")


class Settled:
    """What the host says of a batch that it has closed.

    `differences`: how many are only at the terminal, only at the host, of another amount, in
    another batch; `told`: the first of them, (kind 1 to 4, sale number, fen here, fen there).
    `pays_on`: (year, month, day), None if the host does not say.
    """

    def __init__(self, number, reply):
        said = reply.private.get(f.DIFFERENCES, b"")
        dates = reply.private.get(f.BUSINESS_DATE, b"")
        self.number = number
        self.reference = reply.rrn
        self.differences = (0,) * _KINDS
        if len(said) >= 2 * _KINDS:
            self.differences = struct.unpack(">HHHH", said[: 2 * _KINDS])
        self.told = _told(said[2 * _KINDS :])
        self.pays_on = bcd_time(dates[4:]) if len(dates) == _DATES_BYTES else None


def _told(said):
    rows = []
    for at in range(0, len(said) - _DIFFERENCE_BYTES + 1, _DIFFERENCE_BYTES):
        row = said[at : at + _DIFFERENCE_BYTES]
        fen = int.from_bytes(row[5:11], "big"), int.from_bytes(row[11:], "big")
        rows.append((row[0], int.from_bytes(row[1:5], "big")) + fen)
    return rows
