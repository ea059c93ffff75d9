"""Time that passes only while every task waits: no test is slow, or late on a busy machine.

The task and the queue of tasks that MicroPython has in C would ask the computer for the time; the
ones of the simulated lives ask whoever is put into `asyncio.core`.
"""

import sys
import time

sys.path.append("host_tools/lives/on_target")
import tasks  # noqa: E402


class Time:
    """Stands for the module `time`."""

    gmtime, mktime, time = time.gmtime, time.mktime, time.time

    def __init__(self):
        self.now_ms = 0

    def ticks_ms(self):
        self.now_ms += 1  # who looks in a loop, without waiting, has to see it pass
        return self.now_ms

    def ticks_diff(self, a, b):
        return a - b

    def ticks_add(self, a, b):
        return a + b

    def sleep_ms(self, ms):
        self.now_ms += ms


def install():
    """Before anything imports asyncio or a driver. -> what begins a new event loop."""
    virtual = sys.modules["time"] = Time()
    tasks.install()
    from asyncio import core

    class Waiting(core.IOQueue):
        def wait_io_event(self, dt):
            super().wait_io_event(0)
            due = core._task_queue.peek()
            if due is None:
                raise RuntimeError("every task waits, and nothing is going to happen")
            virtual.now_ms = max(virtual.now_ms, due.ph_key)

    core.ticks = lambda: virtual.now_ms

    def begin():
        core.new_event_loop()
        core._io_queue = Waiting()

    return begin
