"""The merchant settles the day: what was sold, is that meant, and what the bank says to it."""

from micropython import const

from terminal import batch as b
from terminal.people import unless_cancelled
from ui.page import money

_ASK_MS = const(60000)
_LOOK_MS = const(500)
_PATIENCE_MS = const(60000)  # for what must be sent first

# Response codes to a closing that need no word: none came yet, closed, the list is wanted.
_UNDER_WAY = ("", "00", "95")

_SURE = ((("E", "settle"), ("X", "key_back")),)
_LEAVE = ((("X", "key_back"),),)
_OK = ((("E", "key_ok"),),)

# (product, text key)
_PRODUCTS = (
    (b.ONLINE, "sold_online"),
    (b.OFFLINE, "sold_offline"),
    (b.DEFERRED, "sold_deferred"),
    (b.RETURN, "given_back_total"),
)


async def run(services, front):
    settler = services.settler
    if settler.closing is None:
        why = await _begun(services, front)
        if why:
            await _tell(services, front, why)
        if settler.closing is None:
            return
    await _watch(services, front)


async def _begun(services, front):
    """-> why the batch does not close, a text key; None where that needs no word."""
    batch = services.book.tally.batch
    rows = (("batch_open", "%06d" % batch.number),) + _sums(batch.totals)
    front.show("report", title="settle", rows=rows, reason="settle_sure", hints=_SURE)
    if not await services.people.agree(_ASK_MS):
        return None
    if not services.link.ready:
        front.show("report", title="settle", reason="contacting_bank", hints=_LEAVE)
        if await unless_cancelled(services.people, services.link.wanted()) is None:
            return None
    until_ms = services.clock.now_ms() + _PATIENCE_MS
    why = services.settler.begin()
    while why == "settle_waits" and services.clock.now_ms() < until_ms:
        front.show("report", title="settle", reason=why, hints=_LEAVE)
        if await services.people.key(_LOOK_MS) == "X":
            return None
        why = services.settler.begin()
    return None if why == "settle_under_way" else why


def _sums(totals):
    """Rows of the report: count and sum of each product, and the sum of all."""
    rows, sum_fen = [], 0
    for product, label in _PRODUCTS:
        if product in totals:
            count, fen = totals[product]
            rows.append((label, "%d / %s" % (count, money(fen))))
            sum_fen += -fen if product == b.RETURN else fen
    return tuple(rows) + (("sum", money(sum_fen)),)


async def _watch(services, front):
    """Stays until the bank has answered, or the merchant has something else to do."""
    settler, shown = services.settler, None
    closing = settler.closing
    rows = (("batch_open", "%06d" % closing.number),) + _sums(closing.totals)
    while settler.closing is not None:
        refusal = settler.refusal
        state = "settle_no_line" if not services.link.ready else "settle_under_way"
        if refusal not in _UNDER_WAY:
            state = "settle_refused"
        if state != shown or front.changed():
            more = (("code", refusal),) if state == "settle_refused" else ()
            front.show("report", title="settle", rows=rows + more, reason=state, hints=_LEAVE)
            shown = state
        if await services.people.key(_LOOK_MS) in ("X", "M"):
            return
    if settler.last is None:
        await _tell(services, front, "settle_joined")
    else:
        await _result(services, front, closing)


async def _result(services, front, closing):
    settled = services.settler.last
    differ = sum(settled.differences)
    rows = (
        ("batch_closed", "%06d" % closing.number),
        ("reference", settled.reference),
    ) + _sums(closing.totals)[-1:]
    if settled.pays_on:
        rows += (("pays_on", "%04d-%02d-%02d" % settled.pays_on),)
    if differ:
        rows += (("differences", "%d" % differ),)
        services.people.failed()
    else:
        services.people.stored()
    reason = "settled_differs" if differ else "settled_balanced"
    front.show("report", title="settle", rows=rows, reason=reason, hints=_OK)
    await services.people.key(_ASK_MS)


async def _tell(services, front, why):
    services.people.failed()
    front.show("report", title="settle", reason=why, hints=_OK)
    await services.people.key(_ASK_MS)
