"""What is done when nothing else is: one small step at a time, never while a card is in play."""

import asyncio

from micropython import const

_STEP_MS = const(250)


class Housekeeping:
    def __init__(self, services):
        self._s = services

    async def run(self):
        """Named task."""
        while True:
            await asyncio.sleep_ms(_STEP_MS)
            self._set_clock()
            self._s.network_log.watch()
            forwarding = self._s.forwarding
            if forwarding.paused:
                continue
            if self._s.book.tally.sum_up():
                continue
            if forwarding.busy or not self._s.book.keep_short():
                self._s.journal.idle()
            if not forwarding.busy:
                self._s.age.keep()

    def _set_clock(self):
        """The host's time is the only one that is trusted."""
        session, clock = self._s.session, self._s.clock
        if session.host_time:
            clock.set_utc(session.host_time)
            session.host_time = None
