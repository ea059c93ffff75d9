"""The book of sales: what the journal's records mean, sale by sale.

A sale is a few records with one journal sequence number:

    INTENT     written before the card is asked for a cryptogram
    REQUEST    written before the first byte goes to the host (from here on it may be in doubt)
    STORED     the card approved offline: owed to the host
    PAID | DECLINED | ABANDONED | REVERSED     how it ended
    DEAD       the host will not take it: people must look at it; never deleted, never in the way

What is written is true before any screen says it. Records are released in order of their sequence
numbers, and only once the host's receipt token is here or nothing was ever owed.
"""

from micropython import const

from terminal import sale_record

INTENT = const(1)
REQUEST = const(2)
STORED = const(3)
PAID = const(4)
DECLINED = const(5)
ABANDONED = const(6)
REVERSED = const(7)
DEAD = const(8)

_ENDED = (PAID, DECLINED, ABANDONED, REVERSED)
_OPEN = (INTENT, REQUEST, STORED, DEAD)

# The merchant's five words.
WORDS = {
    INTENT: "checking",
    REQUEST: "checking",
    STORED: "stored",
    DEAD: "checking",
    PAID: "paid",
    DECLINED: "failed",
    ABANDONED: "failed",
    REVERSED: "returned",
}

# Records one sale may still need: intent, two-page request, ending, and the same for a reversal.
ROOM_FOR_A_SALE = const(6)
# A sale that nobody resolves is written again at the head when this many later ones wait behind it.
_MOST_WAITING = const(32)

NOTHING_OWED = b""


class Entry:
    """An unresolved sale in memory: everything else is read from the journal at `pos`."""

    __slots__ = ("kind", "pos", "number", "amount_fen", "tries")

    def __init__(self, kind, pos, sale):
        self.kind = kind
        self.pos = pos
        self.number = sale.number
        self.amount_fen = sale.amount_fen
        self.tries = 0


class Book:
    def __init__(self, journal, usable):
        """`usable(number)` says whether a sequence number may be used (DUKPT skips some)."""
        self._journal = journal
        self._usable = usable
        self._entries = {}  # sequence -> Entry, for what is not resolved
        self._resolved = {}  # sequence -> token, resolved but behind an unresolved one
        self.in_play = None  # the sequence number of the online sale that awaits its answer

    def load(self):
        """Rebuilds the book after a start. Returns how many sales the power had cut off."""
        for pos, kind, seq, payload in self._journal.live():
            if kind in _OPEN:
                self._entries[seq] = Entry(kind, pos, sale_record.unpack(payload))
            elif kind in _ENDED:
                self._entries.pop(seq, None)
                self._resolved[seq] = NOTHING_OWED
        cut = [seq for seq in self._entries if self._entries[seq].kind == INTENT]
        for seq in sorted(cut):
            # Nothing had left the terminal: the sale did not happen, and nobody owes anything.
            self.end(seq, ABANDONED, NOTHING_OWED)
        self._release()
        return len(cut)

    # Room and numbers

    def has_room(self):
        return self._journal.room() >= ROOM_FOR_A_SALE

    def next_number(self):
        """The sequence number of the next sale; numbers that DUKPT skips are passed over."""
        number = self._journal.next_seq
        while not self._usable(number):
            number += 1
        return number

    # Writing: each returns only when it is durable

    def open_intent(self, sale):
        """Before the card is asked for a cryptogram: the number is used up from here on."""
        self._enter(INTENT, sale, sale.number, sale.ending())

    def open(self, kind, sale, seq):
        """REQUEST or STORED (or DEAD) of a sale under the journal sequence number `seq`."""
        self._enter(kind, sale, seq, sale.pack())

    def _enter(self, kind, sale, seq, payload):
        pos = self._journal.append(kind, seq, payload)
        self._entries[seq] = Entry(kind, pos, sale)

    def end(self, seq, kind, token, answer=None):
        """PAID, DECLINED, ABANDONED or REVERSED, with the receipt token or NOTHING_OWED."""
        self._journal.append(kind, seq, self.sale(seq).ending(answer))
        self.resolve(seq, token)

    def resolve(self, seq, token):
        """The host has it, or nothing is owed: the record may go once those before it may."""
        self._entries.pop(seq, None)
        self._resolved[seq] = token
        self._release()

    def bury(self, seq):
        """To the dead-letter list: kept for people, out of the way of the rest."""
        self._rewrite(seq, DEAD)

    def _rewrite(self, seq, kind):
        """Writes the sale again at the head of the journal; the old records are then superseded."""
        sale = self.sale(seq)
        tries = self._entries[seq].tries
        head = self._journal.next_seq
        self.open(kind, sale, head)
        self._entries[head].tries = tries
        self.resolve(seq, NOTHING_OWED)

    def _release(self):
        up_to, token = self._journal.released, None
        while up_to + 1 in self._resolved or self._was_skipped(up_to + 1):
            up_to += 1
            token = self._resolved.pop(up_to, NOTHING_OWED)
        if token is not None:
            self._journal.release(up_to, token)

    def _was_skipped(self, seq):
        return seq < self._journal.next_seq and not self._usable(seq)

    def keep_short(self):
        """Idle work: carries a stuck sale forward so that those behind it can be released."""
        if len(self._resolved) > _MOST_WAITING and self._entries:
            oldest = min(self._entries)
            self._rewrite(oldest, self._entries[oldest].kind)
            return True
        return False

    # Reading

    def sale(self, seq):
        _, _, payload = self._journal.read(self._entries[seq].pos)
        return sale_record.unpack(payload)

    def entry(self, seq):
        return self._entries.get(seq)

    def waiting(self, kind):
        """Sequence numbers of that kind, oldest first."""
        return sorted([seq for seq in self._entries if self._entries[seq].kind == kind])

    def totals(self, *kinds):
        """(count, sum in fen) of the unresolved sales of these kinds."""
        amounts = [e.amount_fen for e in self._entries.values() if e.kind in kinds]
        return len(amounts), sum(amounts)

    def held(self):
        """(count, sum in fen) that the terminal still holds: what each message tells the host."""
        return self.totals(STORED, REQUEST, DEAD)

    def recent(self, most):
        """[(Sale, word)] newest first, one line a sale, released ones too while they last."""
        rows, seen = [], set()
        for _, kind, _, payload in self._journal.history():
            if kind not in WORDS:
                continue
            sale = sale_record.unpack(payload)
            if sale.number in seen:
                continue
            seen.add(sale.number)
            rows.append((sale, self._word(kind, sale)))
            if len(rows) == most:
                break
        return rows

    def _word(self, kind, sale):
        owed = any(e.number == sale.number for e in self._entries.values())
        return "paid" if kind == STORED and not owed else WORDS[kind]
