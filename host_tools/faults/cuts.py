"""Power cuts by the ten thousand, on the firmware's own journal inside MicroPython.

Each process explores lives of its own, from its own seeds; see `on_target/cuts.py`. A failure names
the life, the operations and the ways in which they were torn: the same seed shows it again.
"""

import json
import os
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from host_tools import paths
from host_tools.release.build import compile_file

_PROGRAMS = Path(__file__).parent / "on_target"
_ROOMS = ("journal", "crypto")
_NATIVE = ("-march=host", "-X", "emit=native")
_HEAP = "400m"  # a life on 16 MiB of flash, a copy of it for each cut in a row, and holes between
_SEEDS_APART = 1_000_000
_TOLD = 10


class FaultsError(Exception):
    """The simulation itself failed; the text is what it said."""


def program(
    name: str, *arguments: object, firmware: Path | None = None, built: Path | None = None
) -> Any:
    """Runs one program of `on_target/` inside MicroPython; its JSON, decoded.

    `built`: a folder that machine_code() has filled; what is in it goes before the sources.
    """
    search = f"{firmware or paths.firmware_dir()}:{_PROGRAMS}:.frozen"
    if built:
        search = f"{built}:{search}"
    run = "import sys; __import__(sys.argv[1]).main(*sys.argv[2:])"
    done = subprocess.run(
        [
            paths.micropython(),
            "-X",
            f"heapsize={_HEAP}",
            "-c",
            run,
            name,
            *map(str, arguments),
        ],
        env={**os.environ, "MICROPYPATH": search},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise FaultsError((done.stderr + done.stdout)[-2000:])
    return json.loads(done.stdout)


def machine_code(out: Path, firmware: Path | None = None) -> Path:
    """Compiles the journal and the simulation to code of this machine's processor, into `out`."""
    firmware = firmware or paths.firmware_dir()
    rooms = [file for room in _ROOMS for file in (firmware / room).glob("*.py")]
    files = {file.relative_to(firmware): file for file in rooms}
    files |= {Path(file.name): file for file in _PROGRAMS.glob("*.py")}
    for at, source in files.items():
        compile_file(source, str(at), (out / at).with_suffix(".mpy"), _NATIVE)
    return out


def run(
    cases: int,
    seed: int = 1,
    depth: int = 2,
    *,
    most_violations: int = 1_000,
    firmware: Path | None = None,
    processes: int | None = None,
    native: bool = False,
) -> dict[str, Any]:
    """cases, violations, failures (texts), cases_per_s, lives, most_reads, seconds, native.

    `depth` 1 cuts each operation, 2 also each of the start that follows, 3 some of those again.
    `native`: the same sources, compiled for this machine's processor instead of to bytecode.
    """
    processes = processes or os.cpu_count() or 1
    share = -(-cases // processes)

    def part(index: int, built: Path | None) -> dict[str, Any]:
        arguments = (seed + index * _SEEDS_APART, share, depth, most_violations)
        return program("cuts", *arguments, firmware=firmware, built=built)

    with tempfile.TemporaryDirectory(prefix="tapstone-") as folder:
        built = machine_code(Path(folder), firmware) if native else None
        began = time.monotonic()
        with ThreadPoolExecutor(processes) as pool:
            found = list(pool.map(partial(part, built=built), range(processes)))
        seconds = time.monotonic() - began
    total = {key: sum(part[key] for part in found) for key in ("cases", "violations", "lives")}
    return {
        **total,
        "failures": [text for part in found for text in part["failures"]][:_TOLD],
        "most_reads": max(part["most_reads"] for part in found),
        "seconds": round(seconds, 1),
        "cases_per_s": round(total["cases"] / seconds),
        "native": native,
    }


def device_errors(cases: int, seed: int = 1, *, firmware: Path | None = None) -> dict[str, Any]:
    """The flash fails while the power stays on. cases, violations, failures."""
    return program("errors", seed, cases, firmware=firmware)


def bit_flips(cases: int, seed: int = 1, *, firmware: Path | None = None) -> dict[str, Any]:
    """Bits flip at rest. cases, violations, failures, alarms (records missing aloud)."""
    return program("flips", seed, cases, firmware=firmware)


def start_costs(sectors: int, *, firmware: Path | None = None) -> list[tuple[int, ...]]:
    """(records, pages read, marks read, programs, erases) of starts, from empty to full."""
    return [tuple(row) for row in program("starts", sectors, firmware=firmware)]
