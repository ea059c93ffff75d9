"""One life: from the factory through a plan of sales and faults until all is at rest."""

import asyncio
import builtins
import io
import sys
import time

import acts_update
import assembly
import cards
import check_rest
import factory
import keys
import tasks
from check import Check
from disk import Disk
from flash import Flash
from host import Host
from host_books import Issuer
from micropython import const
from network import Network
from shop import Closed, Shop
from world import Dice, PowerCut, Rtc, World

import emv
import terminal.clock
from journal import Damaged

_START_S = const(1795320306)  # 22 November 2026
_BALANCE_FEN = const(2000000)
_LITTLE_FEN = const(3000)
_ECHO_MS = const(30000)
_PATIENCE_MS = const(2 * 3600 * 1000)  # by then all must be at rest, once the faults have stopped
_MOST_BOOTS = const(3000)
_ROWS = const(20)
_ROWS_AT_START = const(4)  # a cut meets the newest sales only
_ENDINGS = ("approved", "stored", "declined", "refused", "returned", "in_doubt", "fault")
_ENDINGS += ("given_back", "deferred")


class Restart(BaseException):
    """The supervisor has found a task dead."""


class SimulatedTime:
    """The module `time`, as terminal.clock uses it."""

    mktime, gmtime = time.mktime, time.gmtime

    def __init__(self, world):
        self.ticks_ms = world.ticks

    def ticks_diff(self, a, b):
        return a - b


class Desk:
    """The product's desk; the outcome of each sale is noted before a screen tells it."""

    def __init__(self, desk, life):
        self._desk = desk
        self._life = life

    async def run(self, amount_fen):
        self._life.result = None
        self._life.result = await self._desk.run(amount_fen)
        return self._life.result


class Life:
    """`plan`: seed, flash [sectors, program bytes], policy, steps; perhaps `poison` (amounts of
    advices that the host never takes), `first` (sale number), `echo_ms` (how long a quiet line is
    left alone), `backup` (there is a second network), `open` (it is not to come to rest).
    """

    def __init__(self, plan, trace=None):
        seed = plan["seed"]
        self._plan = plan
        self.seed = seed
        self.world = World(trace)
        self.check = Check()
        self.entropy = Dice(seed, 5).bytes
        self.rtc = Rtc(self.world, _START_S)
        acts_update.install("today")
        self._provisioned = plan["policy"], plan.get("echo_ms", _ECHO_MS), plan.get("batch", 1)
        self.settings = assembly.provision(*self._provisioned)
        self.in_use = {}  # name -> version of the document that the terminal says it uses
        self.flash = Flash(self.world, self.check, seed, *plan["flash"])
        self.disk = Disk(self.world, seed)
        self.host = self._host(seed)
        ways = ("first", "second") if plan.get("backup") else ("first",)
        self.network = Network(self.world, self.check, self.host, seed, ways)
        self.chip = cards.Chip(self.world, self.check)
        self.scanner = cards.Scanner()
        self.shop = Shop(self.world, self.check, self.chip, plan["steps"], self)
        self.terminal = None
        self.ended_with = None  # the screen that told the last sale's end
        self.result = None  # of the sale whose screen comes next
        self.notice = None  # of maintenance, on the screen at rest
        self.reported = None  # what the last report said
        self.boots = 0
        self.is_erased = False  # by a factory reset
        self.closes_day = False  # as soon as all is quiet
        self.is_calm = False  # no more faults: it is coming to its end
        self.off_ms = 0  # how long the power stays away
        self.cuts = []  # [steps, how] for the starts to come
        self._rest_ms = None

    def _host(self, seed):
        balances = dict.fromkeys(cards.accounts(), _BALANCE_FEN)
        balances[cards.account(cards.POOR)] = _LITTLE_FEN
        names = assembly.TERMINAL_ID, assembly.MERCHANT_ID
        terminals = {
            key_id: (keys.HostKeys(key_id, keys.INITIAL_KEY),) + names
            for key_id in (keys.IKID, keys.NEXT_IKID)
        }
        self._issuer = Issuer(self.check, balances)
        self._had_fen = sum(balances.values())
        first = self._plan.get("first", 1)
        host = Host(self.world, self.check, self._issuer, terminals, seed, first)
        host.start_s = _START_S
        host.poison = self._plan.get("poison", ())
        return host

    def swap(self):
        """Another terminal takes this one's place, under the same names."""
        self.flash.wipe()
        self.disk.files.clear()
        self.starts_anew()

    def starts_anew(self):
        """It is provisioned with other keys."""
        self._provisioned = self._plan["policy"], _ECHO_MS, 1, keys.NEXT_IKID
        self.settings = assembly.provision(*self._provisioned)
        self.in_use = {}
        self.check.starts_anew()
        # Nothing fails in it: a technician whose set-up failed would begin again.
        self.world.cut_power(0, None)
        self.flash.weak_pages = 0
        self.leave_factory()

    def restart(self):
        """The terminal asks for it."""
        raise Restart

    def journal(self, random):
        return assembly.new_journal(self.check, self.flash, random)

    # From the factory to the end

    def live(self):
        """Raises Violation."""
        emv.entry.transaction = cards.transaction
        terminal.clock.time = SimulatedTime(self.world)
        builtins.print = self._printed
        try:
            self.leave_factory()
            while not self._switched_on():
                pass
            self._finish()
        finally:
            del builtins.print

    def leave_factory(self):
        """A blank journal, or one that goes on from the sale number `first` of the plan."""
        factory.provision(self.disk)
        journal = self.journal(self.entropy)
        journal.format()
        first = self._plan.get("first", 1)
        if first > 1:
            journal.mount()
            self.check.starts_at(first)
            assembly.Journal.append(journal, 31, first - 1, bytes(60))
            assembly.Journal.release(journal, first - 1, b"")
            for _ in range(3):
                journal.idle()  # where the flash has no units for it, the release is durable now

    def _switched_on(self):
        """From power on to power off. True when the plan is done."""
        self.world.power_on(self.off_ms)
        self.off_ms = 0
        if self.cuts:
            self.world.cut_power(*self.cuts.pop(0))
        self.boots += 1
        self.check.that(self.boots < _MOST_BOOTS, "L1 it only ever restarts", self.boots)
        tasks.begin(self.world, self._died)
        try:
            asyncio.run(self._run())
        except Closed:
            return True
        except (PowerCut, Restart):
            pass
        except Exception as error:  # noqa: BLE001  whatever the till dies of
            self._judge(error)
        self.shop.dark()
        self.network.dark()
        return False

    async def _run(self):
        factory.start(self)
        self.settings = assembly.provision(*self._provisioned)
        self.check.holds_limits(self._plan["policy"])
        before, self.in_use = self.in_use, {}
        self.terminal = assembly.Terminal(self)
        for name, version in before.items():
            kept = self.in_use.get(name, 0) >= version
            self.check.that(kept, "D1 a document that was in use is gone", name)
        batch = self.terminal.settler.closing
        self.check.batches.stands(self.terminal.book.batch, batch and batch.identity)
        self.check.history(self.terminal.book.recent(_ROWS_AT_START))
        await self.terminal.run(lambda desk: Desk(desk, self))

    def _died(self, error):
        """A task died: the supervisor restarts the board."""
        self._judge(error)
        raise Restart

    def _judge(self, error):
        """A restart is the answer to flash that fails and to a full heap, and to nothing else."""
        text = io.StringIO()
        sys.print_exception(error, text)
        self.world.say(text.getvalue())
        flash = isinstance(error, OSError) and self.flash.failures
        memory = isinstance(error, MemoryError) and self.world.memory_failures
        rotten = isinstance(error, Damaged) and self.check.has_rotten_sales()
        self.check.that(flash or memory or rotten, "L2 a task died", repr(error))
        self.flash.failures = self.world.memory_failures = 0

    def _printed(self, *words, **options):
        text = " ".join([str(word) for word in words])
        self.check.says_nothing_secret(text, "log")
        if text.endswith(" in use"):
            self._uses(*text.split()[1:3])
        self.world.say("  " + text)

    def _uses(self, name, version):
        """The terminal says that it goes by this document from now on."""
        version = int(version)
        self.check.that(version >= self.in_use.get(name, 0), "D2 an older document is in use", name)
        self.in_use[name] = version
        if name == "parameters":
            policy = self.host.documents.policies.get(version)
            self.check.that(policy, "D3 limits that nobody signed are in use", version)
            self.check.holds_limits(policy)

    def _finish(self):
        self.check.history(self.terminal.book.recent(_ROWS))
        if not self._plan.get("open"):
            taken_fen = self._had_fen - sum(self._issuer.balances.values())
            # Told already, or to be told with the next echo.
            missing = self.host.memory.missing + self.terminal.memory._again.missing
            check_rest.judge(self.check, self._plan.get("poison", ()), taken_fen, missing)
            waiting_fen = self.host.settlements.waiting_fen(self.settings.keys.ikid)
            self.check.batches.at_rest(taken_fen, *waiting_fen)
            left = self.terminal.leftovers()
            self.check.that(not any(left), "I10 memory is kept for nothing", left)

    def is_at_rest(self):
        """For the shop, which waits for it; too long is a violation."""
        if self.terminal.has_settled():
            if self.closes_day:
                self.closes_day = self.terminal.settler.begin() is not None
            elif self.terminal.settler.closing is None:
                self._rest_ms = None
                return True
        if self._rest_ms is None:
            self._rest_ms = self.world.now_ms
        waited = self.world.now_ms - self._rest_ms
        self.check.that(waited < _PATIENCE_MS, "L1 it does not come to rest")
        return False

    # What the screens say

    def shown(self, name, values):
        result, check = self.result, self.check
        if name == "amount":
            self.result = None
            self.notice = values["notice"]
        if name == "approved":
            sale = check.sale_of_reference(values["ref"])
            check.that(values["fen"] == self.shop.typed_fen, "I3 another amount", values)
            check.that(sale.amount_fen == values["fen"], "I3 another amount posted", values)
            check.that(check.account_of[sale.id] == self.shop.payer, "I3 another card", values)
            check.says(sale, "paid", "screen")
        elif name == "stored":
            check.that(check.sale(result.sale.id).stored, "I3 screen stored", values)
        elif name == "deferred":
            check.that(check.sale(result.sale.id).deferred, "I3 screen deferred", values)
        elif name == "denied":
            if values["ref"] or not check.was_full:  # else there was no room to keep it
                check.says(check.sale_of_reference(values["ref"]), "failed", "screen")
            check.count("denied")
        elif name in ("declined", "refused", "returned") and result and result.sale:
            sale = check.sale(result.sale.id, result.sale.number, result.sale.amount_fen)
            check.says(sale, "returned" if name == "returned" else "failed", "screen")
        elif name == "report":
            self.reported = values.get("reason")
            self._reported(dict(values.get("rows", ())))
        elif name == "given_back":
            typed_fen = self.shop.back_fen or check.newest_return.amount_fen
            check.that(-values["fen"] == typed_fen, "I3 another amount given back", values)
            check.tells_return(values["fen"], values["word"])
        self._ended(name)

    def _reported(self, rows):
        """What the bank says of a sale is so."""
        posted = self.reported in ("bank_posted", "bank_told_again")
        if posted:
            sale = self.check.sale_of_reference(rows["reference"])
            there = sale.net == 1 or sale.forgotten
            self.check.that(there, "I3 the bank is said to have it", sale.number)

    def _ended(self, name):
        if name in _ENDINGS:
            self.ended_with = name
            self.check.count(name)
