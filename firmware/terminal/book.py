"""The book of sales: what the journal's records mean, sale by sale.

What is written is true before any screen says it. Records are released in order of their sequence
numbers, and only once the host's receipt token is here or nothing was ever owed. The kinds of
records are in `terminal/kinds.py`.
"""

from micropython import const

from journal import Full
from terminal import carry, past, sale_record
from terminal.kinds import (
    ABANDONED,
    ALIVE_OF,
    CALLED_OFF,
    DEAD,
    DEAD_DEFERRED,
    DEAD_OF,
    DEAD_RETURN,
    DECLINED,
    DEFERRED,
    DENIED,
    GRANTED,
    INTENT,
    PAID,
    REQUEST,
    RETURN,
    REVERSED,
    STORED,
    UNREADABLE,
)
from terminal.standing import Entry, Standing
from terminal.tally import Tally

# What the host has to be told in its own time, in the order of capture (see forwarding.WAYS).
_OWED = (STORED, RETURN, DEFERRED, CALLED_OFF)
_ENDED = (PAID, GRANTED, DECLINED, ABANDONED, REVERSED)
_RETURNS = (RETURN, DEAD_RETURN)
_WITHOUT_CARD = (INTENT, DENIED, CALLED_OFF)
_OPEN = (REQUEST, STORED, DEFERRED, DEAD, DEAD_DEFERRED) + _RETURNS + _WITHOUT_CARD
# What was accepted without asking: the limits of selling offline count it.
AT_RISK = (STORED, DEFERRED, DEAD, DEAD_DEFERRED)

# Pages that one sale may need: intent, a request of two, ending, and two restarts in between.
ROOM_FOR_A_SALE = const(12)
# Starts that come in a row while answers are awaited must leave room to write these down.
_ROOM_FOR_STARTS = const(12)
# A sale that nobody resolves is written again at the head when this many later ones wait behind it.
_MOST_WAITING = const(32)

NOTHING_OWED = b""


def _entry(kind, pos, seq, payload):
    """What another version of the firmware wrote is kept, and for people to look at."""
    try:
        if kind in _OPEN:
            return _entry_of(kind, pos, sale_record.unpack(payload))
    except sale_record.BadSale:
        pass  # the record is whole, but not of this layout
    return Entry(UNREADABLE, pos, seq, 0)


def _entry_of(kind, pos, sale):
    after = sale.original[1] if sale.original else 0
    return Entry(kind, pos, sale.number, sale.amount_fen, after)


class Book:
    def __init__(self, journal, usable, first_batch=1):
        """`usable(number)` says whether a sequence number may be used (DUKPT skips some);
        `first_batch` is the batch number of a terminal that has never settled."""
        self._journal = journal
        self._usable = usable
        self._entries = Standing(_OWED)  # what is not resolved
        self._resolved = {}  # sequence -> token, resolved but behind an unresolved one
        self.tally = Tally(journal, first_batch)
        self._reserved = None  # the number of the sale that is being made, from its start
        self.in_play = None  # the sequence number of the online sale that awaits its answer

    def load(self):
        """Rebuilds the book after a start. Returns how many sales the power had cut off."""
        self.tally.load()
        for pos, kind, seq, payload in self._journal.live():
            if kind in _ENDED:
                self._entries.drop(seq)
                self._resolved[seq] = NOTHING_OWED
                self.tally.posted(seq, kind, sale_record.amount_of(payload))
            else:
                self._entries.put(seq, _entry(kind, pos, seq, payload))
        self._drop_superseded()
        self._mark_unreadable()
        cut = self.waiting(INTENT)
        for seq in cut:
            # Nothing had left the terminal: the sale did not happen, and nobody owes anything.
            self.end(seq, ABANDONED, NOTHING_OWED)
        self._release()
        return len(cut)

    def _drop_superseded(self):
        """A cut between writing a sale again and letting the old record go leaves it twice."""
        newest = {}
        for seq in self._entries:
            number = self._entries[seq].number
            if number == seq:
                continue  # never written again
            older, newest[number] = newest.get(number, number), seq
            if older in self._entries and self._entries[older].number == number:
                self._entries.drop(older)
                self._resolved[older] = NOTHING_OWED

    def _mark_unreadable(self):
        """Where records are damaged, an open sale before the damage may have gone on in it, and a
        gap in the numbers may be a sale: they stay until people have looked.

        Without damage, a gap is a number that was reserved and never written: it holds nothing.
        """
        damage = self._journal.damage
        for seq in self.waiting(INTENT) + self.waiting(REQUEST):
            if any(pos > self._entries[seq].pos for pos in damage):
                self.stands_as(seq, UNREADABLE)
        if damage:
            return
        for seq in range(self._journal.released + 1, self._journal.next_seq):
            if seq not in self._entries and seq not in self._resolved:
                self._resolved[seq] = NOTHING_OWED

    # Room and numbers

    def has_room(self):
        """For a sale."""
        if self._room() < ROOM_FOR_A_SALE:
            self.tally.make_room()
        return self._room() >= ROOM_FOR_A_SALE

    def _room(self):
        """Every open request keeps room for its ending: what is beyond that."""
        endings = self.totals(REQUEST, DEFERRED, CALLED_OFF)[0]
        return self._journal.room() - (endings and endings + _ROOM_FOR_STARTS)

    def reserve(self):
        """The sequence number of a new sale, until `put_back`; none that DUKPT skips."""
        self._reserved = self._usable_from(self._journal.next_seq)
        return self._reserved

    def put_back(self, number):
        """The sale is over. If nothing was written under its number, the number holds nothing."""
        self._reserved = None
        written = number in self._entries or number in self._resolved
        if self._journal.released < number < self._journal.next_seq and not written:
            self.resolve(number, NOTHING_OWED)

    def numbers_between(self, first, end):
        """How many numbers from `first` to before `end` can have been sales."""
        return sum(1 for number in range(first, end) if self._usable(number))

    def _usable_from(self, number):
        while number == self._reserved or not self._usable(number):
            number += 1
        return number

    # Writing: each returns only when it is durable

    def open_intent(self, sale):
        """Before the card is asked for a cryptogram: the number is used up from here on."""
        self.open(INTENT, sale, sale.number)

    def open(self, kind, sale, seq):
        """One of _OPEN, of a sale under the journal sequence number `seq`."""
        payload = sale.ending() if kind in _WITHOUT_CARD else sale.pack()
        pos = self._journal.append(kind, seq, payload)
        self._entries.put(seq, _entry_of(kind, pos, sale))

    def end(self, seq, kind, token, answer=None, proof=b""):
        """One of _ENDED, with the receipt token or NOTHING_OWED."""
        try:
            self._journal.append(kind, seq, self.sale(seq).ending(answer, proof))
        except Full:
            # Room for it was kept when the sale began; only restart upon restart can have used it
            # up. Paid must be written; the others are settled at the host, or were nothing.
            if kind == PAID:
                raise
        self.resolve(seq, token, kind)

    def stands_as(self, seq, kind):
        """Until the next start, without a record of it."""
        was = self._entries[seq]
        self._entries.put(seq, Entry(kind, was.pos, was.number, was.amount_fen))

    def resolve(self, seq, token, kind=None):
        """The host has it, or nothing is owed: the record may go once those before it may. `kind`
        is that of the record which ended it, if there is one."""
        entry = self.entry(seq)
        if entry and token:
            self.tally.posted(seq, kind or entry.kind, entry.amount_fen)
        self._entries.drop(seq)
        self._resolved[seq] = token
        self._release()

    def bury(self, seq):
        """To the dead-letter list, for people to look at. False: no room now, it stays."""
        return self._rewrite(seq, DEAD_OF[self._entries[seq].kind])

    def is_dead(self, number):
        """Whether the host will not take this one."""
        return self.kind(number) in ALIVE_OF

    def revive(self, number):
        """A dead letter is owed again, as what it was. False: it is none, or there is no room."""
        seq = self.seq_of(number)
        alive = None if seq is None else ALIVE_OF.get(self._entries[seq].kind)
        return alive is not None and self._rewrite(seq, alive)

    def _rewrite(self, seq, kind):
        """Writes the sale again at the head of the journal; the old records are then superseded."""
        if not carry.has_room(self._journal, self._entries, seq, self._room()):
            return False
        self.open(kind, self.sale(seq), self._usable_from(self._journal.next_seq))
        self.resolve(seq, NOTHING_OWED)
        return True

    def _release(self):
        up_to, token = self._journal.released, None
        while up_to + 1 in self._resolved or self._was_skipped(up_to + 1):
            up_to += 1
            token = self._resolved.pop(up_to, NOTHING_OWED)
        if token is not None:
            self._journal.release(up_to, token)
            self.tally.release(up_to)

    def _was_skipped(self, seq):
        return seq < self._journal.next_seq and not self._usable(seq) and seq not in self._entries

    def keep_short(self):
        """Idle work: carries a stuck sale forward so that those behind it can be released, in a
        small journal early enough that there is still room to do it."""
        stuck = self._entries.get(self._journal.released + 1)
        narrow = self._resolved and self._journal.room() < 4 * ROOM_FOR_A_SALE
        due = narrow or len(self._resolved) > _MOST_WAITING
        if not due or not stuck or stuck.kind == UNREADABLE:
            return False
        return self._rewrite(self._journal.released + 1, stuck.kind)

    def close_batch(self, identity, now):
        """The open batch begins to close, at `now` (local), as `identity` (16 bytes). No sale may
        be in play and no message under way. False if there is no room for it in the journal.

        What is unresolved is carried out of the way first, so that all that is posted is counted.
        """
        while self._resolved:
            stuck = self.entry(self._journal.released + 1)
            if not stuck or stuck.kind == UNREADABLE:
                break  # nobody can tell what it is: the totals end before it
            if not self._rewrite(self._journal.released + 1, stuck.kind):
                return False
        return self.tally.close(identity, self._journal.next_seq - 1, now)

    # Reading

    @property
    def batch(self):
        """The number of the batch in which new sales are."""
        return self.tally.batch.number

    def sale(self, seq):
        _, _, payload = self._journal.read(self._entries[seq].pos)
        return sale_record.unpack(payload)

    def entry(self, seq):
        return self._entries.get(seq)

    def kind(self, number):
        """How the unresolved sale of this number stands, None if there is none."""
        seq = self.seq_of(number)
        return None if seq is None else self._entries[seq].kind

    def waiting(self, kind):
        """Sequence numbers of that kind, in the order in which the sales were made."""
        return self._entries.seqs(kind)

    def in_doubt(self):
        """Numbers of the sales that must be reversed, in that order."""
        return [self._entries[seq].number for seq in self.waiting(REQUEST) if seq != self.in_play]

    def owed(self):
        """Numbers of the sales that the host has to be told, in that order. Not to be changed."""
        return self._entries.owed

    def must_wait(self, number):
        """Whether it may not be sent yet: a return whose original the host has not answered for, or
        a sale of a batch that is being closed without it."""
        closing = self.tally.batch.closing
        if closing and number <= closing.last:
            return True
        after = self._entries.after
        given_back = after.get(self.seq_of(number)) if after else None
        original = self.entry(self.seq_of(given_back)) if given_back else None
        return original is not None and original.kind in _OWED

    def seq_of(self, number):
        """Where the unresolved sale of this number stands now, None if there is none."""
        return self._entries.seq_of(number)

    def word(self, number):
        """The merchant's word for the sale of this number, None if it is no longer kept."""
        return past.word_of(self._journal, self.is_open, number)

    def unreadable(self):
        """How many sales and records people must look at because they cannot be read."""
        return max(len(self._journal.damage), self.totals(UNREADABLE)[0])

    def is_open(self, number):
        """Whether the sale of this number is not resolved yet."""
        return self.seq_of(number) is not None

    def totals(self, *kinds):
        """(count, sum in fen) of the unresolved sales of these kinds."""
        return self._entries.totals(kinds)

    def acknowledged(self):
        """(number up to which nothing is owed any more, how many beyond it owe nothing either)."""
        return self._journal.released, len(self._resolved)

    def held(self):
        """(count, sum in fen) that the terminal still holds: what each message tells the host.

        Returns are counted; the sum is that of sales.
        """
        count, total_fen = self.totals(REQUEST, UNREADABLE, *AT_RISK)
        return count + self.totals(CALLED_OFF, *_RETURNS)[0], total_fen

    def pending(self):
        """(count, fen) that is kept here and not at the bank. Returns lessen the sum, but for those
        that the bank has refused."""
        count, back_fen = self.totals(RETURN)
        count += self.totals(STORED, DEFERRED)[0]
        return count, self.totals(*AT_RISK)[1] - back_fen

    def checking(self):
        """How many are in doubt, or for people to look at."""
        return self.totals(UNREADABLE, CALLED_OFF, *ALIVE_OF)[0] + len(self.in_doubt())

    def recent(self, most):
        """[(Sale, word)] newest first, one line a sale, released ones too while they last."""
        return past.newest(self._journal, self.is_open, most)

    def records(self):
        """Yields (kind, sequence number, Sale) of all that can still be read, newest first."""
        return past.records(self._journal)
