"""The journal as the page shows it: sectors as they fill, and what each record says of its sale."""

from pathlib import Path
from typing import Any

from host_tools.device import target

_SECTOR, _PAGE, _SLOTS = 4096, 256, 15
_BLANK = b"\xff" * _PAGE
_RECORDS = 60

# What a record alone says of the sale; a stored one that was released is shown as such.
_STATES = {
    "intent": "checking",
    "request": "checking",
    "stored": "stored",
    "paid": "paid",
    "declined": "failed",
    "abandoned": "failed",
    "reversed": "returned",
    "dead": "checking",
}


def view(firmware: Path, image: Path, key: bytes) -> dict[str, Any]:
    """{"sectors", "records" (newest first), "pending" and "checking" ({"count", "fen"})}."""
    sales = target.sales(firmware, image, key)
    rows = sales["rows"]
    return {
        "sectors": _sectors(image.read_bytes()),
        "records": [_record(row, sales["released"]) for row in rows[:_RECORDS]],
        "pending": _total(rows, ("stored",), sales["released"]),
        "checking": _total(rows, ("request", "dead"), sales["released"]),
    }


def _sectors(data: bytes) -> list[dict[str, Any]]:
    """How many of the 15 record pages of each sector hold anything."""
    found = []
    for index in range(len(data) // _SECTOR):
        start = index * _SECTOR
        pages = range(start + _PAGE, start + _SECTOR, _PAGE)
        fill = sum(data[at : at + _PAGE] != _BLANK for at in pages)
        marked = data[start : start + _PAGE] != _BLANK
        state = "full" if fill >= _SLOTS - 1 else "open" if fill or marked else "blank"
        found.append({"index": index, "state": state, "fill": fill})
    return found


def _record(row: dict[str, Any], released: int) -> dict[str, Any]:
    state = _STATES[row["kind"]]
    if row["kind"] == "stored" and row["seq"] <= released:
        state = "released"
    names = ("pos", "seq", "kind", "amount_fen", "time")
    text = " ".join(filter(None, (row["card"], row["answer"])))
    return {**{name: row[name] for name in names}, "text": text, "state": state}


def _total(rows: list[dict], kinds: tuple[str, ...], released: int) -> dict[str, int]:
    """Of the sales whose newest record is of one of these kinds and not released."""
    newest: dict[int, dict] = {}
    for row in rows:
        newest.setdefault(row["number"], row)
    held = [r for r in newest.values() if r["kind"] in kinds and r["seq"] > released]
    return {"count": len(held), "fen": sum(row["amount_fen"] for row in held)}
