"""MicroPython's own asyncio on simulated time.

Its scheduler, events and time-outs stay as they are. Only what it has in C is replaced: the task
and the queue of tasks, which would ask the computer for the time.
"""

import sys
from heapq import heapify, heappop, heappush


class TaskQueue:
    """Tasks by the time at which they are due; equal ones in the order in which they came."""

    core = None  # the module asyncio.core
    _order = 0

    def __init__(self):
        self._heap = []

    def peek(self):
        return self._heap[0][2] if self._heap else None

    def push(self, task, key=None):
        task.data = None
        if key is None:
            key = TaskQueue.core.ticks()
        task.ph_key = key
        TaskQueue._order += 1
        heappush(self._heap, (key, TaskQueue._order, task))

    def pop(self):
        return heappop(self._heap)[2]

    def remove(self, task):
        self._heap = [entry for entry in self._heap if entry[2] is not task]
        heapify(self._heap)


class Task:
    """`state`: True while it runs, a TaskQueue when others wait for it, then None or False."""

    def __init__(self, coro, globals=None):
        self.coro = coro
        self.data = None  # what it waits in, or the exception to be raised in it
        self.state = True
        self.ph_key = 0

    def __iter__(self):
        if not self.state:
            self.state = False
        elif self.state is True:
            self.state = TaskQueue()
        return self

    def __next__(self):
        if not self.state:
            raise self.data
        waiting = TaskQueue.core.cur_task
        self.state.push(waiting)
        waiting.data = self

    def done(self):
        return not self.state

    def cancel(self):
        core = TaskQueue.core
        if not self.state:
            return False
        if self is core.cur_task:
            raise RuntimeError("can't cancel self")
        task = self
        while isinstance(task.data, Task):
            task = task.data
        if hasattr(task.data, "remove"):
            task.data.remove(task)
            core._task_queue.push(task)
        elif task.ph_key > core.ticks():
            core._task_queue.remove(task)
            core._task_queue.push(task)
        task.data = core.CancelledError
        return True


def install():
    """Before anything imports asyncio."""
    sys.modules["_asyncio"] = sys.modules[__name__]
    import asyncio

    core = TaskQueue.core = asyncio.core
    core.ticks_add = lambda a, b: a + b
    core.ticks_diff = lambda a, b: a - b


def begin(world, on_death):
    """A new event loop on the time of `world`. `on_death(exception)` hears of tasks that die."""
    core = TaskQueue.core
    core.new_event_loop()
    core.cur_task = None
    core._io_queue = world
    core.ticks = world.ticks
    core.Loop.set_exception_handler(lambda loop, context: on_death(context["exception"]))
