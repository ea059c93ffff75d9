"""What lies behind the M key: lists of jobs.

A job is a module with `async def run(services, front, ...)`. It is imported when it is asked for
and let go when it ends: the heap of the terminal belongs to sales.
"""

import gc
import sys

from micropython import const

_MENU_MS = const(60000)

# (text key, module)
JOBS = (
    ("history", "terminal.history"),
    ("network_check", "terminal.network_check"),
)


async def run(services, front, title="menu", jobs=JOBS, *about):
    """Until the merchant goes back, or does nothing for a minute. `about`: handed to the job."""
    while True:
        front.show("menu", title=title, items=[text for text, _ in jobs])
        key = await services.people.key(_MENU_MS)
        if key in ("X", "M", None):
            return
        if key == "L":
            services.people.switch_language()
        elif key in "123456789"[: len(jobs)]:
            await job(jobs[int(key) - 1][1], services, front, *about)


async def job(name, *arguments):
    """Runs the job in the module of this name, then lets go of it and of what it imported. Returns
    what it returned."""
    before = set(sys.modules)
    try:
        return await __import__(name, None, None, ("run",)).run(*arguments)
    finally:
        let_go(*(set(sys.modules) - before))


def let_go(*names):
    """Forgets modules that are no longer needed: what only they held is free again."""
    for name in names:
        package, _, leaf = name.partition(".")
        sys.modules.pop(name, None)
        if leaf and hasattr(sys.modules.get(package), leaf):
            delattr(sys.modules[package], leaf)
    gc.collect()
