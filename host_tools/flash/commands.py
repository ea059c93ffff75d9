"""`tapstone bench journal`."""

import json
from typing import Annotated

import typer

_ROWS = {
    "bytes_per_byte": "bytes programmed per byte",
    "programs_per_record": "programs per record",
    "erases_critical": "erases while waiting",
    "erases_total": "erases in all",
    "mean_ms_typical": "ms per record",
    "worst_ms_typical": "worst ms",
    "mean_ms_maximum": "ms, slowest chip",
    "worst_ms_maximum": "worst ms, slowest chip",
    "boot_reads": "page reads at a start",
    "boot_ms": "ms at a start",
}


def bench_journal(
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object.")] = False,
) -> None:
    """What a durable record costs: our journal beside littlefs and FAT, on one counting flash."""
    from rich.console import Console
    from rich.table import Table

    from host_tools.flash import bench

    found = bench.run()
    if as_json:
        print(json.dumps(bench.summary(found)))
        return
    console = Console(highlight=False)
    for records, ways in found.items():
        table = Table("", *ways, title=f"{records} records of 256 bytes, 1 MiB")
        for name, label in _ROWS.items():
            table.add_row(label, *[str(costs[name]) for costs in ways.values()])
        console.print(table)
    result = bench.summary(found)
    console.print(
        f"{result['ratio_to_littlefs']} times faster than appending with littlefs,"
        f" {result['ratio_to_littlefs_files']} times than a file for each record;"
        f" an open journal takes {result['open_heap_bytes']} bytes of heap"
    )
