"""A sale by pay code: asked online, asked again while the customer confirms, cancelled in doubt."""

import parts

from crypto.dukpt import counter_is_usable
from message import codec
from terminal import book as b
from terminal import sale as s
from terminal import sale_record
from uplink.link import NOT_SENT

CODE = "281234567890123456"
PAID, WAITS, REFUSED, SILENCE = "00", "09", "51", None
LESS = "less"  # paid, says the host, but another amount


class Policy:
    sale_limit_fen = 500000
    stored_count_limit = 75
    stored_sum_limit_fen = 100000
    stored_age_limit_h = 24
    offline_aids = ()


class Settings:
    policy = Policy
    emv_currency = "0156"

    class terminal(parts.Identity):
        batch = 1


class World:
    """Time, people, line and reader of one sale: what is asked for costs time, and nothing else."""

    trouble = None
    trusted = True
    paused = False

    def __init__(self, *answers, codes=(CODE,), keys=""):
        self.ms = 0
        self.answers = list(answers)
        self.codes = list(codes)
        self.keys = keys  # one for each wait; "." is none
        self.screens = []
        self.sent = []  # (milliseconds, MTI, fields) of each request
        self.ready = True
        self.book = b.Book(parts.journal(parts.Flash(8), formatted=False), counter_is_usable)
        self.settings, self.random = Settings, parts.random()
        self.keys_of_host, self.messages = parts.keys(), parts.messages()
        self.clock = self.people = self.link = self.session = self.scanner = self.reader = self
        self.forwarding = self.age = self

    # Clock, age of stored sales

    def now_ms(self):
        return self.ms

    def local(self):
        return parts.NOW

    def seconds(self):
        return 0

    # People

    def show(self, name, **values):
        note = values.get("note")
        self.screens.append((name, values.get("reason") or (note() if note else None)))

    def card_read(self):
        pass

    failed = card_read

    def pressed(self, key):
        return self.keys == "at once" or self.ms > 100000

    async def key(self, wait_ms):
        self.ms += wait_ms
        key, self.keys = self.keys[:1], self.keys[1:]
        return key if key not in ("", ".") else None

    # Scanner and reader

    def forget(self):
        pass

    def take(self):
        return self.codes.pop(0) if self.codes else None

    async def field_on(self):
        pass

    field_off = release = field_on

    async def poll(self, wait_ms):
        self.ms += wait_ms
        return False

    # The line to the host

    async def comes(self, wait_ms):
        return False

    async def exchange(self, key, data):
        mti, fields, _ = codec.unpack(data)
        answer = self.answers.pop(0) if self.answers else WAITS
        if answer is NOT_SENT:
            return NOT_SENT
        self.sent.append((self.ms, mti, fields))
        self.ms += 100
        if answer is SILENCE:
            return None
        token = answer not in (WAITS, "30", "96")
        code = PAID if answer is LESS else answer
        reply = self.messages.read(parts.Host().reply(data, code, token=token))
        if answer is LESS:
            reply.fields[4] = "000000000001"
        return reply


def _world(*answers, **more):
    world = World(*answers, **more)
    return world, s.SaleDesk(_Services(world))


class _Services:
    """The services by name: all of them are the world, but for the keys of the host."""

    def __init__(self, world):
        self._world = world
        self.keys = world.keys_of_host

    def __getattr__(self, name):
        return getattr(self._world, name)


async def _sell(*answers, **more):
    world, desk = _world(*answers, **more)
    return world, await desk.run(1234)


def _kinds(world):
    return [word for _, word in world.book.recent(5)]


async def test_a_code_that_pays_at_once_is_paid():
    world, result = await _sell(PAID)
    assert result.kind == s.PAID
    assert _kinds(world) == ["paid"]
    assert [mti for _, mti, _ in world.sent] == ["0200"]


async def test_the_request_says_that_it_is_a_pay_code_and_does_not_show_it():
    world, result = await _sell(PAID)
    fields = world.sent[0][2]
    assert (fields[3], fields[22], fields[60]) == ("000000", "0320", "27000001000")
    assert 23 not in fields and 55 not in fields
    assert fields[62] == parts.keys().encrypt_card_data(
        result.sale.number, b"\x28\x12\x34\x56\x78\x90\x12\x34\x56"
    )
    assert len(fields[62]) == 9


async def test_while_the_customer_confirms_the_same_is_asked_again_every_few_seconds():
    world, result = await _sell(WAITS, WAITS, PAID)
    assert result.kind == s.PAID
    assert [mti for _, mti, _ in world.sent] == ["0200", "0201", "0201"]
    gaps = [b_ms - a_ms for (a_ms, _, _), (b_ms, _, _) in zip(world.sent, world.sent[1:])]
    assert all(3000 <= gap <= 5000 for gap in gaps), gaps
    said = [[fields[n] for n in (3, 4, 11, 12, 13, 22, 53, 60, 62)] for _, _, fields in world.sent]
    assert said[0] == said[1] == said[2]
    assert ("waiting", "customer_confirms") in world.screens


async def test_who_never_confirms_is_given_a_minute_and_then_the_sale_is_in_doubt():
    world, result = await _sell()
    assert (result.kind, result.reason) == (s.IN_DOUBT, "code_not_paid")
    assert 60000 <= world.sent[-1][0] <= 61000
    assert 13 <= len(world.sent) <= 20
    assert world.book.waiting(b.REQUEST) == [result.sale.number]  # its reversal cancels it


async def test_the_reversal_names_the_same_sale_in_the_same_words():
    world, result = await _sell()
    sale = world.book.sale(world.book.seq_of(result.sale.number))
    _, reversal, _ = codec.unpack(world.messages.reversal("0400", sale, "98", parts.HELD)[1])
    asked = world.sent[0][2]
    assert all(reversal[n] == asked[n] for n in (3, 4, 11, 12, 13, 22, 53, 60))
    assert 62 not in reversal


async def test_the_merchant_may_cancel_while_he_waits():
    world, result = await _sell(keys="..X")
    assert result.kind == s.IN_DOUBT
    assert len(world.sent) == 3


async def test_the_merchant_may_cancel_while_the_host_is_silent():
    world, result = await _sell(keys="at once")
    assert result.kind == s.IN_DOUBT


async def test_an_approval_of_another_amount_is_doubt():
    world, result = await _sell(LESS, keys=".X")
    assert result.kind == s.IN_DOUBT
    _, desk = _world(LESS)
    assert await desk._ask_bank(parts.sale()) == (True, None)  # with a card it is the same


async def test_a_refusal_is_told_in_the_words_of_a_pay_code():
    for code, reason in (("51", "insufficient_funds"), ("54", "code_used"), ("14", "code_invalid")):
        world, result = await _sell(code)
        assert (result.kind, result.reason, result.code) == (s.DECLINED, reason, code)
        assert _kinds(world) == ["failed"]


async def test_silence_and_a_fault_are_asked_again_not_given_up():
    world, result = await _sell(SILENCE, "96", PAID)
    assert result.kind == s.PAID
    assert [mti for _, mti, _ in world.sent] == ["0200", "0201", "0201"]


async def test_a_line_that_is_gone_for_a_while_does_not_end_the_waiting():
    world, result = await _sell(WAITS, NOT_SENT, NOT_SENT, PAID)
    assert result.kind == s.PAID and len(world.sent) == 2


async def test_if_not_a_byte_has_left_nothing_has_happened():
    world, result = await _sell(NOT_SENT)
    assert (result.kind, result.reason) == (s.DECLINED, "code_offline")
    assert _kinds(world) == ["failed"] and world.book.held() == (0, 0)


async def test_only_the_first_question_can_be_refused_without_a_trace():
    """30 to a repeat says nothing about the question before it, which may have been paid."""
    _, result = await _sell("30")
    assert result.kind == s.DECLINED
    world, result = await _sell(SILENCE, "30", keys=".X")
    assert result.kind == s.IN_DOUBT


async def test_without_a_network_a_code_is_refused_with_a_reason_and_a_card_is_still_welcome():
    world, desk = _world()
    world.ready = False
    result = await desk.run(1234)
    assert ("try_again", "code_offline") in world.screens
    assert result.kind == s.CANCELLED and world.sent == []


async def test_before_an_open_reversal_no_code_is_taken():
    world, desk = _world()
    sale = parts.sale(world.book.reserve())
    world.book.open(b.REQUEST, sale, sale.number)
    await desk.run(1234)
    assert ("try_again", "reversal_first") in world.screens
    assert world.sent == []


async def test_a_pay_code_is_offered_only_where_it_can_be_taken():
    world, _ = await _sell(PAID)
    assert world.screens[0] == ("present", "card_phone_code")
    world, desk = _world(codes=(), keys="at once")
    world.ready = False
    await desk.run(1234)
    assert world.screens[0] == ("present", "card_phone_watch")


def test_the_record_keeps_the_code_sealed_and_masked():
    sale = parts.sale()
    sale.masked = bytes(5)
    sale.take_code(CODE + "7", lambda data: parts.keys().encrypt_card_data(7, data))
    for payload in (sale.pack(), sale.ending(("123456789012", "A1B2C3", "00"))):
        again = sale_record.unpack(payload)
        assert again.pay_code == again.masked_pan == "28…4567"
        assert b"\x28\x12\x34" not in payload
    assert again.answer == ("123456789012", "A1B2C3", "00")


async def test_the_history_says_with_which_code_it_was_paid():
    world, _ = await _sell(PAID)
    sale, word = world.book.recent(1)[0]
    assert (word, sale.masked_pan) == ("paid", "28…3456")
