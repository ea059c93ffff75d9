"""The acquirer's tables. No clear card number and no track data, anywhere.

Rules that money depends on are constraints: one row per business key, one per transaction id.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    URL,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    select,
)
from sqlalchemy.exc import DatabaseError

from host_tools.errors import Unusable

DATABASE = "acquirer.db"
VERSION = 2

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

# One row per provisioning: a terminal that is provisioned again is a new incarnation.
terminals = Table(
    "terminals",
    metadata,
    Column("key_id", String(16), primary_key=True),  # DUKPT initial key id
    Column("terminal_id", String(8), nullable=False),
    Column("merchant_id", String(15), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("certificate", String(64), nullable=False),  # SHA-256
    Column("retired", Integer, nullable=False, default=0),
    Column("enrolled_at", String(32), nullable=False),
    Column("seen_at", String(32)),
    Column("held_count", Integer, nullable=False, default=0),  # DE 63.05: not yet forwarded
    Column("held_fen", Integer, nullable=False, default=0),
    Column("acknowledged", Integer, nullable=False, default=0),  # DE 63.0F, see restore.py
    Column("again_from", Integer),  # the number from which on all is asked for once more
    Column("parameters", Integer, nullable=False, default=0),  # DE 63.15: version in use
    Column("notices", Integer, nullable=False, default=0),
)

# Signed documents for terminals, as they travel. Versions of a kind rise over all terminals.
documents = Table(
    "documents",
    metadata,
    Column("kind", Integer, primary_key=True),  # 1 parameters, 2 notices
    Column("version", Integer, primary_key=True),
    Column("merchant_id", String(15), nullable=False),  # "" for all
    Column("terminal_id", String(8), nullable=False),  # "" for all
    Column("signed", LargeBinary, nullable=False),
    Column("published_at", String(32), nullable=False),
)

# To which account a merchant's sales of a business date go; the newest rule that has begun counts.
payees = Table(
    "payees",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("merchant_id", String(15), nullable=False),
    Column("terminal_id", String(8), nullable=False),  # "" for all
    Column("account", String(32), nullable=False),  # masked
    Column("cycle", String(4), nullable=False),
    Column("valid_from", String(10), nullable=False),  # business date
    Column("version", Integer, nullable=False),  # of the parameters that say so
    Column("published_at", String(32), nullable=False),
)

# A batch of a terminal: totals as the terminal has them, and, once it is closed, as they are.
settlements = Table(
    "settlements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("merchant_id", String(15), nullable=False),
    Column("terminal_id", String(8), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("batch", String(6), nullable=False),
    Column("identity", String(32), nullable=False, unique=True),  # of the closing
    Column("state", String(6), nullable=False),  # open: the list is awaited; closed
    Column("declared", Text, nullable=False),  # DE 63.12 of the terminal
    Column("held_count", Integer, nullable=False, default=0),  # DE 63.05 then
    Column("held_fen", Integer, nullable=False, default=0),
    Column("opened_at", String(32), nullable=False),
    Column("closed_at", String(32)),
    Column("business_date", String(10)),
    Column("pays_on", String(10)),
    Column("count", Integer, nullable=False, default=0),
    Column("gross_fen", Integer, nullable=False, default=0),
    Column("fee_fen", Integer, nullable=False, default=0),
    Column("net_fen", Integer, nullable=False, default=0),
    Column("differences", Text, nullable=False, default="[]"),
    Column("reply", Text, nullable=False, default=""),
    CheckConstraint("net_fen = gross_fen - fee_fen"),
    Index("settlements_by_batch", "key_id", "batch"),
)

# What the terminal says a batch holds, where the totals differ.
listed = Table(
    "listed",
    metadata,
    Column("settlement_id", ForeignKey("settlements.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("id_start", String(8), nullable=False),  # of the transaction id
    Column("product", Integer, nullable=False),
    Column("amount_fen", Integer, nullable=False),
)

# Every financial request that was answered for good, with its answer: the de-duplication.
# A reversal whose original is unknown is its own tombstone (state "tombstone").
requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("merchant_id", String(15), nullable=False),
    Column("terminal_id", String(8), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("batch", String(6), nullable=False),
    Column("stan", String(6), nullable=False),
    Column("counter", Integer, nullable=False),  # of DUKPT: does not wrap with the STAN
    Column("kind", String(1), nullable=False),  # message class: 2 financial, 4 reversal
    Column("mti", String(4), nullable=False),  # of the first sending
    Column("transaction_id", String(32), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("type", String(2), nullable=False),  # of DE 60: sale, offline sale, void, refund
    Column("amount_fen", Integer, nullable=False),
    Column("returned_fen", Integer, nullable=False, default=0),  # of a sale: given back so far
    Column("original_id", ForeignKey("requests.id")),  # of a return or a reversal
    Column("card_hash", String(64), nullable=False),
    Column("card", String(19), nullable=False),  # masked
    Column("atc", Integer),
    Column("cryptogram", String(16)),
    Column("captured_at", String(32), nullable=False),  # the terminal's clock
    Column("clock_trusted", Integer, nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("rrn", String(12), nullable=False, unique=True),
    Column("code", String(2), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("reply", Text, nullable=False),
    Column("product", Integer, nullable=False),  # see totals.py
    Column("business_date", String(10), nullable=False),
    Column("payee", String(32), nullable=False, default=""),  # account of that date, masked
    Column("settled_in", ForeignKey("settlements.id")),
    Column("fee_fen", Integer),  # once it is settled
    UniqueConstraint("merchant_id", "terminal_id", "key_id", "batch", "counter", "kind"),
    UniqueConstraint("transaction_id", "kind"),
    CheckConstraint("returned_fen BETWEEN 0 AND amount_fen"),
    Index("requests_by_cryptogram", "card_hash", "cryptogram"),
    Index("requests_to_settle", "key_id", "settled_in"),
)

# Double entry: the entries of one request sum to zero.
entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", ForeignKey("requests.id"), nullable=False),
    Column("account", String(80), nullable=False),
    Column("amount_fen", Integer, nullable=False),
    UniqueConstraint("request_id", "account"),
    CheckConstraint("amount_fen <> 0"),
)

# The issuer's side: balance = opening + entries of card:<card_hash>.
accounts = Table(
    "accounts",
    metadata,
    Column("card_hash", String(64), primary_key=True),
    Column("card", String(19), nullable=False),
    Column("status", String(16), nullable=False),
    Column("opening_fen", Integer, nullable=False),
    Column("balance_fen", Integer, nullable=False),
    Column("limit_fen", Integer),  # per transaction
    Column("confirms_s", Integer),  # of a wallet: when its holder confirms; NULL: never
)

# An operator's leave for one reset of a terminal that loses at most this.
grants = Table(
    "grants",
    metadata,
    Column("key_id", ForeignKey("terminals.key_id"), primary_key=True),
    Column("most_count", Integer, nullable=False),
    Column("most_fen", Integer, nullable=False),
    Column("granted_at", String(32), nullable=False),
)

# What terminals were allowed to lose in a reset. Nothing removes a row.
resets = Table(
    "resets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key_id", ForeignKey("terminals.key_id"), nullable=False),
    Column("said", String(200), nullable=False),  # DE 63.1B
    Column("lost_count", Integer, nullable=False),
    Column("lost_fen", Integer, nullable=False),
    Column("released", Integer, nullable=False),  # numbers up to this one owed nothing
    Column("highest", Integer, nullable=False),  # the last that had been used
    Column("allowed_at", String(32), nullable=False),
    UniqueConstraint("key_id", "said"),
)

# What people should look at. The same thing again only counts up, so that nobody can fill the disk.
notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("level", String(10), nullable=False),  # event, alarm, exception
    Column("code", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("request_id", ForeignKey("requests.id")),
    Column("count", Integer, nullable=False),
    Column("first_at", String(32), nullable=False),
    Column("last_at", String(32), nullable=False),
    UniqueConstraint("level", "code", "subject"),
)


class WrongVersion(Unusable):
    """The database was made by another version of this program."""


def open_database(path: Path) -> Engine:
    """The database, made where there is none. A commit returns when it is on the disk."""
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            _check_version(connection, path)
            metadata.create_all(connection)
    except DatabaseError as error:
        raise Unusable(f"{path}: {error.orig}") from error
    return engine


@contextmanager
def transaction(directory: Path) -> Iterator[Connection]:
    """One transaction on the database of an acquirer, which may be running. Raises Unusable."""
    engine = open_database(directory / DATABASE)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _check_version(connection: Connection, path: Path) -> None:
    """Before anything is changed."""
    schema_version.create(connection, checkfirst=True)
    found = connection.scalar(select(schema_version.c.version))
    if found is None:
        connection.execute(schema_version.insert().values(version=VERSION))
    else:
        must_fit(found, path)


def must_fit(found: int | None, path: Path) -> None:
    """Raises WrongVersion."""
    if found != VERSION:
        raise WrongVersion(
            f"{path} has schema version {found}, this program needs {VERSION}. Use the program that"
            " made it, or begin with an empty folder (tapstone run --fresh forgets all sales)"
        )


def _prepare(raw, _record) -> None:
    raw.isolation_level = None  # transactions begin where we say so, not where the driver guesses
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
    ):
        raw.execute(f"PRAGMA {pragma}")


def _begin(connection) -> None:
    """Taking the write lock at once means that what we read cannot change under us."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
