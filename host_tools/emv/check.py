"""Runs case files through the firmware's own code inside MicroPython, and counts."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from host_tools.emv import cases, inside
from host_tools.emv.inside import Inside, InsideError

_LONGEST = 160  # characters of a value in a line


@dataclass
class Report:
    """The counts, and one row {"file", "id", ...verdict} for each case that did not pass."""

    passed: int = 0
    failed: int = 0
    not_applicable: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, file: str, name: str, verdict: dict[str, Any]) -> None:
        kind = verdict["verdict"]
        self.passed += kind == "passed"
        self.failed += kind == "failed"
        self.not_applicable += kind == "not applicable"
        if kind != "passed":
            self.rows.append({"file": file, "id": name, **verdict})

    def summary(self) -> str:
        more = f", {self.not_applicable} not applicable" if self.not_applicable else ""
        return f"{self.passed} passed, {self.failed} failed{more}"


def line(row: dict[str, Any]) -> str:
    """One case that did not pass, on one line."""
    where = f"{row['file']}: {row['id']}:"
    if row["verdict"] == "not applicable":
        return f"not applicable  {where} {row['why']}"
    values = [_short(row[name]) for name in ("expected", "got")]
    return f"FAILED  {where} {row['what']}: expected {values[0]}, got {values[1]}"


def check(files: list[Path], say: Callable[[dict[str, Any]], None]) -> Report:
    """Runs all cases of `files`; `say` hears of each that does not pass. Raises cases.BadFile."""
    read = [(path, cases.take_apart(path, cases.ca_keys(path.parent))) for path in files]
    report = Report()
    with tempfile.TemporaryDirectory(prefix="tapstone-") as folder:
        board = _Board(inside.build(Path(folder)))
        try:
            for path, named in read:
                for name, case in named:
                    before = len(report.rows)
                    report.add(str(path), name, board.run(case))
                    for row in report.rows[before:]:
                        say(row)
        finally:
            board.stop()
    return report


class _Board:
    """A process that runs cases; one that a case has ended is started again."""

    def __init__(self, built: Path):
        self._built = built
        self._inside: Inside | None = None

    def run(self, case: dict[str, Any]) -> dict[str, Any]:
        if "verdict" in case:
            return case
        self._inside = self._inside or Inside(self._built, "check")
        try:
            return self._inside.ask(case)
        except InsideError as error:
            self.stop()
            return {
                "verdict": "failed",
                "what": "an answer",
                "expected": "no crash",
                "got": str(error),
            }

    def stop(self) -> None:
        if self._inside:
            self._inside.close()
            self._inside = None


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
