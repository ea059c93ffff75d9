"""`tapstone simulate lives`."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from host_tools.lives import runner
from host_tools.lives.native import trees as native_trees

_SEEDS = 200


def simulate_lives(
    seeds: Annotated[int | None, typer.Option(min=1, help="How many lives (200).")] = None,
    start: Annotated[
        int | None, typer.Option("--from", help="First seed; alone, the one life to repeat.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="A case of docs/reliability.md by its number, or 'all'.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes.")] = None,
    native: Annotated[
        Path | None,
        typer.Option(help="Compile to machine code into this folder first; on x86-64 only."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object.")] = False,
) -> None:
    """Lives whole lives of a terminal from seeds. Exit 1 if a promise is broken in any of them."""

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    trees = native_trees(native) if native else {}
    if scenario:
        number = None if scenario == "all" else int(scenario)
        result = runner.scenarios(number, say=say, **trees)
    else:
        first = 1 if start is None else start
        count = seeds or (_SEEDS if start is None else 1)
        result = runner.run(count, first, jobs or os.cpu_count() or 1, say=say, **trees)
    print(json.dumps(result) if as_json else runner.summary(result))
    raise typer.Exit(1 if result["violations"] else 0)
