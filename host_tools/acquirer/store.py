"""Group commit: one thread runs what was submitted in batches, with one durable commit for each.

Whoever awaits is released only after the commit. This is where "committed before answered" holds.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

Work = Callable[[Connection], Any]
_BATCH = 256
log = logging.getLogger(__name__)


class Unavailable(Exception):
    """Nothing was committed, or nobody can tell: the database failed."""


class Store:
    def __init__(self, engine: Engine):
        self._engine = engine
        self._queue: queue.SimpleQueue[tuple[Work, Future] | None] = queue.SimpleQueue()
        # A daemon: who ends without `stop` ends as by SIGKILL, which is allowed at any moment.
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._backlog = 0

    @property
    def backlog(self) -> int:
        """How many submissions wait for their commit."""
        return self._backlog

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Commits what was submitted, then ends the thread and closes the database."""
        self._queue.put(None)
        self._thread.join()
        self._engine.dispose()

    async def run(self, work: Work) -> Any:
        """What `work(connection)` returned, once it is durable; or raises what it raised.

        Works run one at a time in the order of submission, each undone as a whole if it raises.
        Raises Unavailable when the database failed.
        """
        future: Future = Future()
        self._backlog += 1
        self._queue.put((work, future))
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        finally:
            self._backlog -= 1

    def _run(self) -> None:
        more = True
        while more:
            batch = [self._queue.get()]
            while len(batch) < _BATCH and not self._queue.empty():
                batch.append(self._queue.get())
            more = None not in batch
            self._commit([item for item in batch if item])

    def _commit(self, batch: list[tuple[Work, Future]]) -> None:
        try:
            with self._engine.begin() as connection:
                outcomes = [_attempt(connection, work) for work, _ in batch]
        except Exception as error:  # noqa: BLE001 whatever it was: nobody is told "committed"
            log.error("a batch of %d was not committed: %s", len(batch), error)
            outcomes = [(None, Unavailable("the database failed"))] * len(batch)
        for (_, future), (value, error) in zip(batch, outcomes):
            if error:
                future.set_exception(error)
            else:
                future.set_result(value)


def _attempt(connection: Connection, work: Work) -> tuple[Any, Exception | None]:
    try:
        with connection.begin_nested():
            return work(connection), None
    except OperationalError:
        raise  # disk full, locked, damaged: SQLite may have undone the others of the batch too
    except Exception as error:  # noqa: BLE001 it goes to the one who awaits this work
        return None, error
