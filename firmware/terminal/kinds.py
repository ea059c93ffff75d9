"""The kinds of records in the journal, and what each means to the merchant.

A sale is a few records with one journal sequence number:

    INTENT     written before the card is asked for a cryptogram
    REQUEST    written before the first byte goes to the host (from here on it may be in doubt)
    STORED     the card approved offline: owed to the host
    PAID | DECLINED | ABANDONED | REVERSED     how it ended
    DEAD       the host will not take it: people must look at it; never deleted, never in the way

A deferred sale is one that the card wanted the bank to approve, taken without a line: DEFERRED is
owed to the host, which asks the issuer then. GRANTED ends it as paid; DENIED is what the merchant
has not seen yet, and is DECLINED after that; DEAD_DEFERRED is what the host will not take.
CALLED_OFF is one that the merchant took back before the bank decided: the host is told until it
has confirmed that nothing is paid, and then it is REVERSED or ABANDONED.

A return gives back some of a sale, or all of it, and is a sale of its own: RETURN is owed to the
host, DEAD_RETURN is what the host will not take.
"""

from micropython import const

INTENT = const(1)
REQUEST = const(2)
STORED = const(3)
PAID = const(4)
DECLINED = const(5)
ABANDONED = const(6)
REVERSED = const(7)
DEAD = const(8)

# Never written: how a sale stands whose next record cannot be read. It may have been stored, paid,
# or nothing: nobody but people may decide, so it is neither sent, nor reversed, nor released.
UNREADABLE = const(9)

RETURN = const(10)
DEFERRED = const(11)
DEAD_RETURN = const(14)
DEAD_DEFERRED = const(15)
GRANTED = const(16)
DENIED = const(17)
CALLED_OFF = const(18)

# About no sale: what the batch holds (see batch.py), from time to time, and when one begins to
# close or is closed.
TOTALS = const(12)
BATCH = const(13)

# What becomes of a record that the host will not take, and, sent again, of that one.
DEAD_OF = {STORED: DEAD, RETURN: DEAD_RETURN, DEFERRED: DEAD_DEFERRED}
ALIVE_OF = {dead: alive for alive, dead in DEAD_OF.items()}

# The merchant's five words.
WORDS = {
    INTENT: "checking",
    REQUEST: "checking",
    STORED: "stored",
    DEAD: "checking",
    UNREADABLE: "checking",
    PAID: "paid",
    DECLINED: "failed",
    ABANDONED: "failed",
    REVERSED: "returned",
    RETURN: "stored",
    DEAD_RETURN: "checking",
    DEFERRED: "stored",
    DEAD_DEFERRED: "checking",
    GRANTED: "paid",
    DENIED: "failed",
    CALLED_OFF: "checking",
}

# The word once it is not open any more, where no record says how it ended. Of the others only the
# bank can tell: that record found no room, or cannot be read any more.
ONCE_CLOSED = {
    STORED: "paid",
    RETURN: "returned",
    DEFERRED: "checking",
}
