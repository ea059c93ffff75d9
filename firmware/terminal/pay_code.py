"""A pay code from the customer's phone: the host is asked, and asked again while it says that the
customer has yet to confirm.

Every question is the same request in the same words. It ends with an answer that is final, or in
doubt: then the reversal is the cancellation, and returns what was paid in the last moment.
"""

import asyncio

from micropython import const

from message import pay_code as messages
from terminal.people import is_over
from uplink import answers
from uplink.link import NOT_SENT

_PATIENCE_MS = const(60000)
_ASK_AGAIN_MS = const(4000)
_LINE_MS = const(8000)  # so long a sale waits for another network to take over

_CANCELLED = "cancelled"  # the merchant does not want to wait for it

# Response code -> reason, where a code on a phone is something else than a card.
_REASONS = {"14": "code_invalid", "54": "code_used"}


def reason(code):
    """`code`: what the host said; "" if it said nothing that is final."""
    return _REASONS.get(code) or (answers.reason(code) if code else "code_not_paid")


async def ask(services, sale):
    """-> (verdict of uplink.answers, Reply or None); (NOT_SENT, None): not a byte has left."""
    s = services
    until_ms = s.clock.now_ms() + _PATIENCE_MS
    asked = 0

    def left_s():
        return max(0, until_ms - s.clock.now_ms()) // 1000

    def note():
        return "customer_confirms" if s.link.ready else "no_line_now"

    while True:
        left_ms = until_ms - s.clock.now_ms()
        s.people.show("waiting", fen=sale.amount_fen, left_s=left_s, note=note)
        task = asyncio.create_task(_exchange(s, sale, asked))
        # Whatever the answer will be after a cancel: the reversal comes behind it.
        reply = await task if await is_over(s.people, task) else _CANCELLED
        if reply is NOT_SENT and not asked:
            if await s.link.comes(_LINE_MS):
                continue  # through another network; not a byte has left
            return NOT_SENT, None
        asked += reply is not NOT_SENT
        verdict = _verdict(sale, reply, asked)
        if verdict in (answers.APPROVED, answers.REFUSED, answers.NOT_POSTED):
            return verdict, reply
        if reply == _CANCELLED or left_ms <= 0:
            return answers.DOUBT, None
        if await _cancelled_while(s, min(_ASK_AGAIN_MS, left_ms)):
            return answers.DOUBT, None


def _exchange(s, sale, asked):
    mti = "0201" if asked else "0200"
    return s.link.exchange(*messages.request(s.messages, mti, sale, s.book.held()))


def _verdict(sale, reply, asked):
    if reply in (_CANCELLED, NOT_SENT) or reply is None:
        return answers.DOUBT
    if not reply.is_about(sale.id, sale.amount_fen):
        return answers.DOUBT
    verdict = answers.of_pay_code(reply)
    if verdict == answers.NOT_POSTED and asked > 1:
        return answers.DOUBT  # it says nothing about the questions before this one
    return verdict


async def _cancelled_while(s, wait_ms):
    """Waits. True at once when the cancel key is pressed."""
    until_ms = s.clock.now_ms() + wait_ms
    while s.clock.now_ms() < until_ms:
        if await s.people.key(until_ms - s.clock.now_ms()) == "X":
            return True
    return False
