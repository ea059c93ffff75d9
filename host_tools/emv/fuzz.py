"""Feeds spoilt card sessions to the kernels inside MicroPython, in one process per core."""

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from host_tools import jsonfile
from host_tools.emv import cases, record
from host_tools.emv.inside import Inside, InsideError
from host_tools.errors import WrongUse

_SILENT_S = 60.0  # a process that reports nothing for so long hangs
_FAILURES_MAX = 20


@dataclass
class Result:
    """How many inputs were tried, and what was found."""

    seed: int
    start: int
    inputs: int = 0
    seconds: float = 0.0
    failures: list[dict[str, Any]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    seeds: int = 0

    @property
    def rate(self) -> float:
        return self.inputs / self.seconds if self.seconds else 0.0


def kept(path: Path | None) -> dict[str, Any] | None:
    """The seeds in the file `path`; None where there is none. Raises OSError, Unusable."""
    if not path or not path.exists():
        return None
    found = jsonfile.read(path)
    if not isinstance(found, dict) or not found.get("seeds") or "configs" not in found:
        raise WrongUse(f"{path}: no corpus of recorded sessions; name a new file to have one made")
    return found


def recorded(path: Path | None, built: Path, shared: Path | None) -> dict[str, Any]:
    """Seeds recorded anew, and kept in the file `path`, if it is given."""
    with tempfile.TemporaryDirectory(prefix="tapstone-cards-") as folder:
        found = record.corpus(built, Path(folder))
    if shared and (shared / "sessions.json").exists():
        found["seeds"] += _shared(shared)
    if path:
        path.write_text(json.dumps(found))
    return found


def _shared(folder: Path) -> list[dict[str, Any]]:
    named = cases.take_apart(folder / "sessions.json", cases.ca_keys(folder))
    return [
        {"seed": name.partition("/")[0], "session": case}
        for name, case in named
        if case["run"] == "flow" and case["kernel"] in (2, 3, 7)
    ]


def run(
    seeds: dict[str, Any],
    built: Path,
    number: int,
    start: int,
    inputs: int,
    say: Callable[[str], None],
) -> Result:
    """Tries inputs `start` to `start + inputs`, spread over the cores."""
    result = Result(number, start, seeds=len(seeds["seeds"]))
    workers = min(os.cpu_count() or 1, 1 + inputs // 1000)
    edges = [start + inputs * part // workers for part in range(workers + 1)]
    began = time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        work = [
            pool.submit(_range, seeds, built, number, edges[part], edges[part + 1], say)
            for part in range(workers)
        ]
        for one in work:
            tried, failures, reasons = one.result()
            result.inputs += tried
            result.failures += failures
            result.reasons.update(reasons)
    result.seconds = time.monotonic() - began
    return result


def _range(
    seeds: dict[str, Any], built: Path, number: int, start: int, stop: int, say: Callable
) -> tuple[int, list[dict[str, Any]], dict[str, int]]:
    """(inputs tried, failures, reasons of outcomes) of one process."""
    failures: list[dict[str, Any]] = []
    done = start
    with Inside(built, "fuzz") as board:
        try:
            for name, section in seeds["configs"].items():
                board.tell({"config": name, "section": section})
            for seed in seeds["seeds"]:
                board.tell(seed)
            board.tell({"run": [number, start, stop]})
            answer = board.hear(_SILENT_S)
            while "end" not in answer:
                if "failure" in answer:
                    failures.append(answer)
                    say(f"input {answer['failure']} ({answer['seed']}): {answer['what']}")
                done = answer.get("done", done)
                if len(failures) >= _FAILURES_MAX:
                    return done - start, failures, {}
                answer = board.hear(_SILENT_S)
        except InsideError as error:
            failure = {"failure": done, "seed": "?", "what": f"the process ended or hung: {error}"}
            return done - start, [*failures, failure], {}
    return stop - start, failures, answer["reasons"]
