"""Deferred sales: kept without any approval, decided by the bank later, not called paid before."""

import parts

import emv
from crypto.dukpt import counter_is_usable
from message import codec, deferred
from message import fields as f
from terminal import age, call_off, deferral, history, returns
from terminal import book as b
from terminal import sale as s
from terminal.again import Again
from terminal.batch import DEFERRED
from terminal.forwarding import Queue
from terminal.till import Till
from uplink import answers

TOKEN = bytes(range(16))
PROOF = bytes(range(16, 32))


class Reply:
    rrn, approval = "123456789012", "000042"
    proof = PROOF

    def __init__(self, code, token=TOKEN):
        self.code, self.token = code, token


class NothingForgotten:
    busy = False
    waiting = {}


class Clock:
    trusted = True
    ms = 0

    def now_ms(self):
        return self.ms

    def local(self):
        return parts.NOW


class Policy:
    sale_limit_fen = 500000
    stored_count_limit = 2
    stored_sum_limit_fen = 100000
    stored_age_limit_h = 72
    offline_aids = []
    deferred = True


class Link:
    """`sent` is what comes back of an exchange: nothing ever leaves."""

    def __init__(self, ready=False):
        self.ready = ready

    async def comes(self, patience_ms):
        return self.ready


class Terminal:
    """The services that a sale, the history and the till need."""

    emv_currency = "0156"
    scanner = trouble = None

    def __init__(self, flash=None, formatted=False):
        self.flash = flash or parts.Flash()
        self.journal = parts.journal(self.flash, formatted)
        self.book = b.Book(self.journal, counter_is_usable)
        self.book.load()
        self.clock, self.random, self.link = Clock(), parts.random(), Link()
        self.keys, self.policy = parts.keys(), Policy()
        self.settings = self.session = self.people = self.age = self
        self.queue = Queue(self.book, NothingForgotten)
        self.screens, self.pressed_keys, self.agrees = [], [], True

    def restarted(self):
        return Terminal(self.flash, formatted=True)

    def seconds(self):
        return 0

    # People

    def show(self, name, **values):
        self.screens.append((name, values))

    def status(self, **values):
        pass

    failed = stored = changed = refresh = status

    async def key(self, wait_ms):
        return self.pressed_keys.pop(0) if self.pressed_keys else None

    async def agree(self, wait_ms):
        return self.agrees

    def shown(self, name):
        return [values for shown, values in self.screens if shown == name]

    # Sales

    async def asks_online(self, amount_fen=1000):
        """A card that wants the bank to approve. -> Result"""
        outcome = parts.Outcome()
        outcome.result, outcome.reason = emv.ONLINE, "online_needed"
        sale = parts.sale(self.book.reserve(), amount_fen)
        self.book.open_intent(sale)
        result = await s.SaleDesk(self)._settle_outcome(sale, outcome)
        self.book.put_back(sale.number)
        return result

    def defers(self, amount_fen=1000):
        sale = parts.sale(self.book.reserve(), amount_fen)
        sale.id = self.random(16)
        self.book.open(b.DEFERRED, sale, sale.number)
        self.book.put_back(sale.number)
        return sale

    def idles(self):
        """What housekeeping does in two seconds."""
        for _ in range(8):
            if not self.book.tally.sum_up() and not self.book.keep_short():
                self.journal.idle()

    def decides(self, sale, code, token=TOKEN):
        reply = Reply(code, token)
        verdict = answers.ACCEPTED if code == "00" else answers.REJECTED
        return self.queue.close(sale.number, verdict, reply)

    def words(self):
        return [word for _, word in self.book.recent(9)]

    def counted(self):
        return self.book.tally.batch.totals.get(DEFERRED, (0, 0))


# -- taking one -----------------------------------------------------------------------------------


async def test_without_a_line_it_is_kept_when_the_acquirer_and_the_merchant_want_it():
    terminal = Terminal()
    result = await terminal.asks_online()
    assert result.kind == s.DEFERRED
    assert terminal.shown("confirm")[0]["reason"] == "defer_sure"
    assert terminal.restarted().book.owed() == [result.sale.number]
    assert terminal.words() == ["stored"]


async def test_it_is_off_unless_the_acquirer_allows_it():
    terminal = Terminal()
    terminal.policy.deferred = False
    result = await terminal.asks_online()
    assert (result.kind, result.reason) == (s.DECLINED, "network_needed")
    assert terminal.book.held() == (0, 0)


async def test_a_merchant_who_does_not_want_the_risk_has_sold_nothing():
    terminal = Terminal()
    terminal.agrees = False
    assert (await terminal.asks_online()).kind == s.CANCELLED
    assert terminal.book.held() == (0, 0)
    assert terminal.words() == ["failed"]


async def test_with_a_line_a_reversal_goes_first_and_nothing_is_kept_without_approval():
    terminal = Terminal()
    doubt = parts.sale(terminal.book.reserve(), 100)
    terminal.book.open(b.REQUEST, doubt, doubt.number)
    terminal.link.ready = True
    result = await terminal.asks_online()
    assert (result.kind, result.reason) == (s.DECLINED, "reversal_first")


async def test_the_limits_of_selling_offline_count_it_until_it_is_decided():
    terminal = Terminal()
    first = terminal.defers()
    terminal.defers()
    assert (await terminal.asks_online()).reason == "offline_limit"
    terminal.decides(first, "51")
    assert (await terminal.asks_online()).kind == s.DEFERRED


async def test_a_card_that_may_not_pay_offline_may_not_pay_later():
    terminal = Terminal()
    terminal.policy.offline_aids = ["A000000004"]
    assert (await terminal.asks_online()).reason == "offline_card"


def test_its_age_counts():
    terminal = Terminal()
    sale = terminal.defers()
    assert age.Age(terminal.book, terminal.clock, None)._oldest_owed() == sale.number


# -- the message ----------------------------------------------------------------------------------


def _fields(frame):
    mti, fields, _ = codec.unpack(frame)
    return mti, fields, codec.unpack_private(fields[63])


def test_the_request_says_that_it_is_deferred_and_carries_the_card_s_request():
    sale = parts.sale()
    key, frame = deferred.build(parts.messages(), "0200", sale, parts.HELD)
    mti, fields, private = _fields(frame)
    assert (mti, key, fields[60]) == ("0200", ("02", "000007"), "36000001000")
    assert private[f.DEFERRED] == b"\1"
    assert fields[62] == sale.card_data
    assert b"\x9f\x26\x08\x11\x22" in fields[55]


def test_a_repeat_is_the_same_request():
    sale = parts.sale()
    _, first, _ = _fields(deferred.build(parts.messages(), "0200", sale, parts.HELD)[1])
    mti, again, _ = _fields(deferred.build(parts.messages(), "0201", sale, parts.HELD)[1])
    assert mti == "0201"
    assert {n: v for n, v in again.items() if n != 64} == {n: first[n] for n in first if n != 64}


# -- the bank decides -----------------------------------------------------------------------------


def test_one_that_the_bank_approves_is_paid_and_in_the_totals():
    terminal = Terminal()
    sale = terminal.defers(1250)
    assert terminal.decides(sale, "00")
    assert terminal.words() == ["paid"]
    assert terminal.counted() == (1, 1250)
    assert terminal.book.held() == (0, 0)
    assert terminal.restarted().counted() == (1, 1250)


def test_one_that_the_bank_declines_has_failed_and_is_in_no_total():
    terminal = Terminal()
    sale = terminal.defers(1250)
    assert terminal.decides(sale, "51")
    for running in (terminal, terminal.restarted()):
        assert running.words() == ["failed"]
        assert running.counted() == (0, 0)
        assert running.book.held() == (0, 0)
        assert running.book.recent(1)[0][0].answer == ("123456789012", "000042", "51")


def test_a_request_that_the_host_does_not_understand_is_for_people():
    terminal = Terminal()
    sale = terminal.defers()
    assert terminal.decides(sale, "30", token=None)
    assert terminal.words() == ["checking"]
    assert terminal.book.held()[0] == 1
    assert terminal.book.revive(sale.number)
    assert terminal.book.owed() == [sale.number]


def _full(terminal, but=0):
    """Starts upon starts have used up the room that was kept for the answers."""
    while terminal.journal.room() > but:
        number = terminal.journal.next_seq
        terminal.journal.append(b.ABANDONED, number, parts.sale(number, 0).ending())


def test_a_full_journal_lets_a_sale_go_that_the_bank_has_approved():
    terminal = Terminal()
    sale = terminal.defers()
    _full(terminal)
    terminal.decides(sale, "00")
    assert terminal.book.kind(sale.number) is None
    assert terminal.counted() == (1, 1000)


def test_what_became_of_it_only_the_bank_can_tell_and_nothing_of_it_is_given_back():
    terminal = Terminal()
    _full(terminal, but=30)
    sale = terminal.defers()
    _full(terminal)
    terminal.decides(sale, "00")
    assert terminal.book.word(sale.number) == "checking"
    assert returns.left_fen(terminal.book, sale) == (0, "return_in_doubt")


def test_what_is_declined_while_there_is_no_room_is_told_and_goes_when_it_was_seen():
    terminal = Terminal()
    sale = terminal.defers()
    _full(terminal)
    terminal.decides(sale, "51")
    assert deferral.unseen(terminal.book).number == sale.number
    deferral.seen(terminal.book, sale.number)
    assert terminal.book.kind(sale.number) is None


def test_after_a_start_the_bank_is_asked_again_for_what_nobody_has_seen():
    terminal = Terminal()
    sale = terminal.defers()
    _full(terminal)
    terminal.decides(sale, "51")
    assert terminal.restarted().book.owed() == [sale.number]


# -- the merchant ---------------------------------------------------------------------------------


async def test_what_was_declined_is_told_until_the_merchant_has_seen_it():
    terminal = Terminal()
    sale = terminal.defers(1250)
    terminal.decides(sale, "51")
    terminal = terminal.restarted()
    till = Till(terminal, None)
    till._front.show = terminal.show
    assert till._newly_denied()
    terminal.pressed_keys = ["X"]
    await till._tell_denied()
    assert till._front.notice() == ("declined_later", "¥12.50")
    terminal.pressed_keys = ["E"]
    await till._tell_denied()
    assert [told["ref"] for told in terminal.shown("denied")] == ["123456789012"] * 2
    assert deferral.unseen(terminal.book) is None
    assert terminal.words() == terminal.restarted().words() == ["failed"]


async def test_who_looks_at_it_in_the_history_has_seen_it():
    terminal = Terminal()
    terminal.decides(terminal.defers(), "51")
    terminal.pressed_keys = ["E", "X", "X"]
    await history.run(terminal, terminal)
    told = terminal.shown("entry")[0]
    assert (told["word"], told["ref"], told["code"]) == ("failed", "123456789012", "51")
    assert deferral.unseen(terminal.book) is None


async def test_the_history_says_that_an_undecided_one_is_not_paid():
    terminal = Terminal()
    terminal.defers()
    terminal.pressed_keys = ["E", "X", "X"]
    await history.run(terminal, terminal)
    assert terminal.shown("entry")[0]["where"] == "where_undecided"


def test_one_that_nobody_has_seen_is_kept_while_the_journal_goes_round():
    terminal = Terminal()
    sale = terminal.defers()
    terminal.decides(sale, "51")
    for _ in range(200):
        assert terminal.book.has_room()
        terminal.decides(terminal.defers(), "00")
        terminal.idles()
    kept = deferral.unseen(terminal.restarted().book)
    assert (kept.number, kept.answer[2]) == (sale.number, "51")


def test_it_is_given_back_only_once_it_is_paid():
    terminal = Terminal()
    sale = terminal.defers()
    assert returns.left_fen(terminal.book, sale) == (0, "return_undecided")
    terminal.decides(sale, "00")
    assert returns.left_fen(terminal.book, sale) == (1000, None)
    declined = terminal.defers()
    terminal.decides(declined, "51")
    assert returns.left_fen(terminal.book, declined) == (0, "return_not_paid")


# -- called off -----------------------------------------------------------------------------------


async def test_the_merchant_may_call_it_off_until_the_bank_has_decided():
    terminal = Terminal()
    sale = terminal.defers()
    await call_off.run(terminal, terminal, sale, "stored")
    assert terminal.shown("report")[0]["reason"] == "call_off_done"
    decided = terminal.defers()
    terminal.decides(decided, "00")
    await call_off.run(terminal, terminal, decided, "paid")
    assert terminal.shown("report")[1]["reason"] == "call_off_late"
    for running in (terminal, terminal.restarted()):
        assert running.words() == ["paid", "checking"]
        assert running.book.owed() == [sale.number]
        assert running.book.held() == (1, 0)


async def test_who_thinks_again_has_called_nothing_off():
    terminal = Terminal()
    sale = terminal.defers()
    terminal.agrees = False
    await call_off.run(terminal, terminal, sale, "stored")
    assert terminal.words() == ["stored"]


async def test_only_an_undecided_sale_is_offered_to_be_called_off():
    terminal = Terminal()
    terminal.decides(terminal.defers(), "00")
    terminal.defers()
    terminal.pressed_keys = ["E", "E", "X", "8", "E", "E", "X", "X"]
    await history.run(terminal, terminal)
    offered = ["call_off" in menu["items"] for menu in terminal.shown("menu")]
    assert offered == [True, False]


def test_the_bank_says_how_it_ended_and_it_is_in_no_total():
    for code, verdict, word in (
        ("00", answers.ACCEPTED, "returned"),
        ("25", answers.NOTHING_THERE, "failed"),
    ):
        terminal = Terminal()
        sale = terminal.defers()
        deferral.call_off(terminal.book, sale.number)
        terminal.queue.close(sale.number, verdict, Reply(code))
        assert terminal.words() == terminal.restarted().words() == [word]
        assert terminal.counted() == (0, 0)
        assert terminal.book.held() == (0, 0)


def test_an_answer_to_the_request_that_comes_after_it_was_called_off_decides_nothing():
    terminal = Terminal()
    sale = terminal.defers()
    assert not terminal.queue.has_changed(sale.number, b.DEFERRED)
    deferral.call_off(terminal.book, sale.number)
    assert terminal.queue.has_changed(sale.number, b.DEFERRED)


def test_the_message_that_calls_it_off_is_an_advice_of_its_reversal():
    mti, fields, _ = _fields(deferred.called_off(parts.messages(), "0420", parts.sale(), (0, 0))[1])
    assert (mti, fields[11], fields[39], fields[60]) == ("0420", "000007", "06", "36000001000")
    assert 55 not in fields and 62 not in fields


def test_what_was_called_off_is_no_risk_any_more():
    terminal = Terminal()
    deferral.call_off(terminal.book, terminal.defers().number)
    assert terminal.book.totals(*b.AT_RISK) == (0, 0)
    assert age.Age(terminal.book, terminal.clock, None)._oldest_owed() is None


# -- a host that has forgotten --------------------------------------------------------------------


def _told_again(terminal):
    again = Again(terminal.book, terminal.journal, 1)
    while again.step():
        pass
    return again


def test_a_host_that_has_forgotten_is_offered_what_it_approved_with_its_own_proof():
    terminal = Terminal()
    sale = terminal.defers()
    terminal.decides(sale, "00")
    again = _told_again(terminal)
    kind, told = again.loaded[sale.number]
    assert (kind, again.missing) == (b.GRANTED, 0)
    mti, fields, private = _fields(deferred.granted(parts.messages(), "0201", told, parts.HELD)[1])
    assert (mti, fields[37], fields[60][:2]) == ("0201", "123456789012", "36")
    assert (private[f.PROOF], private[f.DEFERRED]) == (PROOF, b"\1")


def test_what_it_declined_is_told_as_called_off_and_not_missing():
    terminal = Terminal()
    sale = terminal.defers()
    terminal.decides(sale, "51")
    deferral.seen(terminal.book, sale.number)
    again = _told_again(terminal)
    assert (again.loaded[sale.number][0], again.missing) == (b.CALLED_OFF, 0)


def test_what_was_called_off_is_told_again_as_that():
    terminal = Terminal()
    sale = terminal.defers()
    deferral.call_off(terminal.book, sale.number)
    terminal.queue.close(sale.number, answers.NOTHING_THERE, Reply("25"))
    again = _told_again(terminal)
    assert (again.loaded[sale.number][0], again.missing) == (b.CALLED_OFF, 0)
