"""What a durable record costs on flash: our journal beside littlefs and FAT, counted in one run.

The ways run inside MicroPython, on the same counting flash of 1 MiB (`on_target/ways.py`). Times
are modelled from the counts; nothing here depends on the speed of this machine.
"""

from pathlib import Path
from typing import Any

from host_tools.faults import cuts

RECORDS = (1_000, 3_000)
PAGE_BYTES = RECORD_BYTES = 256
_ON_TARGET = Path(__file__).parent / "on_target"

# A page program, a sector erase and the reading of a page, in ms: typical and at the most, as data
# sheets of common SPI NOR have them.
TIMINGS = {"typical": (0.4, 45.0, 0.01), "maximum": (3.0, 400.0, 0.01)}

OURS = "journal"
WAYS = (
    OURS,
    "littlefs append",
    "littlefs append + state",
    "littlefs file a record",
    "FAT append",
)

Costs = dict[str, Any]


def _ms(counts: list[int], timing: str) -> float:
    programs, _, erases, read_bytes = counts
    program_ms, erase_ms, read_ms = TIMINGS[timing]
    return programs * program_ms + erases * erase_ms + read_bytes / PAGE_BYTES * read_ms


def measure(way: str, records: int) -> Costs:
    """One way's costs. `boot_reads`: pages' worth of bytes, until it is known what is pending."""
    found = cuts.program("ways", way, records, built=_ON_TARGET)
    critical, total = found["critical"], found["total"]
    costs: Costs = {
        "bytes_per_byte": round(total[1] / (records * RECORD_BYTES), 3),
        "programs_per_record": round(sum(each[0] for each in critical) / records, 3),
        "most_programs": max(each[0] for each in critical),
        "erases_critical": sum(each[2] for each in critical),
        "erases_total": total[2],
        "boot_reads": -(-found["start"][3] // PAGE_BYTES),
        "boot_ms": round(_ms(found["start"], "typical"), 2),
        "open_heap_bytes": found["heap_bytes"],
    }
    for timing in TIMINGS:
        each_ms = [_ms(each, timing) for each in critical]
        costs[f"mean_ms_{timing}"] = round(sum(each_ms) / records, 3)
        costs[f"worst_ms_{timing}"] = round(max(each_ms), 2)
    return costs


def run(records: tuple[int, ...] = RECORDS) -> dict[int, dict[str, Costs]]:
    """records -> way -> its costs."""
    return {count: {way: measure(way, count) for way in WAYS} for count in records}


def summary(found: dict[int, dict[str, Costs]]) -> Costs:
    """What the journal reaches, of the longest run; everything else under "ways".

    `ratio_to_littlefs` is against the better way of appending; a file for each record, which has to
    be removed again, is counted apart.
    """
    longest = found[max(found)]
    ours = longest[OURS]
    append_ms = min(costs["mean_ms_typical"] for way, costs in longest.items() if "append" in way)
    files_ms = longest["littlefs file a record"]["mean_ms_typical"]
    names = ("bytes_per_byte", "programs_per_record", "erases_critical", "boot_reads")
    return {
        **{name: ours[name] for name in (*names, "open_heap_bytes")},
        "ratio_to_littlefs": round(append_ms / ours["mean_ms_typical"], 1),
        "ratio_to_littlefs_files": round(files_ms / ours["mean_ms_typical"], 1),
        "ways": {str(count): ways for count, ways in found.items()},
    }
