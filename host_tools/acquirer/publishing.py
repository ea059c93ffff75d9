"""Publishing: a checked document gets version and signature, and terminals are offered it."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from host_tools import paths
from host_tools.acquirer import documents, payees, signer, terms
from host_tools.acquirer.book import stamp
from host_tools.acquirer.documents import BadDocument
from host_tools.acquirer.schema import documents as table
from host_tools.acquirer.schema import terminals, transaction
from host_tools.release import fontfile


@dataclass(frozen=True)
class Published:
    kind: str
    version: int
    terminals: int  # that will be offered it
    signed_bytes: int


def publish(directory: Path, content: dict[str, Any], now: datetime | None = None) -> Published:
    """Signs a document and offers it from now on. Raises BadDocument, FileNotFoundError (no key).

    Without a "version" it gets the next one.
    """
    now = now or datetime.now(UTC)
    kind = documents.kind_of(content)
    _check_letters(content)
    today = (now + timedelta(minutes=terms.load(directory).utc_offset_min)).date()
    with transaction(directory) as connection:
        return _published(connection, directory, kind, dict(content), today, now)


def _published(
    connection: Connection,
    directory: Path,
    kind: int,
    content: dict[str, Any],
    today: date,
    now: datetime,
) -> Published:
    newest = newest_version(connection, kind)
    version = content.setdefault("version", newest + 1)
    if version <= newest:
        raise BadDocument(f"version: {newest} was published already; leave it out or say more")
    reached = _reached(connection, content)
    if not reached:
        raise BadDocument("merchant_id, terminal_id: no terminal of these names is enrolled")
    try:
        payees.change(connection, content, version, today, now)
    except payees.TooLate as error:
        raise BadDocument(str(error)) from error
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    signed = body + signer.sign(directory, body)
    if len(signed) > documents.LONGEST_BYTES:
        raise BadDocument(
            f"the document has {len(signed)} bytes with its signature; terminals take at most"
            f" {documents.LONGEST_BYTES}"
        )
    connection.execute(
        table.insert().values(
            kind=kind,
            version=version,
            merchant_id=content.get("merchant_id", ""),
            terminal_id=content.get("terminal_id", ""),
            signed=signed,
            published_at=stamp(now),
        )
    )
    return Published(documents.NAMES[kind], version, reached, len(signed))


def newest_version(connection: Connection, kind: int) -> int:
    query = select(func.max(table.c.version)).where(table.c.kind == kind)
    return connection.scalar(query) or 0


def listed(connection: Connection) -> list[dict[str, Any]]:
    """What was published, newest first, and by how many terminals in service each is in use."""
    columns = (table.c[name] for name in ("kind", "version", "merchant_id", "terminal_id"))
    query = select(*columns, table.c.published_at).order_by(table.c.kind, table.c.version.desc())
    rows = [dict(row._mapping) for row in connection.execute(query)]
    for row in rows:
        name = row["kind"] = documents.NAMES[row["kind"]]
        using = select(func.count()).where(
            terminals.c[name] == row["version"], terminals.c.retired == 0
        )
        row["in_use_by"] = connection.scalar(using)
    return rows


def _reached(connection: Connection, content: dict[str, Any]) -> int:
    """How many terminals that are in service it is for."""
    query = select(func.count()).select_from(terminals).where(terminals.c.retired == 0)
    for name in ("merchant_id", "terminal_id"):
        if name in content:
            query = query.where(terminals.c[name] == content[name])
    return connection.scalar(query) or 0


def _check_letters(content: dict[str, Any]) -> None:
    """A terminal's fonts hold the characters of its own texts, and no others."""
    font = paths.firmware_dir() / "ui" / "fonts" / "text16.bin"
    held = fontfile.characters(font.read_bytes())
    for at, notice in enumerate(content.get("notices", ())):
        if missing := sorted(set(notice["zh"]) - held):
            raise BadDocument(
                f"notices[{at}].zh: terminals have no picture of {_shown(missing)};"
                " say it in other words"
            )


def _shown(characters: list[str]) -> str:
    """As they are, or escaped where that would do something to a screen."""
    return " ".join(each if each.isprintable() else repr(each) for each in characters)
