"""What a flash image holds, told by the firmware's own reader."""

import json
from pathlib import Path
from typing import Any

from host_tools import paths
from host_tools.device import target

_MOST_RECORDS = 200
_EVERY_RECORD = 1_000_000
_SECTOR_BYTES, _LEAST_SECTORS, _MOST_SECTORS = 4096, 4, 8192

# Kinds of records, as in `firmware/terminal/kinds.py`: name, and the merchant's word.
_KINDS = {
    1: ("intent", "checking"),
    2: ("request", "checking"),
    3: ("stored", "stored"),
    4: ("paid", "paid"),
    5: ("declined", "failed"),
    6: ("abandoned", "failed"),
    7: ("reversed", "returned"),
    8: ("dead", "checking"),
    10: ("return", "stored"),
    11: ("deferred", "stored"),
    12: ("totals", ""),
    13: ("batch", ""),
    14: ("dead return", "checking"),
    15: ("dead deferred", "checking"),
    16: ("granted", "paid"),
    17: ("denied", "failed"),
    18: ("called off", "checking"),
}

_PRODUCTS = {1: "online", 2: "offline", 3: "deferred", 4: "return", 5: "adjustment"}

# The word of one that the host has, where no record says so.
_ONCE_RELEASED = {"stored": "paid", "return": "returned"}


def decode(
    image: Path, seal_key: bytes, firmware: Path | None = None, every: bool = False
) -> dict[str, Any]:
    """Sectors, records (newest first), torn pages, what is pending, and what a start would do.

    With "error" in it, the image holds no readable journal. "notes" say what is odd about the
    image. Of what is released only the newest 200 records are told, unless `every` is wanted.
    The image is not changed. Raises OSError, TargetError.
    """
    size = image.stat().st_size
    wrong = _wrong_size(size)
    if wrong:
        return {"error": wrong, "sectors": [], "records": [], "torn": [], "pending": 0, "notes": []}
    most = _EVERY_RECORD if every else _MOST_RECORDS
    firmware = firmware or paths.firmware_dir()
    said = target.run(firmware, "journal_dump.py", str(image), seal_key.hex(), str(most))
    found = json.loads(said)
    opened = found.get("open")
    found["sectors"] = [_sector(i, row, opened) for i, row in enumerate(found["sectors"])]
    found["records"] = [_record(row, found["released"]) for row in found["records"]]
    found["pending"] = len({r["seq"] for r in found["records"] if not r["released"]})
    found["notes"] = _notes(size, len(found["sectors"]), found.pop("marked"))
    return found


def sales(firmware: Path, image: Path, key: bytes) -> dict[str, Any]:
    """{"released", "rows"}: every record of a sale as a start would find them, newest first."""
    found = json.loads(target.run(firmware, "book_dump.py", str(image), key.hex()))
    for row in found["rows"]:
        row["kind"] = _KINDS[row["kind"]][0]
    return found


def _wrong_size(size: int) -> str:
    if size < _LEAST_SECTORS * _SECTOR_BYTES:
        return f"TooSmall: {size:,} bytes, where a journal has at least 4 sectors of 4,096"
    if size > _MOST_SECTORS * _SECTOR_BYTES:
        return f"TooLarge: {size:,} bytes; no flash of a terminal is larger than 32 MiB"
    return ""


def _notes(size: int, sectors: int, marked: int) -> list[str]:
    notes = []
    if marked and marked != sectors:
        notes.append(
            f"its marks speak of {marked} sectors, and here are {sectors}: the image was cut short,"
            " or holds more than the journal; what follows is what can be read of it"
        )
    if size % _SECTOR_BYTES:
        notes.append(f"{size % _SECTOR_BYTES} bytes behind the last whole sector are passed over")
    return notes


def _sector(index: int, row: list, opened: int | None) -> dict[str, Any]:
    number, erases, fill = row
    state = "full" if fill else "blank"
    if number is not None and number == opened:
        state = "open"
    elif fill and (number is None or number < 0):
        state = "erasing"
    return {"index": index, "number": number, "erases": erases, "state": state, "fill": fill}


def _record(row: list, released: int) -> dict[str, Any]:
    pos, seq, kind, copy, sale, batch = row
    name, word = _KINDS.get(kind, (f"kind {kind}", ""))
    record = {"pos": pos, "seq": seq, "kind": name, "word": word, "copy": copy}
    record |= {"released": seq <= released, "sale": None}
    if sale:
        record["sale"] = dict(zip(("number", "amount_fen", "time", "card"), sale))
    if batch:
        number, counted, totals, closing = batch
        by_name = {_PRODUCTS[int(product)]: sums for product, sums in totals.items()}
        record["batch"] = {"number": number, "counted": counted, "totals": by_name}
        record["batch"]["closing"] = closing
    return record


def newest_of_sales(found: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Sale number -> its newest record: that one says how the sale stands."""
    newest: dict[int, dict[str, Any]] = {}
    for record in found["records"]:
        if record["sale"]:
            newest.setdefault(record["sale"]["number"], record)
    return newest


def waiting(found: dict[str, Any], word: str) -> dict[str, int]:
    """{"count", "fen"} of the sales that are not released and stand as `word` says."""
    standing = [r for r in newest_of_sales(found).values() if not r["released"]]
    return _sum(standing, word)


# What the page shows


def page_view(image: Path, seal_key: bytes, firmware: Path | None = None) -> dict[str, Any]:
    """The same for the page: the message "journal" without its type."""
    found = decode(image, seal_key, firmware)
    newest = newest_of_sales(found)
    rows = [_row(record, newest) for record in found["records"]]
    return {
        "sectors": [
            {key: s[key] for key in ("index", "number", "state", "fill")} for s in found["sectors"]
        ],
        "records": rows + [_torn_row(pos) for pos in found["torn"]],
        "pending": waiting(found, "stored"),
        "checking": waiting(found, "checking"),
    }


def _row(record: dict[str, Any], newest: dict[int, dict[str, Any]]) -> dict[str, Any]:
    sale = record["sale"] or {"amount_fen": None, "time": "", "card": "", "number": None}
    state = "released" if record["released"] else ""
    if newest.get(sale["number"]) is record:
        closed = record["released"] and _ONCE_RELEASED.get(record["kind"])
        state = closed or record["word"]
    return {
        **{key: record[key] for key in ("pos", "seq", "kind")},
        **{key: sale[key] for key in ("amount_fen", "time")},
        "text": sale["card"],
        "state": state,
    }


def _torn_row(pos: int) -> dict[str, Any]:
    text = {"kind": "torn", "text": "", "state": "torn", "time": ""}
    return {"pos": pos, "seq": "", "amount_fen": None, **text}


def _sum(records: list[dict[str, Any]], word: str) -> dict[str, int]:
    """A return lessens the sum, unless the bank will not take it: that moves no money."""
    told = [r for r in records if r["word"] == word]
    amounts = [0 if r["kind"] == "dead return" else r["sale"]["amount_fen"] for r in told]
    return {"count": len(amounts), "fen": sum(amounts)}
