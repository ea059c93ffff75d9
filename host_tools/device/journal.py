"""What a flash image holds, told by the firmware's own reader."""

import json
from pathlib import Path
from typing import Any

from host_tools import paths
from host_tools.device import target

_MOST_RECORDS = 200
_SLOTS = 15

# Kinds of records as `firmware/terminal/book.py` writes them: name, and the merchant's word.
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
}

# The word of one that the host has, where no record says so.
_ONCE_RELEASED = {"stored": "paid", "return": "returned"}


def decode(
    image: Path, seal_key: bytes, firmware: Path | None = None, most: int = _MOST_RECORDS
) -> dict[str, Any]:
    """Sectors, records (newest first), torn pages, what is pending, and what a start would do.

    With "error" in it, the image holds no readable journal. The image is not changed.
    """
    firmware = firmware or paths.firmware_dir()
    said = target.run(firmware, "journal_dump.py", str(image), seal_key.hex(), str(most))
    found = json.loads(said)
    opened = found.get("open")
    found["sectors"] = [_sector(i, row, opened) for i, row in enumerate(found["sectors"])]
    found["records"] = [_record(row, found["released"]) for row in found["records"]]
    found["pending"] = len({r["seq"] for r in found["records"] if not r["released"]})
    return found


def _sector(index: int, row: list, opened: int | None) -> dict[str, Any]:
    number, erases, fill = row
    state = "full" if fill else "blank"
    if number is not None and number == opened:
        state = "open"
    elif fill and (number is None or number < 0):
        state = "erasing"
    return {"index": index, "number": number, "erases": erases, "state": state, "fill": fill}


def _record(row: list, released: int) -> dict[str, Any]:
    pos, seq, kind, copy, sale = row
    name, word = _KINDS.get(kind, (f"kind {kind}", ""))
    record = {"pos": pos, "seq": seq, "kind": name, "word": word, "copy": copy}
    record |= {"released": seq <= released, "sale": None}
    if sale:
        record["sale"] = dict(zip(("number", "amount_fen", "time", "card"), sale))
    return record


# What the page shows


def page_view(image: Path, seal_key: bytes, firmware: Path | None = None) -> dict[str, Any]:
    """The same for the page: the message "journal" without its type."""
    found = decode(image, seal_key, firmware)
    newest = {}  # sale number -> its newest record: that one says how the sale stands
    for record in found["records"]:
        if record["sale"]:
            newest.setdefault(record["sale"]["number"], record)
    rows = [_row(record, newest) for record in found["records"]]
    standing = [r for r in newest.values() if not r["released"]]
    return {
        "sectors": [{key: s[key] for key in ("index", "state", "fill")} for s in found["sectors"]],
        "records": rows + [_torn_row(pos) for pos in found["torn"]],
        "pending": _sum(standing, "stored"),
        "checking": _sum(standing, "checking"),
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
