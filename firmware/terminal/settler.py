"""Settling the day: closes the batch when the merchant asks for it, or at the time that was set.

Sales go on meanwhile, in the next batch. What the power cut off goes on after the start.
"""

import asyncio
import time

from micropython import const

from terminal import once

_LOOK_MS = const(1000)
_HALF_A_DAY_S = const(43200)
_WORK = "terminal.settlement"
_MODULES = (_WORK, "message.settlement", "uplink.settling")


class Settler:
    """`last`: what the host said of the batch that was closed last (message/settlement.Settled),
    since the start; None if it was refused, and its sales are in the next. `refusal`: the response
    code of a host that does not close the batch."""

    def __init__(self, services):
        self._s = services
        self._work = None
        self.last = None

    @property
    def closing(self):
        """The batch that is being closed (terminal/batch.Closing), or None."""
        return self._s.book.tally.batch.closing

    @property
    def refusal(self):
        return self._work.refusal if self._work else ""

    def begin(self):
        """-> None, or why it cannot begin now: a text key."""
        why = self._hindrance()
        if why:
            return why
        opened = self._s.clock.local()[:5]
        if not self._s.book.close_batch(self._s.random(16), opened):
            return "journal_full"
        return None

    async def run(self):
        """Named task."""
        while True:
            asked = False
            if self.closing is None:
                self._begin_in_time()
            elif self._may_ask():
                asked = await self._go_on()
            await asyncio.sleep_ms(0 if asked else _LOOK_MS)

    def _may_ask(self):
        """A host that has forgotten sales is told of them before it counts."""
        s = self._s
        return s.link.ready and not s.forwarding.paused and not s.memory.busy

    async def _go_on(self):
        """False if there is nothing to ask now."""
        if self._work is None:
            self._work = once.load(_WORK).Settlement(self._s)
        work = self._work
        asked = await work.step()
        if work.is_over():
            settled = work.settled
            said = ("closed", settled.reference) if settled else ("is in", self._s.book.batch)
            print("batch", work.number, *said)
            self.last, self._work = settled, None
            once.let_go(*_MODULES)
        return asked

    def _begin_in_time(self):
        batch, clock = self._s.book.tally.batch, self._s.clock
        at = self._s.settings.policy.settle_at
        if not at or not clock.trusted or not self._s.link.ready:
            return
        if not any(batch.opened):
            batch.opened = clock.local()[:5]  # the first batch of all
        if batch.opened < _last_time(clock.local(), at) and self._hindrance() is None:
            self.begin()

    def _hindrance(self):
        """All that the host has been told must be answered; what it has put off again and again
        waits for the next batch."""
        s = self._s
        if self.closing:
            return "settle_under_way"
        if not s.link.ready:
            return s.session.trouble or "no_network"
        if s.forwarding.paused or s.forwarding.busy or s.memory.busy:
            return "settle_waits"
        waiting = s.book.in_doubt() + list(s.book.owed())
        if any(not s.forwarder.is_put_off(number) for number in waiting):
            return "settle_waits"
        return None


def _last_time(now, at):
    """The last moment at which it was `at` (hh:mm): (year, month, day, hour, minute)."""
    of_day = int(at[:2]), int(at[3:])
    if now[3:5] >= of_day:
        return now[:3] + of_day
    noon_before = time.mktime(now[:3] + (0, 0, 0, 0, 0)) - _HALF_A_DAY_S
    return tuple(time.gmtime(noon_before))[:3] + of_day
