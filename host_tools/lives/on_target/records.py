"""The kinds of records (docs/journal-format.md), and one sale as the outside knows it."""

from micropython import const

INTENT = const(1)
REQUEST = const(2)
STORED = const(3)
PAID = const(4)
DECLINED = const(5)
ABANDONED = const(6)
REVERSED = const(7)
DEAD = const(8)
RETURN = const(10)
DEFERRED = const(11)
DEAD_RETURN = const(14)
DEAD_DEFERRED = const(15)
GRANTED = const(16)
DENIED = const(17)
CALLED_OFF = const(18)

# Kind -> what it says about the money, for ever.
SAYS = {
    PAID: "paid",
    GRANTED: "paid",
    DECLINED: "failed",
    DENIED: "failed",
    ABANDONED: "failed",
    REVERSED: "returned",
}


class Sale:
    """One sale, or one return of a sale, as the outside knows it."""

    def __init__(self, identity, number, amount_fen):
        self.id = identity
        self.number = number
        self.amount_fen = amount_fen
        self.net = 0  # debits less credits at the issuer; of a return 1 once it is posted
        self.original = None  # of a return: the Sale that it gives back
        self.promised_fen = 0  # of a sale: what the terminal has written that it gives back
        self.returned_fen = 0  # and what the bank has given back
        self.said = None  # "paid", "failed" or "returned", once anybody was told or it was written
        self.stored = False  # accepted offline
        self.deferred = False  # kept with nobody's approval
        self.dead = False
        self.forgotten = False  # the bank was restored from a backup of before it
        self.erased = False  # in a factory reset, before it was at the bank
        self.flipped = False  # a bit of its record has changed by itself
        self.rotten = False  # its record cannot be read any more
        self.pos = None  # of its record as a stored sale
