"""The world around one terminal: one seed, one clock, one queue of what is going to happen.

Everything outside the product that differs from run to run asks a `Dice` for it, so that a life can
be lived again exactly. Times are milliseconds since the life began.
"""

import time
from heapq import heappop, heappush

from micropython import const

_BITS_46 = const(0x3FFFFFFFFFFF)  # so that all stays within small integers
_LONGEST_SLACK_MS = const(300000)

# How a power cut meets the operation of the flash that is under way.
BEFORE, TORN, UNSTABLE, AFTER = "before", "torn", "unstable", "after"
MEMORY = "memory"  # no cut: no memory is left at that step


class PowerCut(BaseException):
    """The power is gone. No part of the product may catch it."""


class Deadlock(Exception):
    """Every task waits and nothing is going to happen: a defect."""


class Dice:
    """A stream of random numbers (a small xorshift), the same for the same seed everywhere."""

    def __init__(self, seed, stream):
        self._x = (seed * 0x9E3779B1 + stream * 0x85EBCA6B + 0x1234567) & _BITS_46 or 1
        for _ in range(4):
            self.bits()

    def bits(self):
        """32 random bits."""
        x = self._x
        x ^= x << 13 & _BITS_46
        x ^= x >> 7
        x ^= x << 17 & _BITS_46
        self._x = x
        return x >> 13 & 0xFFFFFFFF

    def below(self, limit):
        return self.bits() % limit

    def between(self, low, high):
        return low + self.bits() % (high - low + 1)

    def chance(self, percent):
        return percent > 0 and self.bits() % 100 < percent

    def pick(self, choices):
        return choices[self.bits() % len(choices)]

    def bytes(self, count):
        out = b""
        while len(out) < count:
            out += self.bits().to_bytes(4, "big")
        return out[:count]


def strikes(mood, fault, dice):
    """Whether a fault strikes now: a mood has percentages, or negative counts of sure strikes."""
    percent = mood.get(fault, 0)
    if percent < 0:
        mood[fault] = percent + 1
        return True
    return dice.chance(percent)


class World:
    """Clock, queue of happenings, power. `trace(text)` is told what happens, or is None."""

    def __init__(self, trace=None):
        self.now_ms = 0
        self.on = True
        self.trace = trace
        self._queue = []  # heap of (time, order, function, arguments)
        self._order = 0
        self._cut = None  # [steps to go, how, what they are called]
        self._stirred_ms = 0  # when somebody was there last
        self.steps = 0
        self.longest_slack_ms = _LONGEST_SLACK_MS
        self.cuts = 0
        self.starts = 0
        self.memory_failures = 0

    # Power

    def cut_power(self, steps, how, what=""):
        """At the so-manieth step from now (1: the next) whose name begins with `what`.

        `how` says what becomes of an operation of the flash that is under way; MEMORY is no cut of
        the power: there the heap is full at that step.
        """
        self._cut = [steps, how, what] if steps else None

    def must_be_on(self):
        if not self.on:
            raise PowerCut

    def step(self, what, which=""):
        """Something the outside can see is about to happen: it may be the moment of the cut."""
        self.must_be_on()
        self.steps += 1
        if self.trace or self._cut:
            name = what + " " + which if which else what
            self.say(name)
            if self._cut and self._struck(name):
                self.power_off()

    def flash_step(self, what, at):
        """The same for the flash. Returns how the cut meets it, or None when there is no cut."""
        self.steps += 1
        how = self._struck(what) if self._cut else None
        if self.trace:
            self.say("%s %d %s" % (what, at, how or ""))
        return how

    def _struck(self, what):
        """How the cut meets this step, or None. Raises MemoryError where that was asked for."""
        cut = self._cut
        if not what.startswith(cut[2]):
            return None
        cut[0] -= 1
        if cut[0]:
            return None
        self._cut = None
        if cut[1] == MEMORY:
            self.memory_failures += 1
            raise MemoryError("simulated")
        return cut[1]

    def power_off(self):
        if self.trace:
            self.say("POWER CUT")
        self.on = False
        self.cuts += 1
        raise PowerCut

    def power_on(self, after_ms):
        self.on = True
        self.starts += 1
        self.now_ms += after_ms
        self.stir()

    def say(self, text):
        if self.trace:
            self.trace("%9d %s" % (self.now_ms, text))

    # Time

    def stir(self, slack_ms=0):
        """Somebody is at the terminal: from here on every so many milliseconds count."""
        self._stirred_ms = max(self._stirred_ms, self.now_ms - slack_ms)

    def later(self, delay_ms, function, *arguments):
        self._order += 1
        heappush(self._queue, (self.now_ms + delay_ms, self._order, function, arguments))

    def _slack_ms(self):
        """Nobody promises that a sleep ends in time: tasks may wake as late as nobody has been
        there. So hours go by in a few steps, and in a sale every millisecond counts.
        """
        return min(self.now_ms - self._stirred_ms, self.longest_slack_ms)

    def _wait(self, ms):
        if ms < 0 and not self._queue:
            raise Deadlock("every task waits for another")
        until = self.now_ms + max(ms, self._slack_ms())
        if self._queue and (ms < 0 or self._queue[0][0] < until):
            until = self._queue[0][0]
        self.now_ms = max(self.now_ms, until)

    # What asyncio asks of the one who waits for sockets. It must not be empty: there is always
    # something that may happen.

    map = (True,)

    def wait_io_event(self, ms):
        """0: do not wait; -1: no task is going to wake by itself."""
        self.must_be_on()
        if ms:
            self._wait(ms)
        queue = self._queue
        while queue and queue[0][0] <= self.now_ms:
            _, _, function, arguments = heappop(queue)
            function(*arguments)

    def ticks(self):
        return self.now_ms


class Rtc:
    """machine.RTC as far as the terminal knows it, in UTC. It can be wrong; `turn` makes it so."""

    def __init__(self, world, now_s):
        self._world = world
        self._offset_s = now_s

    def turn(self, seconds):
        self._offset_s += seconds

    def datetime(self, value=None):
        now_s = self._world.now_ms // 1000
        if value:
            self._offset_s = time.mktime(value[:3] + value[4:7] + (0, 0)) - now_s
            return None
        t = time.gmtime(self._offset_s + now_s)
        return (t[0], t[1], t[2], t[6], t[3], t[4], t[5], 0)
