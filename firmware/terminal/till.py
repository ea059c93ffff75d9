"""The merchant's loop: key an amount, take a card, read the answer."""

from micropython import const

from terminal import book as b
from terminal import deferral, limits, menu
from terminal import sale as s
from terminal.front import Front, particulars
from ui.page import money

_REFRESH_MS = const(500)
_RESULT_MS = const(8000)
_DOUBT_MS = const(30000)
_LOOK_MS = const(60000)
_MOST_DIGITS = const(9)
_LAST = const(8)  # the last sale is among those that were written about last: reversals come late
_CVM = ("no_cvm", "signature", "online_pin", "device")  # text keys, in the order of emv's constants

_OK = ((("E", "key_ok"),),)

# Trouble of the line that waiting does not cure -> what to do: text keys.
_ADVICE = {"host_certificate": "net_impostor", "host_refused": "net_not_accepted"}


def keyed(amount_fen, key):
    """The amount after one more key; digits push in from the right, as on every till."""
    if key == "C":
        return 0
    if key == "D":
        return keyed(keyed(amount_fen, "0"), "0")
    if not key.isdigit() or amount_fen >= 10 ** (_MOST_DIGITS - 1):
        return amount_fen
    return amount_fen * 10 + int(key)


def first(key):
    """The amount after a result that `key` (or nobody: None) has ended: a digit is not lost, it
    begins the next amount."""
    return keyed(0, key or "")


class Till:
    def __init__(self, services, desk):
        self._s = services
        self._desk = desk
        self._front = Front(services)
        self._trouble = None  # of the line, as last looked at
        self._denied = 0  # sales declined later that the merchant has not seen, likewise
        self._touched = False  # a key was pressed since the start

    async def run(self):
        """Named task."""
        amount_fen = 0
        await self._alarm()
        self._home(amount_fen)
        while True:
            key = await self._s.people.key(_REFRESH_MS)
            self._touched = self._touched or key is not None
            if key == "E":
                amount_fen = first(await self._sell(amount_fen))
            elif key == "M":
                await menu.run(self._s, self._front)
            elif key == "X":
                amount_fen = 0
            elif key:
                amount_fen = keyed(amount_fen, key)
            elif not amount_fen and (advice := self._new_trouble()):
                amount_fen = first(await self._warn(advice))
            elif not amount_fen and self._newly_denied():
                await self._tell_denied()
            elif not self._front.changed():
                continue
            self._home(amount_fen)

    # Home

    def _home(self, amount_fen):
        last = None if self._touched else self._last_sale()
        self._front.show("amount", fen=amount_fen, notice=self._front.notice(), last=last)

    def _last_sale(self):
        """How the last sale stands: the power may have failed before anybody saw it."""
        for sale, word in self._s.book.recent(_LAST):
            return word, "%02d:%02d %s" % (sale.time[3], sale.time[4], money(sale.signed_fen))
        return None

    def _new_trouble(self):
        """-> what to do about trouble that waiting does not cure, a text key; None: there is none,
        or it was told. A missing network is in the status bar already."""
        trouble = self._s.session.trouble
        changed, self._trouble = trouble != self._trouble, trouble
        return _ADVICE.get(trouble) if changed else None

    async def _alarm(self):
        """Records that cannot be read are kept as they are, and somebody has to be called."""
        unreadable = self._s.book.unreadable()
        if unreadable:
            self._s.people.failed()
            self._front.show("fault", reason="journal_unreadable", code="%d" % unreadable)
            await self._s.people.key(_LOOK_MS)

    async def _warn(self, advice):
        """Sales can go on offline and every record is kept; but somebody has to be called. -> the
        key that ended it."""
        self._s.people.failed()
        self._front.show("report", title="net_failed", reason=advice, hints=_OK)
        return await self._s.people.key(_LOOK_MS)

    def _newly_denied(self):
        """Whether the bank has declined a stored sale since it was looked at last."""
        count, _ = self._s.book.totals(b.DENIED)
        more, self._denied = count > self._denied, count
        return more

    async def _tell_denied(self):
        """One after the other, until the merchant has seen them all or puts it off."""
        book, people = self._s.book, self._s.people
        sale = deferral.unseen(book)
        while sale:
            people.failed()
            self._front.show("denied", **particulars(sale))
            if await people.key(_LOOK_MS) != "E":
                return
            deferral.seen(book, sale.number)
            sale = deferral.unseen(book)

    # A sale

    async def _sell(self, amount_fen):
        """-> the key that ended it, or None."""
        self._front.refresh()
        result = await self._desk.run(amount_fen)
        if result.kind == s.CANCELLED:
            return None
        if result.kind == s.IN_DOUBT:
            return await self._doubt(result)
        self._announce(result, amount_fen)
        return await self._s.people.key(_RESULT_MS)

    def _announce(self, result, amount_fen):
        people, kind = self._s.people, result.kind
        if kind == s.PAID:
            self._front.show("approved", fen=amount_fen, **_paid(result))
        elif kind == s.STORED:
            people.stored()
            self._front.show("stored", fen=amount_fen, card=_card(result), used=self._used())
        elif kind == s.DEFERRED:
            people.stored()
            self._front.show("deferred", fen=amount_fen, card=_card(result), used=self._used())
        elif kind == s.REFUSED:
            people.failed()
            used = self._used() if result.reason in limits.USED_UP else None
            self._front.show("refused", reason=result.reason, used=used)
        else:
            people.failed()
            self._front.show("declined", fen=amount_fen, reason=result.reason, code=result.code)

    def _used(self):
        """Of the sales that may be stored: (how many are, how many may be)."""
        count, _ = self._s.book.totals(*b.AT_RISK)
        return count, self._s.settings.policy.stored_count_limit

    async def _doubt(self, result):
        """Waits a while with the merchant: most doubts end with the reversal's answer. -> the key
        that ended it, or None."""
        people, number = self._s.people, result.sale.number
        why = "code_cancelling" if result.sale.pay_code else "in_doubt"
        people.failed()
        self._front.show("in_doubt", fen=result.sale.amount_fen, why=why)
        until_ms = self._s.clock.now_ms() + _DOUBT_MS
        while self._s.clock.now_ms() < until_ms:
            if await people.key(_REFRESH_MS) in ("X", "E"):
                break
            if not self._s.book.is_open(number):
                self._tell_end(self._s.book.word(number), result)
                return await people.key(_RESULT_MS)
            if self._front.changed():
                self._front.show("in_doubt", fen=result.sale.amount_fen, why=why)
        return None

    def _tell_end(self, word, result):
        """How the doubt ended: reversed, or the bank had never heard of the sale."""
        fen = result.sale.amount_fen
        if word == "failed":
            self._front.show("declined", fen=fen, reason=result.reason, code="")
        else:
            self._front.show("returned", fen=fen)


def _paid(result):
    """How it was paid, for the screen."""
    sale = result.sale
    told = {"ref": sale.answer[0], "card": _card(result), "cvm": _CVM[sale.cvm]}
    if sale.pay_code:
        told.update({"by": "pay_code", "card": sale.pay_code, "cvm": ""})
    return told


def _card(result):
    return (result.label + " " + result.sale.masked_pan[-4:]).strip()
