"""Group commit: in order, all or nothing per work, and nobody is released before the commit."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import event, func, select

from host_tools.acquirer.schema import (
    DATABASE,
    WrongVersion,
    notices,
    open_database,
    schema_version,
)
from host_tools.acquirer.store import Store, Unavailable


@asynccontextmanager
async def started(directory):
    engine = open_database(directory / DATABASE)
    store = Store(engine)
    store.start()
    try:
        yield store, engine
    finally:
        store.stop()


def note(subject, detail=""):
    values = {"level": "event", "code": "test", "subject": subject, "detail": detail}
    times = {"count": 1, "first_at": "", "last_at": ""}
    return lambda connection: connection.execute(notices.insert(), {**values, **times})


def subjects(connection):
    return list(connection.scalars(select(notices.c.subject).order_by(notices.c.id)))


def test_nobody_is_released_before_the_commit(tmp_path):
    async def check():
        async with started(tmp_path) as (store, engine):
            order = []
            event.listen(engine, "commit", lambda _: order.append("commit"))
            await store.run(note("a"))
            order.append("released")
            assert order == ["commit", "released"]

    asyncio.run(check())


def test_what_is_submitted_together_is_committed_together_and_in_order(tmp_path):
    async def check():
        async with started(tmp_path) as (store, engine):
            commits = []
            event.listen(engine, "commit", commits.append)
            await asyncio.gather(*(store.run(note(f"{n:03d}")) for n in range(200)))
            assert len(commits) < 100
            assert await store.run(subjects) == [f"{n:03d}" for n in range(200)]

    asyncio.run(check())


def test_a_work_that_fails_is_undone_alone(tmp_path):
    def half_done(connection):
        note("half")(connection)
        raise LookupError("on purpose")

    async def check():
        async with started(tmp_path) as (store, _):
            works = [store.run(work) for work in (note("a"), half_done, note("b"))]
            results = await asyncio.gather(*works, return_exceptions=True)
            assert isinstance(results[1], LookupError)
            assert await store.run(subjects) == ["a", "b"]

    asyncio.run(check())


def test_a_full_disk_fails_everybody_in_the_batch_and_heals(tmp_path):
    def limit_pages(connection, more):
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + more}")

    async def check():
        async with started(tmp_path) as (store, _):
            await store.run(lambda connection: limit_pages(connection, 2))
            works = [store.run(note("small")), store.run(note("big", "x" * 100_000))]
            results = await asyncio.gather(*works, return_exceptions=True)
            assert [type(result) for result in results] == [Unavailable, Unavailable]
            await store.run(lambda connection: limit_pages(connection, 1000))
            await store.run(note("later"))
            assert await store.run(subjects) == ["later"]

    asyncio.run(check())


def test_a_locked_database_is_unavailable_and_comes_back(tmp_path):
    async def check():
        async with started(tmp_path) as (store, _):
            await store.run(lambda c: c.exec_driver_sql("PRAGMA busy_timeout=20"))
            other = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable):
                await store.run(note("a"))
            other.execute("ROLLBACK")
            other.close()
            await store.run(note("b"))
            assert await store.run(subjects) == ["b"]

    asyncio.run(check())


def test_stopping_commits_what_was_submitted(tmp_path):
    async def check():
        engine = open_database(tmp_path / DATABASE)
        store = Store(engine)
        waiting = [asyncio.ensure_future(store.run(note(str(n)))) for n in range(10)]
        await asyncio.sleep(0)  # each has submitted its work
        store.start()
        await asyncio.to_thread(store.stop)
        await asyncio.gather(*waiting)

    asyncio.run(check())
    with open_database(tmp_path / DATABASE).connect() as connection:
        assert connection.scalar(select(func.count()).select_from(notices)) == 10


def test_commits_are_synchronous_and_logged_ahead(tmp_path):
    with open_database(tmp_path / DATABASE).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_database_of_another_version_is_left_alone(tmp_path):
    engine = open_database(tmp_path / DATABASE)
    with engine.begin() as connection:
        connection.execute(schema_version.update().values(version=99))
    with pytest.raises(WrongVersion):
        open_database(tmp_path / DATABASE)
