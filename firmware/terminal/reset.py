"""Factory reset: the merchant is asked twice, and the host where something would be lost by it."""

import asyncio

from micropython import const

from message import reset as messages
from terminal import erasure, kinds, standstill
from terminal.people import unless_cancelled
from ui.page import money
from uplink.link import NOT_SENT

_ASK_MS = const(60000)
_LOOK_MS = const(100)
_PATIENCE_MS = const(15000)  # for answers that are on their way

# Of DENIED the bank knows, and the merchant does not.
_FOR_PEOPLE = (kinds.UNREADABLE, kinds.DEAD, kinds.DEAD_DEFERRED, kinds.DENIED)
_LABELS = {
    messages.STORED: "lost_stored",
    messages.IN_DOUBT: "lost_in_doubt",
    messages.FOR_PEOPLE: "lost_for_people",
    messages.RETURNS: "lost_returns",
    messages.UNSETTLED: "lost_unsettled",
}
_FIRST = ((("E", "reset_yes"), ("X", "key_back")),)
_FIRST_OF_HOST = ((("E", "reset_ask"), ("X", "key_back")),)
_SECOND = ((("9", "reset_yes"), ("X", "key_back")),)  # not the same key again
_WAIT = ((("X", "key_cancel"),),)
_OK = ((("E", "key_ok"),),)
_FREE = ""  # nothing is in the way


def losses(book):
    """[(what, count, sum in fen)] of all that the host does not have, or has not settled with us.

    Of unsettled batches the sum is that of the sales.
    """
    count, fen = book.totals(*_FOR_PEOPLE)
    count += book.totals(kinds.DEAD_RETURN)[0]
    count += book.unreadable() - book.totals(kinds.UNREADABLE)[0]  # damage that is no record
    found = (
        (messages.STORED,) + book.totals(kinds.STORED, kinds.DEFERRED),
        (messages.IN_DOUBT,) + book.totals(kinds.REQUEST, kinds.CALLED_OFF),
        (messages.FOR_PEOPLE, count, fen),
        (messages.RETURNS,) + book.totals(kinds.RETURN),
        (messages.UNSETTLED,) + book.tally.batch.unsettled(),
    )
    return [item for item in found if item[1]]


async def run(services, front):
    lost = losses(services.book)
    if not await _agreed(services, front, lost):
        return
    forwarding = services.forwarding
    forwarding.paused = True  # from here on nothing changes but by us
    try:
        front.show("report", title="reset", reason="contacting_bank", hints=_WAIT)
        why = await unless_cancelled(services.people, _hindrance(services, lost))
        if why == _FREE and losses(services.book) != lost:
            why = "reset_changed"
        if why == _FREE:
            _erase(services)
    finally:
        forwarding.paused = False
    if why is None:
        return
    services.people.failed()
    front.show("report", title="reset", rows=_rows(lost), reason=why, hints=_OK)
    await services.people.key(_ASK_MS)


async def _agreed(services, front, lost):
    """Whether the merchant wants it, asked twice, with two different keys."""
    rows = _rows(lost)
    first = ("reset_holds", _FIRST_OF_HOST) if lost else ("reset_sure", _FIRST)
    second = "reset_loses" if lost else "reset_for_good"
    front.show("report", title="reset", rows=rows, reason=first[0], hints=first[1])
    if not await services.people.agree(_ASK_MS):
        return False
    front.show("report", title="reset", rows=rows, reason=second, hints=_SECOND)
    return await services.people.key(_ASK_MS) == "9"


def _rows(lost):
    return tuple([(_LABELS[what], "%d / %s" % (count, money(fen))) for what, count, fen in lost])


async def _hindrance(services, lost):
    """-> _FREE if all may be erased now, or why not: a text key."""
    until_ms = services.clock.now_ms() + _PATIENCE_MS
    while standstill.awaits_answer(services):
        if services.clock.now_ms() > until_ms:
            return "still_sending"
        await asyncio.sleep_ms(_LOOK_MS)
    if losses(services.book) != lost:
        return "reset_changed"
    return await _refusal(services) if lost else _FREE


async def _refusal(services):
    """-> _FREE if the host has released what would be lost, or why not: a text key."""
    s = services
    said = _said(s)
    key, data, nonce = messages.ask(s.messages, said, s.book.batch, s.book.held())
    reply = await s.link.exchange(key, data)
    if reply is NOT_SENT:
        return "reset_no_line"
    if reply is None:
        return "no_answer"

    def is_right(covered, token):
        return s.keys.receipt_is_right(0, covered, token)

    terminal_id = s.settings.terminal.terminal_id
    released = messages.is_released(reply, nonce, said, terminal_id, is_right)
    return _FREE if released and _said(s) == said else "reset_not_allowed"


def _said(services):
    journal = services.journal
    return messages.statement(journal.released, journal.next_seq - 1, losses(services.book))


def _erase(services):
    """Ends with a restart, which does the rest."""
    services.people.show("starting", note="resetting")
    erasure.begin(services.folder)
    services.restart()
