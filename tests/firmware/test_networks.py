"""Two networks: the other one at once when one fails, and back to the preferred one later."""

import asyncio

import parts

from uplink import session as s
from uplink.link import NOT_SENT, HostLink
from uplink.networks import Networks
from uplink.session import Session, Timing

_TIMING = Timing(reply_ms=5000, open_ms=3000, echo_ms=20000)


class Net:
    """A network that is there or not."""

    def __init__(self, name, up=True, exclusive=False):
        self.name = name
        self.there = up
        self.exclusive = exclusive

    def up(self):
        return self.there

    def join(self):
        pass


class Bench:
    """A session on two networks; the test is the world around it."""

    def __init__(self, *nets):
        self.nets = nets or (Net("first"), Net("second"))
        self.is_quiet = True
        self.log = []
        self.networks = Networks(self.nets, lambda: self.is_quiet, self.log.append)
        status = lambda: (1, (0, 0))  # noqa: E731
        messages = parts.messages()
        self.session = Session(messages, status, parts.random(), _TIMING, self.networks)
        self.now = 0

    def wait(self, ms):
        """The first actions within that time, else ()."""
        end = self.now + ms
        while self.now <= end:
            actions = self.session.poll(self.now)
            if actions:
                return actions
            self.now += 100
        return ()

    def opens(self, index, within_ms=0):
        actions = self.wait(within_ms)
        assert actions == [(s.OPEN, self.nets[index])], actions

    def sign_in(self, index, within_ms=0):
        self.opens(index, within_ms)
        frame = self.session.opened(self.now)[0][1]
        self.session.received(parts.Host().reply(frame, "00"), self.now)
        assert self.session.ready

    def on_backup(self):
        self.sign_in(0)
        self.nets[0].there = False
        self.session.poll(self.now)
        self.sign_in(1)
        self.nets[0].there = True
        return self


def test_the_preferred_network_is_used_while_it_works():
    bench = Bench()
    bench.sign_in(0)
    assert bench.log == []


def test_when_the_preferred_one_goes_the_other_takes_over_at_once():
    bench = Bench()
    bench.sign_in(0)
    bench.nets[0].there = False
    assert bench.session.poll(bench.now) == [(s.CLOSE,)]
    bench.opens(1)
    assert bench.log == ["network: second is used"]


def test_a_portal_and_a_line_that_swallows_answers_send_it_to_the_other_at_once():
    for why in ("host_certificate", "host_unreachable", "host_refused"):
        bench = Bench()
        bench.opens(0)
        bench.session.lost(bench.now, why)
        bench.opens(1)


def test_when_both_fail_there_is_a_gap_before_the_next_round():
    bench = Bench()
    for index in (0, 1):
        bench.opens(index)
        bench.session.lost(bench.now, "host_unreachable")
    assert bench.session.poll(bench.now) == ()
    bench.wait(1000)
    assert not bench.session.ready


def test_back_to_the_preferred_one_after_it_proved_itself():
    bench = Bench().on_backup()
    assert bench.wait(9000) == ()
    assert bench.wait(2000) == [(s.PROBE, bench.nets[0])]
    assert bench.session.ready
    assert bench.session.probed(True, bench.now) == [(s.CLOSE,)]
    bench.sign_in(0)


def test_a_preferred_one_that_does_not_prove_itself_is_asked_ever_less_often():
    bench, waited = Bench().on_backup(), []
    for _ in range(4):
        began = bench.now
        while (actions := bench.wait(10**6)) != [(s.PROBE, bench.nets[0])]:
            bench.session.received(parts.Host().reply(actions[0][1], "00"), bench.now)
        waited.append(bench.now - began)
        bench.session.probed(False, bench.now)
        assert bench.session.ready
    assert waited == sorted(waited)
    assert waited[0] < 11000 < 50000 < waited[1] < 250000 < waited[2]


def test_a_proof_that_comes_when_it_is_there_already_changes_nothing():
    bench = Bench().on_backup()
    assert bench.wait(11000) == [(s.PROBE, bench.nets[0])]
    bench.session.lost(bench.now, "host_unreachable")
    bench.sign_in(0)
    assert bench.session.probed(True, bench.now) == ()
    assert bench.session.ready


def test_nobody_is_made_to_wait_for_the_way_back():
    bench = Bench().on_backup()
    bench.is_quiet = False
    assert bench.wait(15000) == ()
    bench.is_quiet = True
    key, frame = parts.messages().sale("0200", parts.sale(), parts.HELD)
    assert bench.wait(0) == [(s.PROBE, bench.nets[0])]
    bench.session.request(key, frame, bench.now)
    assert bench.session.probed(True, bench.now) == ()
    assert bench.session.ready


def test_while_the_other_network_is_coming_a_sale_may_wait_for_it():
    bench = Bench()
    bench.sign_in(0)
    bench.nets[0].there = False
    bench.session.poll(bench.now)
    assert bench.session.coming
    bench.nets[1].there = False
    assert not bench.session.coming


def test_a_radio_that_can_be_in_one_network_only_tries_them_in_turn():
    bench = Bench(Net("shop", False, True), Net("cafe", False, True))
    assert bench.wait(40000) == ()
    assert bench.log == ["network: cafe is used", "network: shop is used"]


class Pipe:
    """A connection whose bytes the test sees, and which can be made to take no more."""

    def __init__(self):
        self.sent = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self._came = asyncio.Event()
        self._buffer = b""

    def write(self, data):
        self.sent.append(bytes(data[2:]))

    async def drain(self):
        await self.may_go_on.wait()

    def feed(self, frame):
        self._buffer += len(frame).to_bytes(2, "big") + frame
        self._came.set()

    async def readexactly(self, count):
        while len(self._buffer) < count:
            self._came.clear()
            await self._came.wait()
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def close(self):
        pass

    async def wait_closed(self):
        pass


async def _linked(bench, pipe):
    async def connect(network):
        return pipe, pipe

    link = HostLink(bench.session, connect, lambda: 0)
    task = asyncio.create_task(link.run())
    while not pipe.sent:
        await asyncio.sleep_ms(5)
    pipe.feed(parts.Host().reply(pipe.sent[0], "00"))
    while not link.ready:
        await asyncio.sleep_ms(5)
    return link, task


async def test_of_what_was_posted_only_what_began_to_leave_is_in_doubt():
    bench, pipe = Bench(), Pipe()
    link, task = await _linked(bench, pipe)
    pipe.may_go_on.clear()
    answers = {}
    for number in (7, 8):
        key, frame = parts.messages().sale("0200", parts.sale(number), parts.HELD)
        link.post(key, frame, lambda reply, number=number: answers.update({number: reply}))
        await asyncio.sleep_ms(5)
    assert len(pipe.sent) == 2
    bench.nets[0].there = False
    while len(answers) < 2:
        await asyncio.sleep_ms(5)
    task.cancel()
    assert answers == {7: None, 8: NOT_SENT}


async def test_who_asks_for_the_line_does_not_wait_for_the_end_of_a_pause():
    bench, tries = Bench(Net("only")), []
    for _ in range(8):  # by now the pauses are half a minute
        assert bench.wait(60000)
        bench.session.lost(bench.now, "host_unreachable")

    async def connect(network):
        tries.append(network)
        raise OSError

    link = HostLink(bench.session, connect, lambda: bench.now)
    running = asyncio.create_task(link.run())
    await asyncio.sleep_ms(5)
    assert not tries
    asking = asyncio.create_task(link.wanted())
    while not tries:
        await asyncio.sleep_ms(5)
    asking.cancel()
    running.cancel()
