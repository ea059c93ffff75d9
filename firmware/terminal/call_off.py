"""The merchant calls off a sale that the bank has yet to decide: it is never to be paid."""

from micropython import const

from terminal import deferral

_ASK_MS = const(60000)
_ASKED = {"reason": "call_off_sure", "title": "call_off_ask", "yes": "call_off"}


async def run(services, front, sale, word):
    front.show("confirm", fen=sale.amount_fen, **_ASKED)
    if not await services.people.agree(_ASK_MS):
        return
    reason = deferral.call_off(services.book, sale.number) or "call_off_done"
    front.show("report", title="call_off", reason=reason, hints=((("E", "key_ok"),),))
    await services.people.key(_ASK_MS)
