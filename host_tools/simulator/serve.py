"""`tapstone run`: the bench and its page, until somebody says stop."""

import errno
import fcntl
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from host_tools.errors import Unusable
from host_tools.simulator import fresh, page
from host_tools.simulator.front import Front


class Taken(Unusable):
    """The port or the data folder is in use; the text says by what and what to do."""


def _check_port(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        what = "is taken" if error.errno == errno.EADDRINUSE else "cannot be used"
        raise Taken(
            f"port {port} {what} ({error.strerror}). "
            f"Is another one running? Choose another: make run PORT={port % 65535 + 1}"
        ) from None


def _lock(data: Path):
    """One bench a folder: two terminals on one flash would be one too many."""
    data.mkdir(parents=True, exist_ok=True)
    lock = (data / fresh.LOCK).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Taken(f"{data} is in use by another run") from None
    return lock


@contextmanager
def at_once() -> Iterator[None]:
    """For a long job within the event loop, which hears of signals only behind it: here they end
    the job itself, with KeyboardInterrupt."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def serve_bench(data: Path, port: int, new: bool, say: Callable[[str], None]) -> None:
    """`new`: what an earlier run has left in the folder goes first, once nobody uses it."""
    if new:
        fresh.check(data)
    _check_port(port)
    lock = _lock(data)
    if new:
        fresh.clear(data)
    front = Front(data)
    say("Preparing keys, cards and firmware ...")
    try:
        with at_once():
            front.prepare()
        await front.open()
        say(f"Tapstone is ready: [bold]http://127.0.0.1:{port}/[/bold]")
        say("Test keys, not for live cards. Ctrl-C stops everything.")
        await page.serve(front, "127.0.0.1", port)
    finally:
        await front.close()
        lock.close()
