"""Power cuts by the ten thousand, on the firmware's own journal inside MicroPython.

Each process explores lives of its own, from its own seeds; see `on_target/cuts.py`. A failure names
the life, the operations and the ways in which they were torn: the same seed shows it again.
"""

import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from host_tools import paths

_PROGRAMS = Path(__file__).parent / "on_target"
_HEAP = "64m"
_SEEDS_APART = 1_000_000
_TOLD = 10


class FaultsError(Exception):
    """The simulation itself failed; the text is what it said."""


def program(name: str, *arguments: object, firmware: Path | None = None) -> Any:
    """Runs one program of `on_target/` inside MicroPython; its JSON, decoded."""
    search = f"{firmware or paths.firmware_dir()}:{_PROGRAMS}:.frozen"
    done = subprocess.run(
        [
            paths.micropython(),
            "-X",
            f"heapsize={_HEAP}",
            str(_PROGRAMS / name),
            *map(str, arguments),
        ],
        env={**os.environ, "MICROPYPATH": search},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise FaultsError((done.stderr + done.stdout)[-2000:])
    return json.loads(done.stdout)


def run(
    cases: int,
    seed: int = 1,
    depth: int = 2,
    *,
    most_violations: int = 1_000,
    firmware: Path | None = None,
    processes: int | None = None,
) -> dict[str, Any]:
    """cases, violations, failures (texts), cases_per_s, lives, most_reads, seconds.

    `depth` 1 cuts each operation, 2 also each of the start that follows, 3 some of those again.
    """
    processes = processes or os.cpu_count() or 1
    share = -(-cases // processes)

    def part(index: int) -> dict[str, Any]:
        first_seed = seed + index * _SEEDS_APART
        return program("cuts.py", first_seed, share, depth, most_violations, firmware=firmware)

    began = time.monotonic()
    with ThreadPoolExecutor(processes) as pool:
        found = list(pool.map(part, range(processes)))
    seconds = time.monotonic() - began
    total = {key: sum(part[key] for part in found) for key in ("cases", "violations", "lives")}
    return {
        **total,
        "failures": [text for part in found for text in part["failures"]][:_TOLD],
        "most_reads": max(part["most_reads"] for part in found),
        "seconds": round(seconds, 1),
        "cases_per_s": round(total["cases"] / seconds),
    }


def device_errors(cases: int, seed: int = 1, *, firmware: Path | None = None) -> dict[str, Any]:
    """The flash fails while the power stays on. cases, violations, failures."""
    return program("errors.py", seed, cases, firmware=firmware)


def bit_flips(cases: int, seed: int = 1, *, firmware: Path | None = None) -> dict[str, Any]:
    """Bits flip at rest. cases, violations, failures, alarms (records missing aloud)."""
    return program("flips.py", seed, cases, firmware=firmware)


def start_costs(sectors: int, *, firmware: Path | None = None) -> list[tuple[int, ...]]:
    """(records, pages read, marks read, programs, erases) of starts, from empty to full."""
    return [tuple(row) for row in program("starts.py", sectors, firmware=firmware)]
