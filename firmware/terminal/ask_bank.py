"""Ask the bank about one sale, and say in plain words where its money is."""

import asyncio

from micropython import const

from message import lookup
from terminal import book as b
from terminal.again import Again
from terminal.forwarding import WAYS
from terminal.people import unless_cancelled
from uplink.link import NOT_SENT

_LOOK_MS = const(60000)
_ASKING = ((("X", "key_cancel"),),)

# What the bank says, after what this terminal says of the sale: text keys.
_SAYS = {
    lookup.POSTED: {
        "paid": "bank_posted",
        "stored": "bank_posted",
        "checking": "bank_cancelling",
    },
    lookup.WITH_EXCEPTION: {
        "paid": "bank_exception",
        "stored": "bank_exception",
        "checking": "bank_cancelling",
    },
    lookup.WAITING: {"checking": "bank_cancelling"},
    lookup.DECLINED: {
        "failed": "bank_declined",
        "stored": "bank_declined",
        "checking": "bank_declined",
    },
    lookup.RETURNED: {
        "returned": "bank_returned",
        "failed": "bank_returned",
        "checking": "bank_returned",
        "paid": "bank_returned",
    },
    lookup.REFUSED: {
        "failed": "bank_refused",
        "returned": "bank_refused",
        "checking": "bank_refused",
    },
    lookup.UNKNOWN: {
        "stored": "bank_not_yet",
        "failed": "bank_has_nothing",
        "returned": "bank_has_nothing",
        "checking": "bank_has_nothing",
        "paid": "bank_lost",
    },
}

# The same of a return, by the word of this terminal where the bank knows nothing of it.
_SAYS_OF_RETURN = {lookup.RETURNED: "bank_returned", lookup.DECLINED: "back_checking"}
_UNKNOWN_RETURN = {"stored": "bank_not_yet", "checking": "back_checking", "returned": "bank_lost"}

# Then the bank must have forgotten something that it had acknowledged.
_FORGOTTEN = ("bank_lost", "bank_contradicts")


async def run(services, front, sale, word):
    front.show("report", title="ask_bank", reason="contacting_bank", hints=_ASKING)
    found = await unless_cancelled(services.people, _found(services, sale, word))
    if found is None:
        return
    status, reason = found
    rows = ()
    if status:
        rows = _rows(services, status) or (("reference", sale.answer[0]),)
    front.show("report", title="ask_bank", rows=rows, reason=reason)
    await services.people.key(_LOOK_MS)


async def _found(services, sale, word):
    """As `_where`; what the bank should have and has not, it is told again first."""
    status, reason = await _where(services, sale, word)
    if reason in _FORGOTTEN and await _told_again(services, sale):
        status, reason = await _where(services, sale, word)
        if reason == "bank_posted":
            reason = "bank_told_again"
    return status, reason


async def _where(services, sale, word):
    """-> (Status, text key of what it means), or (None, that of why there is none)."""
    s = services
    await s.link.wanted()
    key, data, nonce = lookup.ask(s.messages, sale, s.book.batch, s.book.held())
    reply = await s.link.exchange(key, data)
    if reply is NOT_SENT:
        return None, "ask_no_line"
    status = lookup.read(reply, sale, nonce)
    if status is None:
        return None, "no_answer"
    return status, _says(s, sale, s.book.word(sale.number) or word, status.state)


async def _told_again(services, sale):
    """What the host should have and has not, it is told as the message that it was. False: that is
    not kept any more."""
    again = Again(services.book, services.journal, sale.number, sale.number)
    while again.step() and not again.loaded:
        await asyncio.sleep_ms(0)
    if not again.loaded:
        return False
    kind, told = again.loaded[sale.number]
    _, repeat, build, _ = WAYS[kind]
    await services.link.exchange(*build(services.messages, repeat, told, services.book.held()))
    return True


def _says(services, sale, word, state):
    if sale.original:
        unknown = state == lookup.UNKNOWN and _UNKNOWN_RETURN.get(word)
        return unknown or _SAYS_OF_RETURN.get(state, "bank_contradicts")
    dead = services.book.kind(sale.number) in (b.DEAD, b.DEAD_DEFERRED)
    if dead and state == lookup.UNKNOWN:
        return "bank_refuses"
    if dead and state in (lookup.POSTED, lookup.WITH_EXCEPTION):
        word = "paid"
    return _SAYS[state].get(word, "bank_contradicts") if state in _SAYS else "bank_contradicts"


def _rows(services, status):
    """What is known, as rows of the report."""
    rows = []
    if status.rrn:
        rows.append(("reference", status.rrn))
    if status.received:
        rows.append(
            ("received_on", "%02d-%02d %02d:%02d" % services.clock.to_local(status.received)[1:5])
        )
    if status.batch:
        rows.append(("batch_closed" if status.closed else "batch_open", "%06d" % status.batch))
    if status.pays_on:
        rows.append(("pays_on", "%04d-%02d-%02d" % status.pays_on))
    return tuple(rows)
