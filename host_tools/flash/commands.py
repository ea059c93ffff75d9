"""`tapstone bench journal`."""

import json
from pathlib import Path
from typing import Annotated

import typer

_CHART = Path("build", "journal-bench.png")

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
    chart: Annotated[
        Path | None, typer.Option(help=f"Where the chart goes, as PNG (default: {_CHART}).")
    ] = None,
) -> None:
    """What a durable record costs: our journal beside littlefs and FAT, on one counting flash."""
    from rich.console import Console

    from host_tools.flash import bench

    person = Console(stderr=as_json, highlight=False, soft_wrap=True)
    if chart:
        _must_draw()
    found = bench.run()
    if as_json:
        print(json.dumps(bench.summary(found)))
    else:
        _tell(person, found, bench.summary(found))
    _draw(person, found, chart or _CHART)


def _tell(person, found: dict, result: dict) -> None:
    from rich.table import Table

    for records, ways in found.items():
        table = Table("", *ways, title=f"{records} records of 256 bytes, 1 MiB")
        for name, label in _ROWS.items():
            table.add_row(label, *[str(costs[name]) for costs in ways.values()])
        person.print(table)
    person.print(
        f"{result['ratio_to_littlefs']} times faster than appending with littlefs,"
        f" {result['ratio_to_littlefs_files']} times than a file for each record;"
        f" an open journal takes {result['open_heap_bytes']} bytes of heap"
    )


def _must_draw() -> None:
    """Who asks for a chart hears at once that there can be none."""
    from host_tools.flash import chart

    chart.check()


def _draw(person, found: dict, out: Path) -> None:
    from host_tools.flash import chart

    longest = max(found)
    try:
        chart.draw(found[longest], longest, out)
    except chart.NoPillow as error:
        person.print(str(error), markup=False)
    except OSError as error:
        person.print(f"{out} cannot be written: {error.strerror}", style="red", markup=False)
        raise typer.Exit(1) from None
    else:
        person.print(f"chart: {out}")
