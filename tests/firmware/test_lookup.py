"""Asking the bank about one sale: the question, what is believed, and what the merchant reads."""

import asyncio
from binascii import unhexlify as unhex

import parts

from message import codec, lookup
from terminal import ask_bank
from terminal import book as b
from uplink.link import NOT_SENT

_TOKEN = bytes(16)
_RECEIVED = unhex("20261122040506")
_PAYS_ON = unhex("20261123")


def _status(state, rrn=b"632614706001", batch="000001", closed=0, pays_on=_PAYS_ON):
    return bytes((state,)) + rrn + b"00" + _RECEIVED + unhex(batch) + bytes((closed,)) + pays_on


_NOTHING = bytes(1) + b"0" * 12 + bytes(17)


class Line:
    """A link whose host answers with this DE 63.10; None: with nothing at all."""

    def __init__(self, said, code="00", then=None, **private):
        """`then`: what it says after it was told of the sale once more."""
        self._then = then
        self._said, self._code, self._private = said, code, private
        self._messages = parts.messages()
        self.asked = []

    async def wanted(self):
        self.was_wanted = not self.asked

    async def exchange(self, key, data):
        self.asked.append(codec.unpack(data))
        if self._said in (None, NOT_SENT):
            return self._said
        mti = self.asked[-1][0]
        if mti != "0800":
            self._said = self._then
        more = dict(self._private, t10=self._said) if mti == "0800" else {}
        return self._messages.read(parts.Host().reply(data, self._code, **more))


class Merchant:
    """The services that the job needs, and the merchant who sees its screens."""

    def __init__(self, link):
        self.link = link
        self.book = b.Book(parts.journal(parts.Flash(), formatted=False), lambda number: True)
        self.journal = self.book._journal
        self.messages = parts.messages()
        self.settings = self.terminal = self.people = self.clock = self
        self.batch = 1

    proof = bytes(16)

    def to_local(self, utc):
        return utc

    cancels = False

    async def key(self, wait_ms):
        return "X"

    def pressed(self, key):
        return self.cancels

    def show(self, name, title, rows=(), reason="", hints=None):
        self.rows, self.reason, self.hints = dict(rows), reason, hints

    def made(self, *kinds):
        """A sale that went through these records; the last one of an open sale stays open."""
        sale = parts.sale(self.book.reserve())
        for kind in kinds:
            if kind in (b.PAID, b.REVERSED, b.ABANDONED, b.DECLINED):
                answer = ("123456789012", "", "00")
                self.book.end(sale.number, kind, _TOKEN, answer, self.proof)
            elif kind is None:
                self.book.resolve(sale.number, _TOKEN)
            else:
                self.book.open(kind, sale, sale.number)
        return sale

    async def asks(self, sale):
        await ask_bank.run(self, self, sale, self.book.word(sale.number))
        return self.reason


async def test_the_question_names_the_sale_and_nothing_else_of_it():
    link = Line(_status(lookup.POSTED))
    merchant = Merchant(link)
    sale = merchant.made(b.REQUEST, b.PAID)
    await merchant.asks(sale)
    mti, fields, _ = link.asked[0]
    assert (mti, fields[60]) == ("0800", "00000001401")
    assert codec.unpack_private(fields[63])[1] == sale.id
    assert 62 not in fields and 55 not in fields


async def test_a_sale_at_the_bank_is_told_with_reference_batch_and_day_of_payment():
    merchant = Merchant(Line(_status(lookup.POSTED, closed=1)))
    assert await merchant.asks(merchant.made(b.REQUEST, b.PAID)) == "bank_posted"
    assert merchant.rows == {
        "reference": "632614706001",
        "received_on": "11-22 04:05",
        "batch_closed": "000001",
        "pays_on": "2026-11-23",
    }


async def test_what_the_bank_does_not_say_yet_is_left_out():
    said = _status(lookup.POSTED, batch="000000", pays_on=bytes(4))
    merchant = Merchant(Line(said))
    await merchant.asks(merchant.made(b.REQUEST, b.PAID))
    assert sorted(merchant.rows) == ["received_on", "reference"]


async def test_each_state_has_its_sentence():
    for kinds, state, reason in (
        ((b.STORED,), lookup.UNKNOWN, "bank_not_yet"),
        ((b.REQUEST,), lookup.POSTED, "bank_cancelling"),
        ((b.DEAD,), lookup.UNKNOWN, "bank_refuses"),
        ((b.DEAD,), lookup.POSTED, "bank_posted"),
        ((b.REQUEST, b.REVERSED), lookup.RETURNED, "bank_returned"),
        ((b.REQUEST, b.ABANDONED), lookup.REFUSED, "bank_refused"),
        ((b.REQUEST, b.ABANDONED), lookup.UNKNOWN, "bank_has_nothing"),
        ((b.REQUEST, b.PAID), lookup.WITH_EXCEPTION, "bank_exception"),
        ((b.REQUEST, b.PAID), lookup.DECLINED, "bank_contradicts"),
        ((b.REQUEST, b.PAID), 77, "bank_contradicts"),
    ):
        merchant = Merchant(Line(_status(state), then=_status(state)))
        assert await merchant.asks(merchant.made(*kinds)) == reason, (kinds, state)


async def test_each_state_of_a_return_has_its_sentence():
    for kind, state, reason in (
        (b.RETURN, lookup.UNKNOWN, "bank_not_yet"),
        (b.RETURN, lookup.RETURNED, "bank_returned"),
        (b.DEAD_RETURN, lookup.DECLINED, "back_checking"),
        (b.DEAD_RETURN, lookup.UNKNOWN, "back_checking"),
        (b.RETURN, lookup.POSTED, "bank_contradicts"),
    ):
        merchant = Merchant(Line(_status(state), then=_status(state)))
        given = parts.given_back(parts.sale(1), merchant.book.reserve())
        merchant.book.open(kind, given, given.number)
        assert await merchant.asks(given) == reason, (kind, state)


async def test_without_a_line_and_without_an_answer_the_merchant_is_told_so():
    for said, reason in ((NOT_SENT, "ask_no_line"), (None, "no_answer")):
        merchant = Merchant(Line(said))
        assert await merchant.asks(merchant.made(b.REQUEST, b.PAID)) == reason


async def test_an_answer_to_another_question_is_not_believed():
    for line in (
        Line(_status(lookup.POSTED), t06=bytes(16)),
        Line(_status(lookup.POSTED), code="30"),
        Line(_status(lookup.POSTED)[:-1]),
        Line(_status(lookup.POSTED, rrn=b"\xff" * 12)),
    ):
        merchant = Merchant(line)
        assert await merchant.asks(merchant.made(b.REQUEST, b.PAID)) == "no_answer"


async def test_what_the_bank_has_forgotten_it_is_told_again_as_what_it_was():
    for kinds, mti in (((b.REQUEST, b.PAID), "0201"), ((b.STORED, None), "0221")):
        link = Line(_NOTHING, then=_status(lookup.POSTED))
        merchant = Merchant(link)
        sale = merchant.made(*kinds)
        assert await merchant.asks(sale) == "bank_told_again"
        assert [asked[0] for asked in link.asked] == ["0800", mti, "0800"]
        assert codec.unpack_private(link.asked[1][1][63])[1] == sale.id


async def test_a_charge_after_a_reversal_or_a_decline_that_the_bank_has_forgotten_is_reversed():
    for ending in (b.REVERSED, b.DECLINED):
        link = Line(_status(lookup.POSTED), then=_status(lookup.RETURNED))
        merchant = Merchant(link)
        assert await merchant.asks(merchant.made(b.REQUEST, ending)) == "bank_returned"
        assert [asked[0] for asked in link.asked] == ["0800", "0401", "0800"]


async def test_what_is_not_kept_any_more_is_for_support():
    link = Line(_NOTHING)
    merchant = Merchant(link)
    merchant.proof = b""
    assert await merchant.asks(merchant.made(b.REQUEST, b.PAID)) == "bank_lost"
    assert len(link.asked) == 1


async def test_a_sale_that_failed_here_is_never_offered():
    link = Line(_NOTHING)
    merchant = Merchant(link)
    assert await merchant.asks(merchant.made(b.REQUEST, b.DECLINED)) == "bank_has_nothing"
    assert len(link.asked) == 1


async def test_a_bank_that_knows_nothing_shows_the_reference_of_this_terminal():
    merchant = Merchant(Line(_NOTHING, then=_NOTHING))
    sale = merchant.made(b.REQUEST, b.PAID)
    sale.answer = ("123456789012", "", "00")
    assert await merchant.asks(sale) == "bank_lost"  # told again, it still has nothing
    assert merchant.rows == {"reference": "123456789012"}


class Silence(Line):
    """A host that never answers."""

    async def exchange(self, key, data):
        await asyncio.sleep_ms(60000)


async def test_a_question_that_the_host_does_not_answer_is_left_with_the_cancel_key():
    merchant = Merchant(Silence(None))
    merchant.cancels = True
    assert await merchant.asks(merchant.made(b.REQUEST, b.PAID)) == "contacting_bank"
    assert merchant.hints == ((("X", "key_cancel"),),)


async def test_the_line_is_tried_at_once_before_it_is_said_that_there_is_none():
    link = Line(NOT_SENT)
    merchant = Merchant(link)
    assert await merchant.asks(merchant.made(b.REQUEST, b.PAID)) == "ask_no_line"
    assert link.was_wanted
