"""The merchant's loop: key an amount, take a card, read the answer, ask where the money is."""

from micropython import const

from terminal import book as b
from terminal import sale as s

_REFRESH_MS = const(500)
_RESULT_MS = const(8000)
_DOUBT_MS = const(30000)
_HISTORY_MS = const(60000)
_HISTORY_ROWS = const(20)
_MOST_DIGITS = const(9)
_CVM = ("no_cvm", "signature", "online_pin", "device")  # text keys, in the order of emv's constants


def keyed(amount_fen, key):
    """The amount after one more key; digits push in from the right, as on every till."""
    if key == "C":
        return 0
    if key == "D":
        return keyed(keyed(amount_fen, "0"), "0")
    if not key.isdigit() or amount_fen >= 10 ** (_MOST_DIGITS - 1):
        return amount_fen
    return amount_fen * 10 + int(key)


class Till:
    def __init__(self, services, desk):
        self._s = services
        self._desk = desk
        self._shown = None  # the status that is on the screen
        self._trouble = None  # of the line, as last looked at

    async def run(self):
        """Named task."""
        amount_fen = 0
        await self._alarm()
        self._home(amount_fen)
        while True:
            key = await self._s.people.key(_REFRESH_MS)
            if key == "E":
                await self._sell(amount_fen)
                amount_fen = 0
            elif key == "M":
                await self._history()
            elif key == "L":
                self._s.people.switch_language()
            elif key == "X":
                amount_fen = 0
            elif key:
                amount_fen = keyed(amount_fen, key)
            elif self._new_trouble():
                await self._warn()
            elif not self._status_changed():
                continue
            self._home(amount_fen)

    # Home

    def _status(self):
        count, total_fen = self._s.book.totals(b.STORED, b.DEAD)
        return {
            "link": "up" if self._s.link.ready else "down",
            "pending_count": count,
            "pending_fen": total_fen,
            "test_keys": self._s.settings.test_keys,
            "clock": "%02d:%02d" % self._s.clock.local()[3:5],
        }

    def _status_changed(self):
        return self._status() != self._shown

    def _show(self, name, **values):
        self._shown = self._status()
        self._s.people.status(**self._shown)
        self._s.people.show(name, **values)

    def _home(self, amount_fen):
        self._show("amount", fen=amount_fen)

    def _new_trouble(self):
        """Trouble that waiting does not cure; a missing network is in the status bar already."""
        trouble = self._s.session.trouble
        changed, self._trouble = trouble != self._trouble, trouble
        return changed and trouble in ("host_certificate", "host_refused")

    async def _alarm(self):
        """Records that cannot be read are kept as they are, and somebody has to be called."""
        unreadable = self._s.book.unreadable()
        if unreadable:
            self._s.people.failed()
            self._show("fault", reason="journal_unreadable", code="%d" % unreadable)
            await self._s.people.key(_HISTORY_MS)

    async def _warn(self):
        """Sales can go on offline and every record is kept; but somebody has to be called."""
        self._s.people.failed()
        self._show("refused", reason=self._trouble)
        await self._s.people.key(_HISTORY_MS)

    # A sale

    async def _sell(self, amount_fen):
        self._shown = self._status()
        self._s.people.status(**self._shown)
        result = await self._desk.run(amount_fen)
        if result.kind == s.CANCELLED:
            return
        if result.kind == s.IN_DOUBT:
            await self._doubt(result)
            return
        self._announce(result, amount_fen)
        await self._s.people.key(_RESULT_MS)

    def _announce(self, result, amount_fen):
        people, kind = self._s.people, result.kind
        if kind == s.PAID:
            card, ref, cvm = _card(result), result.sale.answer[0], _CVM[result.sale.cvm]
            self._show("approved", fen=amount_fen, card=card, ref=ref, cvm=cvm)
        elif kind == s.STORED:
            people.stored()
            self._show("stored", fen=amount_fen, card=_card(result), **self._stored())
        elif kind == s.REFUSED:
            people.failed()
            self._show("refused", reason=result.reason)
        else:
            people.failed()
            self._show("declined", fen=amount_fen, reason=result.reason, code=result.code)

    def _stored(self):
        count, total_fen = self._s.book.totals(b.STORED, b.DEAD)
        limit = self._s.settings.policy.stored_count_limit
        return {"count": count, "total_fen": total_fen, "limit_count": limit}

    async def _doubt(self, result):
        """Waits a while with the merchant: most doubts end with the reversal's answer."""
        people, number = self._s.people, result.sale.number
        people.failed()
        self._show("in_doubt", fen=result.sale.amount_fen)
        until_ms = self._s.clock.now_ms() + _DOUBT_MS
        while self._s.clock.now_ms() < until_ms:
            if await people.key(_REFRESH_MS) in ("X", "E"):
                return
            if not self._s.book.is_open(number):
                self._tell_end(self._s.book.word(number), result.sale.amount_fen)
                await people.key(_RESULT_MS)
                return
            if self._status_changed():
                self._show("in_doubt", fen=result.sale.amount_fen)

    def _tell_end(self, word, fen):
        """How the doubt ended: reversed, or the bank had never heard of the sale."""
        if word == "failed":
            self._show("declined", fen=fen, reason="no_answer", code="")
        else:
            self._show("returned", fen=fen)

    # Where is my money?

    async def _history(self):
        rows = self._s.book.recent(_HISTORY_ROWS)
        at = 0
        while True:
            lines = [_row(sale, word) for sale, word in rows]
            self._show("history", rows=lines, index=at)
            key = await self._s.people.key(_HISTORY_MS)
            if key in ("X", "M", None):
                return
            if key == "8":
                at = min(at + 1, max(0, len(rows) - 1))
            elif key == "2":
                at = max(0, at - 1)
            elif key == "L":
                self._s.people.switch_language()
            elif key == "E" and rows:
                await self._entry(*rows[at])

    async def _entry(self, sale, word):
        self._show(
            "entry",
            fen=sale.amount_fen,
            word=word,
            when="%04d-%02d-%02d %02d:%02d" % sale.time[:5],
            card=sale.masked_pan,
            ref=sale.answer[0],
            code=sale.answer[2],
        )
        await self._s.people.key(_HISTORY_MS)


def _row(sale, word):
    return "%02d:%02d" % sale.time[3:5], sale.amount_fen, word


def _card(result):
    return (result.label + " " + result.sale.masked_pan[-4:]).strip()
