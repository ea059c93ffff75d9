"""The network check: which step fails, what it says then, and what the log of the line keeps."""

import asyncio

import parts

from health import diagnosis
from health.netlog import NetworkLog
from message import codec
from terminal import network_check
from uplink.link import NOT_SENT
from uplink.probes import Probes

_WELL = (None, "", 0)


def _advice(**findings):
    """What the check says when these steps find that and all others are well."""
    steps, finding, asked = diagnosis.check(), None, []
    try:
        while True:
            step = steps.send(finding)
            asked.append(step)
            finding = findings.get(step, _WELL)
    except StopIteration as end:
        return end.value, asked


def test_when_all_is_well_every_step_was_tried():
    assert _advice() == ("net_all_well", list(diagnosis.STEPS))


def test_the_first_step_that_fails_ends_the_check_and_says_what_to_do():
    assert _advice(link=("down", "", 0)) == ("net_no_link", ["link"])
    assert _advice(dns=("unknown", "", 0))[0] == "net_no_dns"
    assert _advice(tcp=("no_answer", "", 0))[0] == "net_no_way"
    assert _advice(tcp=("refused", "", 0))[0] == "net_host_down"
    assert _advice(tls=("certificate", "", 0))[0] == "net_impostor"
    assert _advice(echo=("host_refused", "", 0))[0] == "net_not_accepted"
    assert _advice(echo=("no_answer", "", 0)) == ("net_host_silent", list(diagnosis.STEPS[:6]))


def test_a_weak_signal_and_a_slow_line_are_told_although_all_works():
    assert _advice(link=(None, "", -85), echo=(None, "", 9000))[0] == "net_weak"
    assert _advice(link=(None, "", -60), echo=(None, "", 1600))[0] == "net_slow"
    assert _advice(link=(None, "", -60), echo=(None, "", 80))[0] == "net_all_well"


# The log


class Line:
    def __init__(self):
        self.state = (False, False, None)
        self.ms = 0
        self.told = []
        self.log = NetworkLog(lambda: self.state, lambda: "14:05:00", lambda: self.ms, self.tell)

    def tell(self, text):
        self.told.append(text)

    def becomes(self, after_ms, *state):
        self.ms += after_ms
        self.state = state
        self.log.watch()
        self.log.watch()  # what has not changed is noted once
        return [line[1:] for line in self.log.lines()]


def test_the_log_says_what_happened_why_and_for_how_long():
    line = Line()
    line.becomes(1000, True, False, None)
    line.becomes(2000, True, True, None)
    assert line.becomes(90000, True, False, "host_unreachable") == [
        ("net_dropped", "host_unreachable", 90),
        ("net_reached", "", 2),
        ("net_came", "", 1),
    ]
    assert line.told[-1] == "network: net_dropped host_unreachable after 90 s"


def test_tries_that_fail_for_the_same_reason_are_one_line():
    line = Line()
    for _ in range(3):
        found = line.becomes(1000, True, False, "host_certificate")
    assert found == [("net_failed", "host_certificate", 0), ("net_came", "", 1)]


def test_the_log_keeps_the_newest_lines_only():
    line = Line()
    for _ in range(100):
        line.becomes(1000, True, True, None)
        line.becomes(1000, True, False, "no_network")
    assert len(line.log.lines()) == 24


# The probes that go over the session


class Session:
    trouble = None

    def nudge(self, now):
        self.nudged = True


class Link:
    """Answers as the host does, spoiled by `spoil`; `ready` is the session's."""

    def __init__(self, ready=True, spoil=None):
        self.ready = ready
        self._spoil = spoil
        self.asked = []

    async def exchange(self, key, data):
        self.asked.append(key)
        mti, asked, _ = codec.unpack(data)
        self.batch = asked[60][2:8]
        private = codec.unpack_private(asked[63])
        await asyncio.sleep_ms(2)
        if self._spoil:
            return self._spoil
        echoed = {"t1A": private[0x1A]} if 0x1A in private else {}
        return parts.messages().read(parts.Host().reply(data, "00", **echoed))


class Clock:
    def __init__(self):
        self._ms = 0

    def now_ms(self):
        self._ms += 100
        return self._ms


class Services:
    def __init__(self, link):
        self.network = self
        self.settings = self
        self.host = self.tls = None
        self.batch = 7
        self.book = self
        self.link, self.session, self.clock = link, Session(), Clock()
        self.messages = parts.messages()

    def held(self):
        return 0, 0


async def test_an_echo_tells_how_long_the_way_there_and_back_is():
    cause, value, measure = await Probes(Services(Link())).echo()
    assert cause is None and value == "%d ms" % measure and 1 <= measure < 1000


async def test_an_echo_names_the_batch_that_is_open_now():
    link = Link()
    await Probes(Services(link)).echo()
    assert link.batch == "000007"


async def test_the_speed_is_measured_with_padded_echoes_of_which_each_has_its_own_number():
    link = Link()
    cause, value, _ = await Probes(Services(link)).speed()
    assert cause is None and value.endswith(" kB/s") and float(value[:-5]) > 0
    assert len(set(link.asked)) == 4


async def test_no_answer_no_way_out_and_a_wrong_one_all_fail():
    forged = parts.messages().read(parts.Host().reply(_echo(), "00", t06=bytes(16)))
    for spoil in (NOT_SENT, forged):
        probes = Probes(Services(Link(spoil=spoil)))
        assert await probes.echo() == await probes.speed() == ("no_answer", "", 0)


def _echo():
    return parts.messages().network("301", 1, (0, 0))[1]


async def test_a_session_that_does_not_come_up_says_why():
    services = Services(Link(ready=False))
    services.session.trouble = "host_refused"
    assert (await Probes(services).echo())[0] == "host_refused"
    assert services.session.nudged and services.link.asked == []


async def test_a_terminal_that_is_signed_in_makes_no_second_secure_connection():
    assert await Probes(Services(Link())).tls() == (None, "net_in_use", 0)


# The job


class Merchant:
    """Presses these keys; the way to the host ends at the Wi-Fi."""

    def __init__(self, keys, up=False):
        self.people = self.network = self.settings = self.host = self.terminal = self
        self.tls = self.link = self.session = self.messages = self.book = None
        self.clock = Clock()
        self.keys, self._up = list(keys), up
        self.screens, self.printed = [], []
        self.network_log = Line().log

    def log(self, text):
        self.printed.append(text)

    def up(self):
        return self._up

    def show(self, name, **values):
        self.screens.append((name, values.get("reason")))
        self.rows = list(values["rows"])

    def pressed(self, key):
        return bool(self.keys) and self.keys[0] == key and bool(self.keys.pop(0))

    async def key(self, wait_ms):
        return self.keys.pop(0) if self.keys else None


async def test_the_merchant_sees_each_step_and_then_what_to_do():
    merchant = Merchant("")
    await network_check.run(merchant, merchant)
    assert merchant.screens == [("check", None), ("check", "net_no_link")]
    assert merchant.rows == [("link", "failed", "down")]
    assert merchant.printed == ["network check: link down", "network check: net_no_link"]


async def test_cancel_ends_the_check_at_once():
    merchant = Merchant("X", up=True)
    merchant.signal_dbm = lambda: None
    await network_check.run(merchant, merchant)
    assert merchant.screens == [("check", None)]
