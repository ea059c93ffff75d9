"""What a card remembers: its counter, what it approved offline, and every cryptogram it made."""

import json
import os
from pathlib import Path
from typing import Any

from host_tools import jsonfile
from host_tools.issuer import ARQC, TC


def write_json(path: Path, content: Any) -> None:
    """Replaces the file in one step: a reader, or a process that dies here, sees old or new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(fresh, path)


class Memory:
    """The state of one card, durable in one JSON file.

    `log` holds, oldest first: {"atc", "type": "TC|ARQC|AAC", "amount_fen", "un", "date" (YYMMDD),
    "cryptogram"}.
    """

    def __init__(self, path: Path):
        self._path = path
        state = jsonfile.read(path) if path.exists() else {}
        self.atc: int = state.get("atc", 0)
        self.offline_total_fen: int = state.get("offline_total_fen", 0)
        self.log: list[dict[str, Any]] = state.get("log", [])

    def count(self) -> bytes:
        """Opens a transaction: the next application transaction counter (9F36), durable."""
        self.atc += 1
        self._save()
        return self.atc.to_bytes(2, "big")

    def add(self, entry: dict[str, Any]) -> None:
        """Keeps a cryptogram before it leaves the card."""
        self.log.append(entry)
        if entry["type"] == TC:
            self.offline_total_fen += entry["amount_fen"]
        if entry["type"] == ARQC:  # the issuer looks at the account: the card may trust anew
            self.offline_total_fen = 0
        self._save()

    def _save(self) -> None:
        kept = ("atc", "offline_total_fen", "log")
        write_json(self._path, {name: getattr(self, name) for name in kept})
