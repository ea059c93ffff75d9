"""The ledger outside: it sees what the journal writes, what the bank posts and what screens say.

Nothing in here is the product's: it notes what became durable, what money moved and what people
were told, and raises `Violation` at the first moment at which the three do not fit. The names of
the invariants are those of docs/reliability.md.
"""

import struct

import check_restore
import check_returns
from check_settlement import Batches
from records import (
    CALLED_OFF,
    DEAD,
    DEAD_DEFERRED,
    DEAD_RETURN,
    DEFERRED,
    DENIED,
    INTENT,
    REQUEST,
    RETURN,
    SAYS,
    STORED,
    Sale,
)

_AT_RISK = (STORED, DEFERRED)
_DEAD = (DEAD, DEAD_RETURN, DEAD_DEFERRED)
_CHARGED = ("paid",)
_NOT_CHARGED = ("failed", "returned")

_HEAD = "<IIQ16s"  # number, batch, amount in fen, transaction id: the head of every payload
_PAN_PREFIX = b"\x62\x10\x94\x80\x00"  # of all test cards, beyond the digits that may be shown
_PAN_DIGITS = "6210948000"
_PAN_TEXT = _PAN_DIGITS.encode()


class Violation(BaseException):
    """An invariant does not hold. Nothing in the product may catch it."""


class Check:
    def __init__(self):
        self.sales = {}  # transaction id -> Sale
        self.numbers = {}  # number -> transaction id
        self.tokens = set()
        self.references = {}  # RRN -> transaction id
        self.told = {}  # answers given, by what they answer
        self.was_full = False  # the journal had no room for a record of a sale
        self.asked = {}  # requests heard, by what they ask for
        self.limits = (0, 0)  # stored count, stored sum in fen
        self.account_of = {}  # transaction id -> account
        self._records = []  # (kind, seq, payload): all that ever became durable, in order
        self._last = {}  # seq -> (kind, Sale) of the newest record, for what is not released
        self._released = 0
        self._pending = None  # the record that is being written
        self.newest_return = None
        self.posted = []  # sales in the order in which the bank took them
        self.batches = Batches(self)
        self.counts = {}  # screens that tell how a sale ended

    def holds_limits(self, policy):
        """What the terminal may store from now on."""
        self.limits = policy["stored_count_limit"], policy["stored_sum_limit_fen"]

    def that(self, good, name, detail=""):
        if not good:
            raise Violation("%s: %s" % (name, detail))

    def count(self, name):
        self.counts[name] = self.counts.get(name, 0) + 1

    def sale(self, identity, number=0, amount_fen=0):
        if identity not in self.sales:
            self.sales[identity] = Sale(identity, number, amount_fen)
        return self.sales[identity]

    def sale_of_reference(self, rrn):
        """The sale that the bank finds under the reference on the screen."""
        self.that(rrn in self.references, "I3 a reference that the bank does not know", rrn)
        return self.sales[self.references[rrn]]

    # I7: nothing secret

    def nothing_secret(self, data, where):
        if _PAN_PREFIX in data or _PAN_TEXT in data:
            raise Violation("I7 clear card number: %s" % where)

    def says_nothing_secret(self, text, where):
        if _PAN_DIGITS in text:
            raise Violation("I7 clear card number: %s" % where)

    # The journal

    def writes(self, kind, seq, payload):
        self._pending = (kind, seq, payload)
        self._limits_then = self.limits  # a start that finds it begins with older ones

    def wrote_strange(self):
        """A record that is no sale's."""
        self._records.append(self._pending)
        self._pending = None

    def wrote(self, pos=None):
        kind, seq, payload = self._pending
        self._pending = None
        self._records.append((kind, seq, payload))
        number, _, amount_fen, identity = struct.unpack_from(_HEAD, payload)
        self._numbered(number, identity)
        sale = self.sale(identity, number, amount_fen)
        self._last[seq] = (kind, sale)
        if kind in SAYS:
            self.says(sale, SAYS[kind], "written")
        elif kind in _AT_RISK:
            again = sale.stored or sale.deferred
            sale.stored, sale.deferred, sale.pos = kind == STORED, kind == DEFERRED, pos
            if not again:  # a sale that is carried forward may be over limits that came later
                self._within_limits()
        elif kind == RETURN:
            check_returns.promises(self, sale, payload)
        elif kind in _DEAD:
            sale.dead = True
            if sale.original:
                sale.original.promised_fen -= sale.amount_fen

    def starts_at(self, number):
        """The terminal has a past: its numbers go on from here."""
        self.numbers[number - 1] = b""
        self._released = number - 1

    def starts_anew(self):
        """Another terminal: its journal and its numbers are its own."""
        self.numbers, self._records, self._last = {}, [], {}
        self._released, self._pending = 0, None
        self.batches.starts_anew()

    def stored_sales(self):
        """Those that are stored and not released, oldest first."""
        return [self._last[seq][1] for seq in sorted(self._last) if self._last[seq][0] == STORED]

    def sale_of_number(self, number):
        """None where this terminal has made none."""
        return self.sales.get(self.numbers.get(number))

    def standing(self):
        """(sequence number, (kind of the newest record, sale)) of what is not released."""
        return self._last.items()

    def is_standing(self, sale):
        """Whether records of it are not released yet."""
        return sale.id in {standing.id for _, standing in self._last.values()}

    def unresolved(self):
        """Sales and returns of which something is still to be done here."""
        left = [sale for kind, sale in self._last.values() if not self.is_settled(kind, sale)]
        return {sale.id: sale for sale in left}.values()

    def _numbered(self, number, identity):
        known = self.numbers.get(number)
        self.that(known in (None, identity), "I8 number used twice", number)
        if known is None:
            highest = max(self.numbers) if self.numbers else 0
            self.that(number > highest, "I8 number went back", number)
            self.numbers[number] = identity

    def _within_limits(self):
        """I6, by what the bank does not have: what the terminal counts can only be more."""
        at_risk = [sale for kind, sale in self._last.values() if kind in _AT_RISK]
        open_sales = {s.id: s for s in at_risk if not s.net and not s.forgotten}
        count = len(open_sales)
        total_fen = sum([sale.amount_fen for sale in open_sales.values()])
        most, most_fen = self._limits_then
        self.that(count <= most and total_fen <= most_fen, "I6 over the offline limits", count)

    def releases(self, up_to, token):
        """I1: what goes is at the bank, or nothing is owed, or it stands further on."""
        if token:
            self.that(token in self.tokens, "I1 release with a token that the host never gave")
        self._released = max(self._released, up_to)
        gone = [seq for seq in self._last if seq <= up_to]
        left = [self._last.pop(seq) for seq in gone]
        standing = {sale.id for _, sale in self._last.values()}
        for kind, sale in left:
            safe = sale.id in standing or sale.forgotten or self.is_settled(kind, sale)
            self.that(safe, "I1 released too early", "%d" % sale.number)

    def is_settled(self, kind, sale):
        """Whether nothing is left to do for a sale whose newest record is of that kind."""
        if kind == STORED:
            return sale.net == 1
        if kind in (RETURN, DEAD_RETURN):
            return kind == RETURN and sale.net == 1
        if kind in (DEFERRED, DENIED):  # undecided; declined, and nobody has seen
            return self.is_unsaid(sale)
        if kind in (REQUEST, CALLED_OFF):  # there may have been no room to write how it ended
            return sale.net == 0 and ("4", sale.id) in self.told
        return sale.net == 0 if kind == INTENT else kind not in _DEAD

    def is_unsaid(self, sale):
        """How a deferred sale ended, only the bank can tell: there was no room to write it down."""
        ended = ("2", sale.id) in self.told or ("4", sale.id) in self.told
        return sale.deferred and self.was_full and ended

    def booted(self, found, released):
        """What a start reads must be what was written, and nothing else; the one write that was
        cut short is there or not, and stays so."""
        self.that(released <= self._released, "I1 released by itself", released)
        if self._pending:
            if found and found[-1] == self._pending:
                self.wrote()
            self._pending = None
        at = 0
        for record in [r for r in self._records if r[1] > released]:
            if at < len(found) and found[at] == record:
                at += 1
            else:
                gone = record[1] <= self._released or self._is_rotten(record)
                self.that(gone, "I1 lost record", record[:2])
        self.that(at == len(found), "I1 a record that nobody wrote", found[at:][:1])
        for kind, seq, payload in found:
            sale = self.sales.get(struct.unpack_from(_HEAD, payload)[3])
            if sale and seq <= self._released:  # its release was not durable: it stands again
                self._last[seq] = kind, sale

    def has_rotten_sales(self):
        return any(sale.rotten for sale in self.sales.values())

    def _is_rotten(self, record):
        sale = self.sales.get(struct.unpack_from(_HEAD, record[2])[3])
        return sale is not None and sale.rotten

    # The bank

    def moved(self, identity, amount_fen, way, account):
        """A debit (`way` 1) or a credit (-1) at the issuer."""
        sale = self.sale(identity, 0, amount_fen)
        self.that(sale.amount_fen == amount_fen, "I2 another amount", sale.number)
        sale.net += way
        if way > 0:
            self.posted.append(sale)
        self.that(sale.net <= 1, "I2 posted twice", sale.number)
        self.that(sale.net >= 0, "I2 returned twice", sale.number)
        wrong = _NOT_CHARGED if way > 0 else _CHARGED
        self.that(sale.forgotten or sale.said not in wrong, "I3 money moved after", sale.said)
        expected = self.account_of.setdefault(sale.id, account)
        self.that(expected == account, "I2 another account", sale.number)

    def gave_back(self, identity, original, amount_fen):
        """A credit at the issuer for a return."""
        given = self.sale(identity, 0, amount_fen)
        check_returns.gave_back(self, given, self.sales[original], amount_fen)

    def heard(self, kind, identity, said):
        """Identity for life: every repeat asks for the same thing in the same words."""
        before = self.asked.setdefault((kind, identity), said)
        self.that(before == said, "I2 a repeat that says something else", said)

    def answered(self, kind, identity, said):
        before = self.told.setdefault((kind, identity), said)
        self.that(before == said, "I9 another answer to the same request", said)

    def was_late(self, kind, identity):
        """What a copy was told that came after the bank had forgotten: nobody waits for it."""
        del self.told[kind, identity]

    def asks_for_cryptogram(self):
        """The intent is durable before the step of the card that cannot be taken back."""
        kinds = [kind for kind, _ in self._last.values()]
        self.that(INTENT in kinds, "I4 card asked before the intent was written", kinds[-1:])

    def sends(self, frame):
        """A request is durable before its first byte leaves (4c rule 1)."""
        self.nothing_secret(frame, "wire")
        if frame[:2] == b"\x02\x00":
            stan = int("%02x%02x%02x" % tuple(frame[24:27]))
            durable = [
                1
                for kind, sale in self._last.values()
                if kind in (REQUEST, DEFERRED) and (sale.number - 1) % 999999 + 1 == stan
            ]
            self.that(durable, "I4 sent before it was written", stan)

    def books(self):
        return check_restore.books(self.sales), self.batches.books()

    def forget(self, books, rows):
        """The bank is as it was then. `rows`: (transaction id, class) of what it still has."""
        check_restore.forget(self.sales, books[0])
        self.batches.forget(books[1])
        for kind, identity in list(self.told):
            if (identity, kind) not in rows:
                del self.told[kind, identity]
                self.sale(identity).forgotten = True

    # People

    def says(self, sale, word, where):
        """I3: whoever is told "paid" has the money, now and for ever; "failed" likewise."""
        if sale.original:
            check_returns.says(self, sale, word, where)
            return
        charged = word in _CHARGED
        if not charged and word not in _NOT_CHARGED:
            return
        self.that(charged or not sale.stored, "I3 a card approved it, and it failed", sale.number)
        if sale.net != charged and not sale.forgotten:
            raise Violation("I3 %s %s: %d" % (where, word, sale.number))
        if sale.said is not None and charged != (sale.said in _CHARGED):
            raise Violation("I3 told %s, then %s: %d" % (sale.said, word, sale.number))
        sale.said = word

    def tells_return(self, fen, word):
        """The screen after a return was written."""
        given = self.newest_return
        self.that(fen == -given.amount_fen, "I3 another amount given back", given.number)
        self.says(given, word, "screen")

    def history(self, rows):
        """[(product's sale, word)] as the merchant can read them."""
        for shown, word in rows:
            sale = self.sales[shown.id]
            self.that(sale.amount_fen == shown.amount_fen, "I3 amount in history", sale.number)
            self.says(sale, word, "history")
            if word == "stored" and not sale.original:
                self.that(sale.stored or sale.deferred, "I3 history stored", sale.number)
