"""The merchant's factory reset: what it counts and asks; only the host may allow a loss."""

import parts

from crypto.cmac import cmac
from crypto.dukpt import Dukpt, counter_is_usable
from message import codec
from message import reset as messages
from terminal import book as b
from terminal import reset
from uplink.link import NOT_SENT

TOKEN = bytes(range(16))
LOSS, RELEASE = 0x1B, 0x1C


class Restarted(BaseException):
    """The board was restarted."""


class Line:
    """A link whose host releases, or answers otherwise. `said`: instead of its answer."""

    busy = False

    def __init__(self):
        self.said, self.code, self.alter = "", "00", lambda covered: covered
        self.meanwhile = lambda: None
        self.asked = []

    async def exchange(self, key, data):
        self.asked.append(codec.unpack(data))
        self.meanwhile()
        if self.said != "":
            return self.said
        private = codec.unpack_private(self.asked[-1][1][63])
        covered = b"\x08\x10" + private[6] + b"T0000001" + private[LOSS]
        key = Dukpt(parts.IKID, parts.INITIAL_KEY).working_key(0x2002, 0)
        more = {"t1C": cmac(key, self.alter(covered))} if self.code == "00" else {}
        return parts.messages().read(parts.Host().reply(data, self.code, **more))

    def stated(self):
        """What the host was told that would be lost: [(what, count, fen)], and the two numbers."""
        raw = codec.unpack_private(self.asked[-1][1][63])[LOSS]
        numbers = [int.from_bytes(raw[at : at + 4], "big") for at in (0, 4)]
        items = [raw[at : at + 9] for at in range(8, len(raw), 9)]
        said = [(i[0], int.from_bytes(i[1:3], "big"), int.from_bytes(i[3:], "big")) for i in items]
        return said, numbers


class Terminal:
    """The services, the merchant with his keys, and what he sees."""

    def __init__(self, keys="E9"):
        self.keys_pressed = list(keys)
        self.people = self.clock = self.settings = self
        self.terminal = parts.Identity
        self.memory = self.forwarding = self
        self.busy = self.paused = False
        self.messages, self.keys, self.link = parts.messages(), parts.keys(), Line()
        self.journal = parts.journal(parts.Flash(), formatted=False)
        self.book = b.Book(self.journal, counter_is_usable)
        self.now = 0
        self.reports = []
        self.folder, self.begun = self, False
        self.provisioned = "provision.json"

    def now_ms(self):
        self.now += 1000
        return self.now

    def replace(self, name, by):
        assert (name, by) == ("reset", "provision.json")
        self.begun = True

    def restart(self):
        assert self.begun
        raise Restarted

    async def key(self, wait_ms):
        return self.keys_pressed.pop(0) if self.keys_pressed else None

    async def agree(self, wait_ms):
        return await self.key(wait_ms) == "E"

    gives_up = False

    def pressed(self, key):
        return self.gives_up

    def failed(self):
        pass

    def show(self, name, rows=(), reason="", **values):
        if name == "report":
            self.rows = dict(rows)
            self.reports.append(reason)

    def stored(self, amount_fen=1000):
        sale = parts.sale(self.book.reserve(), amount_fen)
        sale.id = bytes((sale.number,)) * 16
        self.book.open(b.STORED, sale, sale.number)
        self.book.put_back(sale.number)
        return sale

    def banked(self):
        self.book.resolve(self.stored().number, TOKEN)

    def settled(self):
        self.book.close_batch(TOKEN, parts.NOW[:5])
        self.book.tally.closed()

    async def resets(self):
        """Whether it came to it."""
        try:
            await reset.run(self, self)
        except Restarted:
            return True
        assert not self.begun and not self.paused
        return False


async def test_an_empty_terminal_is_reset_after_two_questions_and_without_the_host():
    terminal = Terminal()
    terminal.banked()
    terminal.settled()
    assert await terminal.resets()
    assert terminal.reports[:2] == ["reset_sure", "reset_for_good"]
    assert terminal.link.asked == []


async def test_whoever_does_not_answer_both_questions_keeps_everything():
    for keys in ("", "X", "EX", "EE", "E", "9"):
        terminal = Terminal(keys)
        assert not await terminal.resets(), keys


async def test_the_merchant_sees_how_many_and_how_much_and_what_to_do():
    terminal = Terminal("X")
    for fen in (1000, 2500):
        terminal.stored(fen)
    terminal.book.bury(terminal.stored(600).number)
    doubt = parts.sale(terminal.book.reserve(), 4200)
    terminal.book.open(b.REQUEST, doubt, doubt.number)
    terminal.book.put_back(doubt.number)
    given = parts.given_back(terminal.stored(50), terminal.book.reserve(), 30)
    terminal.book.open(b.RETURN, given, given.number)
    deferred = parts.sale(terminal.book.reserve(), 5)
    terminal.book.open(b.DEFERRED, deferred, deferred.number)
    terminal.book.put_back(deferred.number)
    denied = parts.sale(terminal.book.reserve(), 900)  # the merchant does not know it yet
    terminal.book.open(b.DENIED, denied, denied.number)
    terminal.book.put_back(denied.number)
    called_off = parts.sale(terminal.book.reserve(), 700)  # perhaps paid, until the bank confirms
    terminal.book.open(b.CALLED_OFF, called_off, called_off.number)
    assert not await terminal.resets()
    assert terminal.reports == ["reset_holds"]
    assert terminal.rows == {
        "lost_stored": "4 / ¥35.55",
        "lost_in_doubt": "2 / ¥49.00",
        "lost_for_people": "2 / ¥15.00",
        "lost_returns": "1 / ¥0.30",
    }


async def test_what_is_not_settled_needs_the_host_too():
    terminal = Terminal()
    terminal.banked()
    terminal.link.code = "58"
    assert not await terminal.resets()
    assert terminal.rows == {"lost_unsettled": "1 / ¥10.00"}
    terminal.book.close_batch(TOKEN, parts.NOW[:5])  # begun is not settled
    terminal.keys_pressed = list("E9")
    assert not await terminal.resets()


async def test_the_host_is_told_what_would_be_lost_and_up_to_which_number():
    terminal = Terminal()
    terminal.banked()
    terminal.stored(2500)
    assert await terminal.resets()
    mti, fields, _ = terminal.link.asked[0]
    assert (mti, fields[60]) == ("0800", "00000001381")
    said, (released, highest) = terminal.link.stated()
    assert said == [(messages.STORED, 1, 2500), (messages.UNSETTLED, 1, 1000)]
    assert (released, highest) == (1, 2)


async def test_nothing_but_the_hosts_release_of_just_this_loss_will_do():
    for alter in (
        lambda covered: covered[:-1] + b"\x01",  # another sum
        lambda covered: covered.replace(b"T0000001", b"T0000002"),
        lambda covered: covered[:2] + bytes(16) + covered[18:],  # for another question
        lambda covered: b"\x05" + covered[1:],
    ):
        terminal = Terminal()
        terminal.stored()
        terminal.link.alter = alter
        assert not await terminal.resets()
        assert terminal.reports[-1] == "reset_not_allowed"


async def test_without_a_release_the_merchant_is_told_why_and_everything_stays():
    for said, code, reason in (
        (NOT_SENT, "", "reset_no_line"),
        (None, "", "no_answer"),
        ("", "58", "reset_not_allowed"),
    ):
        terminal = Terminal()
        terminal.stored()
        terminal.link.said, terminal.link.code = said, code
        assert not await terminal.resets()
        assert terminal.reports[-1] == reason
        assert terminal.book.held() == (1, 1000)


async def test_a_release_is_for_what_is_here_when_it_comes():
    terminal = Terminal()
    terminal.stored()
    terminal.link.meanwhile = terminal.stored
    assert not await terminal.resets()


async def test_answers_that_are_on_their_way_are_waited_for_but_not_for_ever():
    terminal = Terminal()
    terminal.link.busy = True
    assert not await terminal.resets()
    assert terminal.reports[-1] == "still_sending"


async def test_what_has_changed_since_it_was_shown_is_shown_again():
    terminal = Terminal()
    sale = terminal.stored()
    terminal.stored()
    looks = iter([True, False])

    class Busy:
        asked = []

        @property
        def busy(self):
            if next(looks):
                terminal.book.resolve(sale.number, TOKEN)
                return True
            return False

    terminal.link = Busy()
    assert not await terminal.resets()
    assert terminal.reports[-1] == "reset_changed"


async def test_whoever_does_not_want_to_wait_for_the_host_loses_nothing():
    terminal = Terminal()
    terminal.stored()
    terminal.busy = terminal.gives_up = True
    assert not await terminal.resets()
    assert terminal.reports[-1] == "contacting_bank"
    assert terminal.book.totals(b.STORED)[0] == 1


async def test_a_sale_that_comes_after_the_leave_was_given_is_not_erased():
    terminal = Terminal()
    terminal.stored()
    waits = reset.unless_cancelled

    async def a_moment_later(people, work):
        why = await waits(people, work)
        terminal.stored()
        return why

    reset.unless_cancelled = a_moment_later
    try:
        assert not await terminal.resets()
    finally:
        reset.unless_cancelled = waits
    assert terminal.reports[-1] == "reset_changed"
