"""What a plan can ask for besides sales: weather, faults of parts, and questions with one answer.

A step is [verb, arguments...]; `VERBS` says what each does to a `life.Life`. Verbs of the merchant
(sell, wait, history, rest) are the shop's.
"""

import acts_documents
import acts_settlement
import acts_update
from host_restore import Backup
from micropython import const
from records import DEAD

_STRANGE = const(21)
_RESTORING_MS = const(3000)
_KINDS = {
    "sign-in": (b"\x08\x00",),
    "sale": (b"\x02\x00",),
    "advice": (b"\x02\x20", b"\x02\x21"),
    "reversal": (b"\x04\x00", b"\x04\x01"),
}


def do(life, verb, *arguments):
    VERBS[verb](life, *arguments)


# Weather


def _net(life, mood):
    life.network.mood = dict(mood)


def _host(life, mood):
    life.host.mood = dict(mood)


def _line(life, line, index=0):
    life.network.set_line(line, index)


def _soon(life, delay_ms, *step):
    """In the midst of what comes next."""
    life.world.later(delay_ms, _unless_calm, life, step)


def _unless_calm(life, step):
    if not life.is_calm:
        do(life, *step)


def _latency(life, low_ms, high_ms):
    life.network.latency_ms = (low_ms, high_ms)


def _watch(life, slack_ms):
    """From here on tasks wake in time, as they do on a device that has nothing else to do."""
    life.world.longest_slack_ms = slack_ms


def _cut(life, *cuts):
    """[steps from now, how, what], then [steps from the start that follows, how, what] ..."""
    life.cuts = list(cuts)
    life.world.cut_power(*life.cuts.pop(0))


def _off(life, ms):
    life.off_ms = ms
    life.world.power_off()


def _clock(life, seconds):
    life.rtc.turn(seconds)


def _calm(life):
    """All faults stop."""
    life.is_calm = True
    life.network.mood, life.host.mood = {}, {}
    for index in range(len(life.network.ways)):
        life.network.set_line("up", index)
    life.network.latency_ms = (10, 40)
    life.cuts = []
    life.world.cut_power(0, None)
    life.chip.broken = life.flash.weak_pages = 0
    life.disk.full = False


# Parts


def _weak(life, pages):
    life.flash.weak_pages = pages


def _reader(life, calls):
    life.chip.broken = calls


def _rot(life, index, bits):
    """The record of the so-manieth stored sale that was spared so far loses so many bits: one can
    be put right."""
    stored = [sale for sale in life.check.stored_sales() if sale.pos and not sale.flipped]
    if index >= len(stored):
        return
    sale = stored[index]
    sale.flipped, sale.rotten = True, bits > 1
    life.flash.rot(sale.pos, bits)


def _strange_record(life):
    """Written by a later firmware: of a kind that this one has no name for."""
    journal = life.terminal.journal
    life.check.writes(_STRANGE, journal.next_seq, b"\0" * 60)
    journal.append_unwatched(_STRANGE, journal.next_seq, b"\0" * 60)
    life.check.wrote_strange()


def _strange_record_stands(life):
    kinds = [kind for _, kind, _, _ in life.terminal.journal.live()]
    life.check.that(_STRANGE in kinds, "I1 a record of unknown kind was let go", kinds)


def _back_up(life):
    """The bank makes a copy of all that it knows."""
    life.host.backup = Backup(life.host, life.check)


def _restore(life):
    """And goes on from it, after a break."""
    if life.host.backup:
        life.network.host_goes(_RESTORING_MS)
        life.host.backup.restore(life.host, life.check)


def _swap(life):
    """Another terminal takes its place: the same names, keys and a journal of its own."""
    life.swap()
    life.world.power_off()


def _replay(life):
    """Somebody sends again all that ever went to the host, newest first."""
    for frame in reversed(life.network.recorded):
        life.host.receive(frame)


def _forge(life):
    """The newest sale once more, for another amount."""
    frame = bytearray([f for f in life.network.recorded if f[:2] == b"\x02\x00"][-1])
    frame[18] ^= 1
    life.host.receive(bytes(frame))


def _clone(life):
    """A twin of this terminal has just used the next number."""
    life.host.twin_sale(life.settings.keys.ikid, life.terminal.journal.next_seq)


# Questions


def _expect(life, *screens):
    """The last sale ended with one of these."""
    life.check.that(life.ended_with in screens, "expected %s, not" % (screens,), life.ended_with)


def _said(life, reason):
    life.check.that(life.reported == reason, "expected %s, not" % reason, life.reported)


def _bank(life, count):
    """So many sales stand in the bank's books."""
    sales = [sale for sale in life.check.sales.values() if not sale.original]
    posted = len([sale for sale in sales if sale.net])
    life.check.that(posted == count, "expected %d at the bank, not" % count, posted)


def _back(life, fen):
    """So much has been given back by the bank in all."""
    back_fen = sum([sale.returned_fen for sale in life.check.sales.values()])
    life.check.that(back_fen == fen, "expected %d given back, not" % fen, back_fen)


def _word(life, word):
    """What the history says of the newest sale."""
    rows = life.terminal.book.recent(1)
    said = rows[0][1] if rows else None
    life.check.that(said == word, "expected the word %s, not" % word, said)


def _held(life, count):
    held = life.terminal.book.held()[0]
    life.check.that(held == count, "expected %d held, not" % count, held)


def _missing(life, least):
    """Of so many sales the terminal has told a restored bank that they are gone."""
    missing = life.host.memory.missing
    life.check.that(missing >= least, "expected %d missing, not" % least, missing)


def _dead(life, count):
    """So many dead letters wait for people."""
    dead = life.terminal.book.totals(DEAD)[0]
    life.check.that(dead == count, "expected %d dead letters, not" % count, dead)


def _denied(life, count):
    """So many were declined later, and the merchant was told of each."""
    told = life.check.counts.get("denied", 0)
    life.check.that(told >= count, "expected %d told as declined, not" % count, told)


def _counted(life, product, count, fen):
    """The terminal's totals of the open batch."""
    said = life.terminal.book.tally.batch.totals.get(product, (0, 0))
    life.check.that(said == (count, fen), "expected %d in the totals, not" % count, said)


def _asked(life, kind, count):
    """So many sales have come to the host as "2" (sales, advices) or "4" (reversals)."""
    asked = len([1 for key in life.check.asked if key[0] == kind])
    life.check.that(asked == count, "expected %d of class %s, not" % (count, kind), asked)


def _goes_through(life, name):
    used = life.terminal.networks.in_use.name
    life.check.that(used == name, "expected the network %s, not" % name, used)


def _ready(life, ready):
    life.check.that(life.terminal.link.ready == ready, "expected the link", ready)


def _mark(life):
    """From here on messages and starts are counted."""
    life.network.sent = {}
    life.boots = 0


def _sent(life, kind, most):
    """At most so many messages of a kind: sign-in, sale, advice or reversal."""
    sent = sum([n for mti, n in life.network.sent.items() if mti in _KINDS[kind]])
    life.check.that(sent <= most, "I10 more than %d messages" % most, sent)


def _started(life, least):
    life.check.that(life.boots >= least, "expected %d starts, not" % least, life.boots)


def _alarms(life, least):
    alarms = life.terminal.forwarder.alarms()
    life.check.that(alarms >= least, "expected %d alarms, not" % least, alarms)


def _in_order(life):
    """The bank got the stored sales in the order in which they were made."""
    numbers = [sale.number for sale in life.check.posted if sale.stored or sale.deferred]
    life.check.that(numbers == sorted(numbers), "not in order", numbers)


def _time_was_trusted(life, trusted):
    """What the newest sale told the host about its clock (DE 63, tag 04)."""
    said = life.check.asked["2", life.check.posted[-1].id][2][-1]
    life.check.that(said == trusted, "expected a clock trusted", trusted)


VERBS = {
    "net": _net,
    "host": _host,
    "line": _line,
    "soon": _soon,
    "goes through": _goes_through,
    "latency": _latency,
    "watch": _watch,
    "cut": _cut,
    "off": _off,
    "clock": _clock,
    "calm": _calm,
    "weak": _weak,
    "reader": _reader,
    "rot": _rot,
    "strange record": _strange_record,
    "strange record stands": _strange_record_stands,
    "back up": _back_up,
    "restore": _restore,
    "missing": _missing,
    "swap": _swap,
    "replay": _replay,
    "forge": _forge,
    "clone": _clone,
    "expect": _expect,
    "said": _said,
    "bank": _bank,
    "back": _back,
    "word": _word,
    "held": _held,
    "dead": _dead,
    "denied": _denied,
    "counted": _counted,
    "asked": _asked,
    "ready": _ready,
    "mark": _mark,
    "sent": _sent,
    "started": _started,
    "alarms": _alarms,
    "in order": _in_order,
    "time was trusted": _time_was_trusted,
}
VERBS.update(acts_documents.VERBS)
VERBS.update(acts_update.VERBS)
VERBS.update(acts_settlement.VERBS)
