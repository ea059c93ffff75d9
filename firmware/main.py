"""The composition root: builds every service in readable order, then runs them."""

import asyncio
import gc
import ssl

import emv
from board import Board
from crypto import dukpt
from crypto.rng import EntropyFailed, Random
from crypto.seal import Sealer
from health.log import Log
from health.netlog import NetworkLog
from journal import Damaged, Journal, NotAJournal, WrongKey
from message.host import HostMessages
from terminal import erasure
from terminal import settings as provisioning
from terminal.age import Age
from terminal.book import Book
from terminal.clock import Clock
from terminal.downloads import Downloads
from terminal.folder import Folder
from terminal.forwarding import Forwarding, Queue
from terminal.host_memory import HostMemory
from terminal.hostkeys import HostKeys
from terminal.housekeeping import Housekeeping
from terminal.parameters import Parameters
from terminal.people import People
from terminal.reader import Reader
from terminal.sale import SaleDesk
from terminal.settler import Settler
from terminal.supervisor import Supervisor
from terminal.till import Till
from ui.view import View
from uplink.connect import open_tls
from uplink.forwarder import Forwarder
from uplink.link import HostLink
from uplink.networks import Networks
from uplink.session import Session, Timing

_WATCHDOG_MS = 8000  # the longest that every port can do
_OPEN_MS = 8000
# Often enough that garbage does not push what stays all over the heap; four times as often would
# double what a forwarded sale costs.
_COLLECT_AFTER_BYTES = 65536


class Services:
    """What the use cases need, by name."""

    people: People
    random: Random
    settings: provisioning.Settings
    clock: Clock
    log: Log
    network_log: NetworkLog
    emv_config: emv.config.Config
    keys: HostKeys
    messages: HostMessages
    journal: Journal
    book: Book
    folder: Folder
    age: Age
    parameters: Parameters
    session: Session
    link: HostLink
    network: Networks
    tls: ssl.SSLContext
    memory: HostMemory
    forwarder: Forwarder
    forwarding: Forwarding
    settler: Settler
    reader: Reader
    scanner: object  # drivers.scanner.Scanner, or None
    cut_sales: int
    restart: object  # restarts the board


def tls_context(host):
    """Trusts the provisioned CA and nothing else; shows the terminal's own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_verify_locations(cadata=host.ca)
        context.load_cert_chain(host.cert, host.key)
    except (ValueError, OSError) as error:
        raise provisioning.BadSettings("host.ca, cert or key: %s" % error) from error
    return context


def host_link(s, host, networks):
    def connect(network):
        address, port = network.route(host.address, host.port)
        return open_tls(address, port, s.tls, host.name)

    def status():
        return s.book.batch, s.book.held()

    timing = Timing(host.reply_ms, _OPEN_MS, host.echo_ms)
    s.session = Session(s.messages, status, s.random, timing, networks)
    return HostLink(s.session, connect, s.clock.now_ms)


def nobody_waits(s):
    return not s.forwarding.paused and not s.forwarding.busy


def network_log(s, network):
    def look():
        return network.up(), s.link.ready, s.session.trouble

    return NetworkLog(look, lambda: "%02d:%02d:%02d" % s.clock.local()[3:], s.clock.now_ms, s.log)


def files(hardware, people, feed):
    """The folder of the terminal's files. A reset that was begun is finished first."""
    folder = Folder(hardware.provision_path, hardware.files_in_flash)
    if erasure.is_under_way(folder):
        people.show("starting", note="resetting")
        erasure.finish(folder, hardware.flash(), feed)
    return folder


def services(hardware, people, feed):
    """Everything in the order in which it is needed. Raises what `_TROUBLES` explains."""
    s = Services()
    s.people = people
    s.random = Random(hardware.entropy)
    s.restart = hardware.reset
    s.folder = files(hardware, people, feed)
    s.settings = provisioning.load(hardware.provision_path)
    terminal, keys = s.settings.terminal, s.settings.keys
    s.clock = Clock(hardware.rtc, terminal.utc_offset_min, terminal.issued)
    s.log = Log(s.clock.now_ms)
    s.emv_config = emv.config.load(s.settings.emv)
    s.keys = HostKeys(keys.ikid, keys.initial_key)
    s.messages = HostMessages(terminal, s.keys, s.random, s.clock.utc)
    s.journal = Journal(hardware.flash(), Sealer(keys.seal_key), s.random)
    feed()
    s.journal.mount()
    s.book = Book(s.journal, dukpt.counter_is_usable, terminal.batch)
    s.cut_sales = s.book.load()
    s.age = Age(s.book, s.clock, s.folder)
    s.parameters = Parameters(s)
    s.parameters.load()
    s.network = Networks(hardware.networks(), lambda: nobody_waits(s), s.log)
    s.tls = tls_context(s.settings.host)
    s.link = host_link(s, s.settings.host, s.network)
    s.network_log = network_log(s, s.network)
    s.memory = HostMemory(s.book, s.journal, s.session)
    queue = Queue(s.book, s.memory)
    s.forwarder = Forwarder(queue, s.random, s.settings.host.window)
    s.forwarding = Forwarding(s.book, queue, s.forwarder, s.memory, s.link, s.messages, s.clock)
    s.settler = Settler(s)
    s.reader = Reader(hardware.reader())
    s.scanner = hardware.scanner()
    return s


def language(s):
    """The one that was chosen last."""
    try:
        chosen = s.folder.read("language") or b""
    except OSError:
        chosen = b""  # no choice is worth a terminal that does not start
    return {b"zh": "zh", b"en": "en"}.get(chosen, s.settings.language)


def keep_language(folder, chosen):
    try:
        folder.write("language", chosen.encode())
    except OSError:
        pass  # no room for it: then it holds until the power goes


_TROUBLES = (
    (provisioning.BadSettings, "not_provisioned"),
    (emv.config.ConfigError, "not_provisioned"),
    (NotAJournal, "not_provisioned"),
    (WrongKey, "journal_unreadable"),
    (Damaged, "journal_unreadable"),
    (EntropyFailed, "system_fault"),
    (OSError, "system_fault"),  # a part of the board does not answer
)


async def out_of_order(people, feed, error):
    """Shows why the terminal cannot work and waits for a technician. Touches nothing."""
    reason = [text for kind, text in _TROUBLES if isinstance(error, kind)][0]
    print("out of order:", reason, repr(error))
    people.show("fault", reason=reason, code=str(error)[:40])
    while True:
        feed()
        await asyncio.sleep_ms(1000)


async def main():
    gc.threshold(_COLLECT_AFTER_BYTES)
    hardware = Board()
    feed = hardware.watchdog(_WATCHDOG_MS)
    panel = hardware.display()
    panel.start()
    view = View(panel)
    people = People(view, hardware.keypad(), hardware.leds(), hardware.buzzer())
    people.show("starting")
    try:
        s = services(hardware, people, feed)
    except tuple(kind for kind, _ in _TROUBLES) as error:
        await out_of_order(people, feed, error)
    else:
        view.language = language(s)
        people.keep_language = lambda language: keep_language(s.folder, language)
        view.support = s.settings.terminal.support
        await run(s, hardware, feed)


async def run(s, hardware, feed):
    """Starts the named tasks; ends only by a reset."""
    await s.reader.field_off()  # wakes the chip now, so that the first sale need not wait

    def on_fault(name, text):
        s.people.show("fault", reason="system_fault", code=name)

    supervisor = Supervisor(feed, on_fault, s.log, hardware.reset)
    for name, task in hardware.tasks():
        supervisor.start(name, task)
    supervisor.start("link", s.link.run())
    supervisor.start("forwarding", s.forwarding.run())
    supervisor.start("downloads", Downloads(s).run())
    supervisor.start("settlement", s.settler.run())
    supervisor.start("housekeeping", Housekeeping(s).run())
    supervisor.start("till", Till(s, SaleDesk(s)).run())
    gc.collect()
    s.log("ready: %d sales cut off by the power, %d bytes free" % (s.cut_sales, gc.mem_free()))
    await supervisor.run()


if __name__ == "__main__":
    asyncio.run(main())
