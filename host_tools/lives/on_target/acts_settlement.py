"""What a plan can ask for about settlement: closing the day, and what has come of it."""

import host_terms
from host_settlement import OFFLINE, ONLINE, count_of_each
from micropython import const

TOTALS, BATCH = const(12), const(13)  # kinds of records
_MANY_BITS = const(40)  # too many to be put right


def _settle(life, insists=False):
    """The merchant closes the day, if that can begin now; who insists, as soon as all is quiet."""
    why = life.terminal.settler.begin()
    life.world.say("closes the day: %s" % (why or "begun"))
    life.closes_day = why is not None and insists


def _tamper(life):
    """In the bank's books the newest sale gets one fen more."""
    lines = life.host.settlements.lines(life.settings.keys.ikid)
    sales = [line.row for line in lines if line.product in (ONLINE, OFFLINE)]
    newest = max(sales, key=lambda row: row.counter)
    newest.amount_fen += 1
    life.check.batches.excused.add(newest.id)
    life.check.batches.net_fen -= 1  # which left no account


def _rot_batch(life, count):
    """The newest records of what the batch holds cannot be read any more."""
    records = life.terminal.journal.history()
    positions = [pos for pos, kind, _, _ in records if kind in (TOTALS, BATCH)]
    for pos in positions[:count]:
        life.flash.rot(pos, _MANY_BITS)
    life.check.batches.rots()


def _closed(life, batches, differences):
    """So many batches are closed, the last one with so many differences of each kind."""
    closed = life.host.settlements.closed
    life.check.that(
        len(closed) == batches, "expected %d closed batches, not" % batches, len(closed)
    )
    if closed:
        found = count_of_each(closed[-1][2])
        life.check.that(found == differences, "expected other differences than", found)


def _batch(life, number):
    """The batch that is open."""
    batch = life.terminal.book.batch
    life.check.that(batch == number, "expected batch %d, not" % number, batch)


def _days(life, *counts):
    """The last batch has so many lines of its first business date, so many of the next, ..."""
    days = [line.row.day for line in life.host.settlements.closed[-1][1]]
    found = [days.count(day) for day in sorted(set(days))]
    life.check.that(found == list(counts), "expected other business dates than", found)


def _fees(life, fen):
    """The fees of the last batch in all."""
    lines = life.host.settlements.closed[-1][1]
    fees_fen = sum([line.fee_fen for line in lines])
    life.check.that(fees_fen == fen, "expected fees of %d, not" % fen, fees_fen)


def _moves(life, account, days):
    """The merchant's money goes to this account, so many business dates from now on."""
    day = host_terms.business_day(bytes(8), life.host.now_s())
    for _ in range(days):
        day = host_terms.day_after(day)
    life.host.payees.tell(account, day)


def _goes_to(life, account, fen):
    """So much of the last batch."""
    lines = life.host.settlements.closed[-1][1]
    found_fen = sum([line.fen for line in lines if line.row.payee == account])
    life.check.that(found_fen == fen, "expected %d for %s, not" % (fen, account), found_fen)


VERBS = {
    "settle": _settle,
    "tamper": _tamper,
    "rot batch": _rot_batch,
    "closed": _closed,
    "batch": _batch,
    "days": _days,
    "fees": _fees,
    "moves": _moves,
    "goes to": _goes_to,
}
