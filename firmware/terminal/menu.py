"""What lies behind the M key: lists of jobs.

A job is a module with `async def run(services, front, ...)`. It is imported when it is asked for
and let go when it ends: the heap of the terminal belongs to sales.
"""

import sys

from micropython import const

from terminal.once import let_go, load

_MENU_MS = const(60000)

# (text key, module)
JOBS = (
    ("history", "terminal.history"),
    ("settle", "terminal.settle"),
    ("network_check", "terminal.network_check"),
    ("notices", "terminal.notices"),
    ("about", "terminal.about"),
    ("reset", "terminal.reset"),
)


async def run(services, front, title="menu", jobs=JOBS, *about):
    """Until the merchant goes back, or does nothing for a minute. `about`: handed to the job."""
    while True:
        front.show("menu", title=title, items=[text for text, _ in jobs])
        key = await services.people.key(_MENU_MS)
        if key in ("X", "M", None):
            return
        if key in "123456789"[: len(jobs)]:
            await job(jobs[int(key) - 1][1], services, front, *about)


async def job(name, *arguments):
    """Runs the job in the module of this name, then lets go of it and of what it imported. Returns
    what it returned."""
    before = set(sys.modules)
    try:
        return await load(name).run(*arguments)
    finally:
        let_go(*(set(sys.modules) - before))
