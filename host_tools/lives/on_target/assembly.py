"""The terminal: the product's parts, put together as firmware/main.py does it, on simulated ones.

Only what belongs to a board or to people is different: flash, clock, entropy, reader chip, network,
and the shop in the place of screen and keys. The journal is the product's own, and watched.
"""

import asyncio

import keys
from host_documents import SIGNER
from micropython import const

from crypto import dukpt
from crypto.rng import Random
from crypto.seal import Sealer
from health.log import Log
from health.netlog import NetworkLog
from journal import Full, Journal
from message.host import HostMessages
from terminal import settings
from terminal.age import Age
from terminal.book import DEAD, DEAD_DEFERRED, UNREADABLE, Book
from terminal.clock import Clock
from terminal.downloads import Downloads
from terminal.forwarding import Forwarding, Queue
from terminal.host_memory import HostMemory
from terminal.hostkeys import HostKeys
from terminal.housekeeping import Housekeeping
from terminal.kinds import DEAD_RETURN
from terminal.parameters import Parameters
from terminal.reader import Reader
from terminal.sale import SaleDesk
from terminal.settler import Settler
from terminal.till import Till
from uplink.forwarder import Forwarder
from uplink.link import HostLink
from uplink.networks import Networks
from uplink.session import Session, Timing

TERMINAL_ID, MERCHANT_ID = "T0000001", "M00000000000001"
_OPEN_MS = const(8000)


def provision(policy, echo_ms, batch=1, key_id=keys.IKID):
    """The product's settings, from a file like the one that a technician provisions."""
    return settings.Settings(
        {
            "format": "tapstone-provision/1",
            "terminal": {
                "serial": "LIFE0001",
                "terminal_id": TERMINAL_ID,
                "merchant_id": MERCHANT_ID,
                "currency": "156",
                "utc_offset_min": 480,
                "batch": batch,
                "issued": [2026, 11, 22],
                "support": "",
            },
            "host": {
                "address": "host",
                "port": 7000,
                "name": "host",
                "reply_ms": 10000,
                "echo_ms": echo_ms,
                "ca": "AA==",
                "cert": "AA==",
                "key": "AA==",
            },
            "policy": policy,
            "keys": {
                "ikid": keys.text(key_id),
                "initial_key": keys.text(keys.INITIAL_KEY),
                "seal_key": keys.text(keys.SEAL_KEY),
                "signer": SIGNER,
            },
            "emv": {"currency": "0156"},
        }
    )


class WatchedJournal(Journal):
    """What goes in, and what a start finds, is told to the ledger outside."""

    def __init__(self, check, *parts):
        super().__init__(*parts)
        self._check = check

    def append(self, kind, seq, payload):
        self._check.writes(kind, seq, payload)
        try:
            pos = super().append(kind, seq, payload)
        except Full:
            self._check.was_full = True
            raise
        self._check.wrote(pos)
        return pos

    def append_unwatched(self, kind, seq, payload):
        return super().append(kind, seq, payload)

    def release(self, seq, token):
        self._check.releases(seq, token)
        super().release(seq, token)

    def sum_up(self, kind, payload):
        super().sum_up(kind, payload)
        self._check.batches.summed_up(payload)

    def live(self):
        found = []
        for record in super().live():
            found.append(record[1:])
            yield record
        self._check.booted(found, self.released)


class Terminal:
    """The services by name, and the tasks that main starts."""

    def __init__(self, life):
        self.people = life.shop
        self.restart = life.restart
        self.random = Random(life.entropy)
        self.settings = life.settings
        at = self.settings.terminal
        self.clock = Clock(life.rtc, at.utc_offset_min, at.issued)
        self.emv_config = life.chip  # cards.transaction asks it for the card
        self.keys = HostKeys(self.settings.keys.ikid, self.settings.keys.initial_key)
        utc = self.clock.utc
        self.messages = HostMessages(at, self.keys, self.random, utc)
        self.journal = life.journal(self.random)
        self.journal.mount()
        self.book = Book(self.journal, dukpt.counter_is_usable, at.batch)
        self.book.load()
        self.folder = life.disk
        self.age = Age(self.book, self.clock, self.folder)
        self.log = Log(self.clock.now_ms)
        self.parameters = Parameters(self)
        self.parameters.load()
        self._connect_to(life.network)
        self.memory = HostMemory(self.book, self.journal, self.session)
        queue = Queue(self.book, self.memory)
        self.forwarder = Forwarder(queue, self.random, self.settings.host.window)
        self.forwarding = Forwarding(
            self.book, queue, self.forwarder, self.memory, self.link, self.messages, self.clock
        )
        self.settler = Settler(self)
        self.reader = Reader(life.chip)
        self.scanner = life.scanner
        self.network_log = self._network_log()

    def _connect_to(self, network):
        host = self.settings.host

        def status():
            return self.book.batch, self.book.held()

        timing = Timing(host.reply_ms, _OPEN_MS, host.echo_ms)
        self.networks = Networks(network.ways, self._nobody_waits, print)
        self.session = Session(self.messages, status, self.random, timing, self.networks)
        self.link = HostLink(self.session, network.connect, self.clock.now_ms)

    def _nobody_waits(self):
        return not self.forwarding.paused and not self.forwarding.busy

    def _network_log(self):
        def look():
            return self.networks.up(), self.link.ready, self.session.trouble

        return NetworkLog(look, lambda: "", self.clock.now_ms, print)

    async def run(self, watched):
        """Until the power goes. `watched(desk)` stands between the till and the desk."""
        tasks = (self.link, self.forwarding, Downloads(self), self.settler, Housekeeping(self))
        for task in tasks:
            asyncio.create_task(task.run())
        await Till(self, watched(SaleDesk(self))).run()

    def has_settled(self):
        """Nothing is owed to the host, which can be reached, and no document is being fetched. What
        people must look at may wait."""
        for_people, _ = self.book.totals(DEAD, DEAD_RETURN, DEAD_DEFERRED, UNREADABLE)
        nothing_owed = self.book.held()[0] == for_people
        line_is_free = self.link.ready and not self.link._waiters
        return line_is_free and not self.memory.busy and nothing_owed

    def leftovers(self):
        """What is kept in memory for messages, of which there is none any more but an echo or a
        download: those go on in quiet times."""
        waiters = [key for key in self.link._waiters if key[0] != "08"]
        kept = (self.forwarder._past, self.forwarder._under_way, self.forwarding._answers)
        return [len(part) for part in kept + (waiters, self.link._outbox[1:])]


def new_journal(check, flash, random):
    return WatchedJournal(check, flash, Sealer(keys.SEAL_KEY), random)
