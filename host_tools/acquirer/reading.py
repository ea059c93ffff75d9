"""The acquirer's database for questions only: nothing is made or changed, also on a medium that
cannot be written. The acquirer may be running.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, select
from sqlalchemy.exc import DatabaseError

from host_tools.acquirer.schema import DATABASE, must_fit, schema_version
from host_tools.errors import Unusable


@contextmanager
def reading(directory: Path) -> Iterator[Connection]:
    """A connection to the database in the acquirer's directory. Raises Unusable."""
    path = directory / DATABASE
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(_to_read(path), uri=True))
    try:
        with engine.connect() as connection:
            must_fit(connection.scalar(select(schema_version.c.version)), path)
            yield connection
    except DatabaseError as error:  # damaged, or something else
        raise Unusable(f"{path}: {error.orig}") from error
    finally:
        engine.dispose()


def _to_read(path: Path) -> str:
    """Its URI. On a medium that cannot be written SQLite would still make files beside it, unless
    it hears that nobody changes anything: nobody has it open there, or these files would exist."""
    beside = [path.with_name(path.name + end) for end in ("-wal", "-shm")]
    still = not os.access(path.parent, os.W_OK) and not any(file.exists() for file in beside)
    return path.resolve().as_uri() + ("?immutable=1" if still else "?mode=ro")
