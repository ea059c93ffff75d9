"""Connections between terminal and host, and all that can happen to what travels on them.

A fault is drawn for each message from a mood: {fault: percent}. What TCP rules out (bytes lost in
the middle of a stream) cannot happen; what gateways and hosts behind it do (a message lost, twice,
late, overtaken; replies in another order) can.
"""

import asyncio

from host import Crash
from micropython import const
from wire import Unreadable
from world import Dice, strikes

_REFUSED = const(111)
_RESET = const(104)
_LATE_MS = (11000, 45000)  # past every time-out
_HOST_MS = const(15)
_FOR_EVER_MS = const(3600000)
_RECORDED = const(99)
_BODY = const(40)  # behind the numbers of a frame: where its texts begin


class Way:
    """One of the networks that the terminal can go through, as uplink/networks.py wants it.

    `line`: up, refuse, hole (accepts and keeps silent), portal (somebody else answers), down.
    """

    exclusive = False

    def __init__(self, name):
        self.name = name
        self.line = "up"

    def up(self):
        return self.line != "down"

    def join(self):
        pass


class Connection:
    """Both ends in one: `readexactly` and `write` as asyncio's streams have them."""

    def __init__(self, network, way):
        self._network = network
        self.way = way
        self._buffer = b""
        self._came = asyncio.Event()
        self._arrives_ms = 0  # when what was sent last comes to the other end
        self.open = True

    async def readexactly(self, count):
        while len(self._buffer) < count:
            if not self.open:
                raise EOFError
            self._came.clear()
            await self._came.wait()
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def write(self, data):
        if not self.open:
            raise OSError(_RESET)
        self._network.up(self, data)

    async def drain(self):
        if not self.open:
            raise OSError(_RESET)

    def close(self):
        self.break_off()

    async def wait_closed(self):
        pass

    # The other end

    def in_order(self, now_ms, delay_ms):
        """The delay of what is sent now: nothing overtakes on one connection."""
        self._arrives_ms = max(self._arrives_ms, now_ms + delay_ms)
        return self._arrives_ms - now_ms

    def feed(self, data):
        if self.open:
            self._buffer += data
            self._came.set()

    def break_off(self):
        if self.open:
            self.open = False
            self._came.set()


class Network:
    def __init__(self, world, check, host, seed, ways):
        """`ways`: names of the networks, the preferred one first."""
        self._world = world
        self._check = check
        self._host = host
        self._dice = Dice(seed, 4)
        self.ways = [Way(name) for name in ways]
        self._connections = []
        self.mood = {}
        self.latency_ms = (10, 40)
        self.sent = {}  # message type, packed -> how many have left the terminal
        self.recorded = []  # the frames of the last messages, for those who listen
        self.host_back_ms = 0

    def _is(self, fault):
        return fault in self.mood and strikes(self.mood, fault, self._dice)

    def _delay_ms(self):
        return self._dice.between(*self.latency_ms)

    def set_line(self, line, index=0):
        way = self.ways[index]
        way.line = line
        if line == "down":
            self._break_off([c for c in self._connections if c.way is way])

    def _break_off(self, connections):
        for connection in connections:
            connection.break_off()

    def host_goes(self, ms):
        """The host is away for so long; every connection breaks."""
        self.host_back_ms = self._world.now_ms + ms
        self._break_off(self._connections)

    def dark(self):
        """The terminal has no power: nobody is there any more. What it sent is still under way."""
        for connection in self._connections:
            connection.open = False

    async def connect(self, way):
        """(reader, writer), or OSError, or ValueError when somebody else's certificate answers."""
        self._world.step("connect")
        await self._pass(_FOR_EVER_MS if way.line == "hole" else self._delay_ms())
        if way.line == "portal":
            raise ValueError("certificate")
        down = way.line != "up" or self._world.now_ms < self.host_back_ms
        if down or self._is("refused"):
            raise OSError(_REFUSED)
        connection = Connection(self, way)
        self._connections = [c for c in self._connections if c.open] + [connection]
        return connection, connection

    async def _pass(self, ms):
        """The time that a network takes, exactly; a sleep might end late."""
        passed, starts = asyncio.Event(), self._world.starts

        def wake():
            if starts == self._world.starts:  # else who waited has lost power
                passed.set()

        self._world.later(ms, wake)
        await passed.wait()

    # Terminal to host

    def up(self, connection, data):
        self._world.step("send")
        self._check.sends(data[2:])
        self.sent[data[2:4]] = self.sent.get(data[2:4], 0) + 1
        self.recorded = self.recorded[-_RECORDED:] + [data[2:]]
        if connection.way.line != "up":
            return  # into the dark
        if self._is("cut_request"):
            self._world.later(self._delay_ms(), connection.break_off)
            data = data[: self._dice.below(len(data))]
        if self._is("lost_request"):
            return
        if self._is("flip_request"):
            data = self._flipped(data)
        delay_ms = connection.in_order(self._world.now_ms, self._delay_ms())
        if self._is("late_request"):
            delay_ms = self._dice.between(*_LATE_MS)
        if self._is("twice_request"):
            again_ms = self._dice.pick((1, 50, 30000))
            self._world.later(delay_ms + again_ms, self._arrived, connection, data)
        self._world.later(delay_ms, self._arrived, connection, data)

    def _flipped(self, data):
        if len(data) <= 2:
            return data
        at = 2 + self._dice.below(len(data) - 2)
        return data[:at] + bytes([data[at] ^ 1 << self._dice.below(8)]) + data[at + 1 :]

    def _arrived(self, connection, data):
        """At the host. What had been sent may well arrive after its connection broke."""
        if (
            self._world.now_ms < self.host_back_ms
            or int.from_bytes(data[:2], "big") != len(data) - 2
        ):
            connection.break_off()
            return
        try:
            reply = self._host.receive(data[2:])
        except Unreadable:
            connection.break_off()
        except Crash:
            self._world.say("host crash")
            self.host_goes(self._dice.between(100, 20000))
        else:
            if reply:
                self._down(connection, len(reply).to_bytes(2, "big") + reply)

    # Host to terminal

    def _down(self, connection, data):
        delay_ms = _HOST_MS + self._delay_ms()
        if self._is("cut_reply"):
            self._world.later(delay_ms, self._cut, connection, data[: self._dice.below(len(data))])
            return
        if self._is("lost_reply"):
            return
        if self._is("flip_reply"):
            data = self._flipped(data)
        if self._is("junk"):
            data = self._dice.bytes(self._dice.between(1, 64)) + data
        if self._is("length_lie"):
            data = b"\xff\xff" + data[2:]
        if self._is("forged_reply"):
            data = data[:_BODY] + data[_BODY:].replace(b"51", b"00")
        if self._is("late_reply"):
            delay_ms = self._dice.between(*_LATE_MS)
        if self._is("twice_reply"):
            again_ms = self._dice.pick((0, 5, 3000))
            self._world.later(delay_ms + again_ms, self._delivered, connection, data)
        if self._is("crumbs"):
            self._world.later(delay_ms, self._crumbs, connection, data)
            return
        self._world.later(delay_ms, self._delivered, connection, data)

    def _delivered(self, connection, data):
        if connection.open:
            self._world.step("receive")
            connection.feed(data)

    def _crumbs(self, connection, data):
        """Byte by byte."""
        for at in range(len(data)):
            self._world.later(at, connection.feed, data[at : at + 1])

    def _cut(self, connection, data):
        connection.feed(data)
        connection.break_off()
