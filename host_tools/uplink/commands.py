"""`tapstone bench uplink`."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from host_tools.uplink import bench

_COLUMNS = ("sales/s", "one in flight", "ratio", "bytes/sale", "first receipt, ms")


def bench_uplink(
    sales: Annotated[int, typer.Option(min=1, max=1000, help="Stored sales to drain.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object.")] = False,
) -> None:
    """How fast a terminal empties its queue, on several lines, against one message at a time."""

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    results = {}
    for condition, figures in bench.run(sales, say):
        results[condition.name] = figures
    if as_json:
        print(json.dumps(results))
    else:
        _print(results)


def _print(results: dict[str, dict]) -> None:
    table = Table("line", *_COLUMNS)
    for name, figures in results.items():
        table.add_row(name, *(str(value) for value in figures.values()))
    Console().print(table)
