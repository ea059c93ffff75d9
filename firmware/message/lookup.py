"""Status look-up: what the host knows about one sale (0800 with network code 401, DE 63.10)."""

import struct

from micropython import const

from message import fields as f
from message.host import STATUS, bcd_time

# What has become of the sale at the host.
UNKNOWN = const(0)
POSTED = const(1)
WITH_EXCEPTION = const(2)  # posted, and people look at it
DECLINED = const(3)
RETURNED = const(4)  # reversed, or given back
REFUSED = const(5)  # never came, and will not be taken any more: its reversal came first
WAITING = const(6)  # a pay code that the customer has yet to confirm

_LAYOUT = ">B12s2s7s3sB4s"
_YES = const(1)


class Status:
    """`received`: (year, month, day, hour, minute, second) UTC; `pays_on`: (year, month, day);
    each None where the host does not say. `batch` is a number, 0 for none."""

    def __init__(self, raw):
        state, rrn, code, received, batch, closed, pays_on = struct.unpack(_LAYOUT, raw)
        self.state = state
        self.rrn = rrn.decode().strip("0 ") and rrn.decode()
        self.code = code.decode().strip()
        self.received = bcd_time(received) if any(received) else None
        self.batch = int("".join(["%02x" % b for b in batch]))
        self.closed = closed == _YES
        self.pays_on = bcd_time(pays_on) if any(pays_on) else None


def ask(messages, sale, batch, held):
    """-> (key, bytes, nonce) of the question for this sale."""
    return messages.network(STATUS, batch, held, [(f.TRANSACTION_ID, sale.id)])


def read(reply, sale, nonce):
    """The answer to `ask` -> Status, or None: no answer that can be believed."""
    if reply is None or not reply.trusted or reply.code != "00" or reply.nonce() != nonce:
        return None
    raw = reply.private.get(f.STATUS, b"")
    if reply.transaction_id() != sale.id or len(raw) != struct.calcsize(_LAYOUT):
        return None
    try:
        return Status(raw)
    except ValueError:
        return None  # not digits: this host speaks another version
