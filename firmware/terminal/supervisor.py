"""Named tasks and the watchdog. A task that dies stops the terminal safely and visibly.

Nothing is lost by stopping: what counts is in the journal before any screen says so. The watchdog
is fed only while every task lives, so a terminal that hangs comes back by itself.
"""

import asyncio
import sys

from micropython import const

_FEED_MS = const(1000)
_FAULT_MS = const(10000)


class Supervisor:
    def __init__(self, feed, on_fault, log, reset):
        """`on_fault(name, text)` shows it; `log(text)` keeps it; `reset()` restarts the board."""
        self._feed = feed
        self._on_fault = on_fault
        self._log = log
        self._reset = reset
        self._tasks = {}  # name -> task
        self._fault = None
        self._faulted = asyncio.Event()

    def start(self, name, coroutine):
        self._tasks[name] = asyncio.create_task(self._until_end(name, coroutine))

    async def _until_end(self, name, coroutine):
        await coroutine
        self._died(name, "ended")

    def _uncaught(self, loop, context):
        """What no task caught arrives here, whatever it is."""
        sys.print_exception(context["exception"])
        names = [name for name, task in self._tasks.items() if task is context["future"]]
        self._died(names[0] if names else "helper", repr(context["exception"]))

    def _died(self, name, text):
        if self._fault is None:
            self._fault = (name, text)
            self._faulted.set()

    async def run(self):
        """Feeds the watchdog until a task dies; then shows why and restarts."""
        asyncio.get_event_loop().set_exception_handler(self._uncaught)
        while self._fault is None:
            self._feed()
            try:
                await asyncio.wait_for_ms(self._faulted.wait(), _FEED_MS)
            except asyncio.TimeoutError:
                pass  # nothing died in this second: the usual case
        name, text = self._fault
        self._log("task %s died: %s" % (name, text))
        self._on_fault(name, text)
        for _ in range(_FAULT_MS // _FEED_MS):
            self._feed()
            await asyncio.sleep_ms(_FEED_MS)
        self._reset()
