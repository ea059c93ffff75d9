"""A sale, from the keyed amount to an outcome that is durable.

The order is the promise: room is checked before the reader is switched on; the intent is written
before the card is asked for a cryptogram; the request is written before its first byte leaves; the
outcome is written before any screen shows it.
"""

import asyncio

from micropython import const

import emv
from terminal import book as b
from terminal import limits, pay_code
from terminal.reader import ReaderFault
from terminal.sale_record import BadSale, Sale
from uplink import answers
from uplink.link import NOT_SENT

# How a sale ends for the merchant.
PAID = const(1)
STORED = const(2)
DECLINED = const(3)
IN_DOUBT = const(4)
CANCELLED = const(5)
REFUSED = const(6)  # before any card was read
DEFERRED = const(7)  # kept without any approval: the bank decides later

_POLL_MS = const(150)
_PRESENT_MS = const(60000)
_APDU_MS = const(3000)
_LINE_MS = const(8000)  # so long a sale waits for another network to take over
_MOMENT_MS = const(1500)  # a line that has just gone, as when the network changes, may be back
_SAME_TAP_MS = const(120000)  # the same card and amount within this: was it meant?
_PURCHASE = const(0x00)  # transaction type (9C)
_DEFER = {"reason": "defer_sure", "title": "defer_ask", "yes": "key_defer"}


class Result:
    def __init__(self, kind, reason=None, sale=None, code="", label=""):
        self.kind = kind
        self.reason = reason  # text key
        self.sale = sale
        self.code = code  # the host's response code, if it answered
        self.label = label  # what the card calls itself


class SaleDesk:
    """One sale at a time. `services` is what main built."""

    def __init__(self, services):
        self._s = services
        self._last_tap = None  # (card hash, amount, time) of the last sale that went through

    async def run(self, amount_fen):
        """-> Result. Raises OSError when the journal's flash fails: then nothing may go on."""
        await self._s.link.comes(_MOMENT_MS)
        refusal = limits.refusal(self._s, amount_fen, self._online_able())
        if refusal:
            return Result(REFUSED, refusal)
        sale = self._new_sale(amount_fen)
        self._s.forwarding.paused = True
        try:
            return await self._capture(sale)
        except ReaderFault:
            return self._abandon(sale, Result(DECLINED, "reader_fault", sale))
        finally:
            self._s.book.in_play = None
            self._s.book.put_back(sale.number)
            self._s.forwarding.paused = False
            await self._s.reader.field_off()

    def _new_sale(self, amount_fen):
        s = self._s
        number, batch = s.book.reserve(), s.book.batch
        return Sale(number, s.random(16), batch, amount_fen, s.clock.local(), s.clock.trusted)

    # Before the card

    def _online_able(self):
        """Pending reversals go before any new online sale."""
        return self._s.link.ready and not self._s.book.waiting(b.REQUEST)

    # With the card

    async def _capture(self, sale):
        s = self._s
        outcome = await self._read_card(sale)
        if outcome is None:
            return self._abandon(sale, Result(CANCELLED))
        if isinstance(outcome, str):
            return await self._pay_code(sale, outcome)
        ended = Result(DECLINED, outcome.reason, sale, label=outcome.label)
        if outcome.result not in (emv.APPROVED, emv.ONLINE):
            return self._abandon(sale, ended)
        if not await self._meant(sale, outcome):
            return self._abandon(sale, Result(CANCELLED))
        try:
            sale.take_outcome(outcome, lambda track2: s.keys.encrypt_card_data(sale.number, track2))
            sale.pack()
        except BadSale:
            ended.reason = "card_not_supported"
            return self._abandon(sale, ended)
        result = await self._settle_outcome(sale, outcome)
        result.label = outcome.label
        if result.kind in (PAID, STORED, DEFERRED):
            self._last_tap = (outcome.pan_hash, sale.amount_fen, s.clock.now_ms())
        return result

    async def _settle_outcome(self, sale, outcome):
        if outcome.result == emv.ONLINE:
            return await self._online(sale)
        refusal = limits.keeping_refusal(self._s, sale)
        if refusal:
            return self._abandon(sale, Result(DECLINED, refusal, sale))
        self._s.book.open(b.STORED, sale, sale.number)
        return Result(STORED, sale=sale)

    def _abandon(self, sale, result):
        """Nothing is owed. If the intent had been written, its end is written too."""
        if self._s.book.entry(sale.number):
            self._s.book.end(sale.number, b.ABANDONED, b.NOTHING_OWED)
        return result

    async def _read_card(self, sale):
        """Taps until the card has given an outcome, or the scanner the digits of a pay code.

        None: the merchant gave up, or nobody came.
        """
        self._ask_for_card(sale)
        deadline_ms = self._s.clock.now_ms() + _PRESENT_MS
        await self._s.reader.field_on()
        while self._s.clock.now_ms() < deadline_ms:
            if await self._s.reader.poll(_POLL_MS):
                outcome = await self._talk(sale)
                if outcome.result not in (emv.TRY_AGAIN, emv.SEE_PHONE):
                    return outcome
                await self._again(sale, outcome.reason)
            code = self._s.scanner and self._s.scanner.take()
            if code and self._online_able():
                return code
            if code:
                await self._again(sale, self._no_code())
            if self._s.people.pressed("X"):
                return None
        return None

    def _ask_for_card(self, sale):
        scanner = self._s.scanner
        if scanner:
            scanner.forget()
        self._s.people.show("present", fen=sale.amount_fen, note=self._what_pays)

    def _what_pays(self):
        by_code = self._s.scanner and self._online_able()
        return "card_phone_code" if by_code else "card_phone_watch"

    async def _again(self, sale, reason):
        """The card has to leave the field before it is taken for a new tap."""
        self._s.people.failed()
        self._s.people.show("try_again", fen=sale.amount_fen, reason=reason)
        await self._s.reader.release()
        await self._s.reader.field_off()
        await asyncio.sleep_ms(_POLL_MS)
        await self._s.reader.field_on()

    async def _talk(self, sale):
        """Carries the kernel's commands to the card and does what it asks for in between."""
        s = self._s
        kernel = emv.entry.transaction(s.emv_config, self._request(sale))
        if s.emv_config.record_sessions:
            kernel = emv.record.recorded(kernel, print)  # masked, to the console
        answer = None
        try:
            while True:
                wanted = kernel.send(answer)
                answer = None
                if wanted == emv.COMMIT:
                    if not s.book.entry(sale.number):
                        s.book.open_intent(sale)
                elif wanted == emv.CARD_DONE:
                    s.people.card_read()
                    s.people.show("processing", fen=sale.amount_fen, note="remove_card")
                else:
                    answer = await s.reader.transceive(wanted, _APDU_MS)
        except StopIteration as end:
            return end.value

    def _request(self, sale):
        """What the kernel is told of the sale."""
        year, month, day = sale.time[:3]
        return emv.Request(
            sale.amount_fen,
            self._s.settings.emv_currency,
            _PURCHASE,
            (year % 100, month, day),
            sale.time[3:],
            self._s.random(4),
            sale.number,
            self._online_able(),
        )

    async def _meant(self, sale, outcome):
        """A second tap of the same card for the same amount must be meant."""
        now_ms = self._s.clock.now_ms()
        if self._last_tap is None:
            return True
        card, amount_fen, at_ms = self._last_tap
        if (outcome.pan_hash, sale.amount_fen) != (card, amount_fen):
            return True
        if now_ms - at_ms > _SAME_TAP_MS:
            return True
        self._s.people.show("confirm", fen=sale.amount_fen, reason="second_tap")
        return await self._s.people.agree(_PRESENT_MS)

    # Online

    async def _online(self, sale):
        s = self._s
        if s.book.waiting(b.REQUEST) or not await s.link.comes(_LINE_MS):
            return await self._without_line(sale)
        s.book.open(b.REQUEST, sale, sale.number)
        s.book.in_play = sale.number
        s.people.show("processing", fen=sale.amount_fen, note="contacting_bank")
        sent, reply = await self._ask_bank(sale)
        if not sent:
            return await self._without_line(sale)
        return self._online_result(sale, reply, answers.of_sale(reply))

    async def _without_line(self, sale):
        """The card wants the bank to approve, which cannot be asked now: not one byte has left.

        Only where the acquirer allows it, and the merchant takes the risk, is the sale kept all the
        same. While the line is there and a reversal goes first, it is not.
        """
        s = self._s
        if s.link.ready or not s.settings.policy.deferred:
            return self._abandon(sale, Result(DECLINED, self._no_line(), sale))
        refusal = limits.keeping_refusal(self._s, sale)
        if refusal:
            return self._abandon(sale, Result(DECLINED, refusal, sale))
        s.people.show("confirm", fen=sale.amount_fen, **_DEFER)
        if not await s.people.agree(_PRESENT_MS):
            return self._abandon(sale, Result(CANCELLED))
        s.book.open(b.DEFERRED, sale, sale.number)
        return Result(DEFERRED, sale=sale)

    async def _pay_code(self, sale, code):
        s = self._s
        sale.take_code(code, lambda digits: s.keys.encrypt_card_data(sale.number, digits))
        s.people.card_read()
        s.book.open(b.REQUEST, sale, sale.number)
        s.book.in_play = sale.number
        verdict, reply = await pay_code.ask(s, sale)
        if verdict is NOT_SENT:
            return self._abandon(sale, Result(DECLINED, self._no_code(), sale))
        result = self._online_result(sale, reply, verdict)
        if result.kind != PAID:
            result.reason = pay_code.reason(result.code)
        return result

    async def _ask_bank(self, sale):
        """-> (whether anything may have left, Reply or None).

        As long as not one byte has left, the same request may go through another network. Once any
        may have left it is never sent again: then only its reversal follows.
        """
        s = self._s
        while True:
            key, data = s.messages.sale("0200", sale, s.book.held())
            reply = await s.link.exchange(key, data)
            if reply is not NOT_SENT:
                ours = reply is not None and reply.is_about(sale.id, sale.amount_fen)
                return True, reply if ours else None
            if not await s.link.comes(_LINE_MS):
                return False, None

    def _no_line(self):
        """Why this sale, which the card wants the bank to approve, cannot be asked about."""
        if self._reversal_is_due():
            return "reversal_first"
        return self._s.session.trouble or "network_needed"

    def _no_code(self):
        """Why a pay code does not do now."""
        return "reversal_first" if self._reversal_is_due() else "code_offline"

    def _reversal_is_due(self):
        book = self._s.book
        return any(number != book.in_play for number in book.waiting(b.REQUEST))

    def _online_result(self, sale, reply, verdict):
        book = self._s.book
        if verdict == answers.DOUBT:
            return Result(IN_DOUBT, "no_answer", sale, reply.code if reply else "")
        sale.answer = (reply.rrn, reply.approval, reply.code)
        if verdict == answers.APPROVED:
            book.end(sale.number, b.PAID, reply.token, sale.answer, reply.proof)
            return Result(PAID, None, sale, reply.code)
        token = reply.token or b.NOTHING_OWED
        book.end(sale.number, b.DECLINED, token, sale.answer)
        return Result(DECLINED, answers.reason(reply.code), sale, reply.code)
