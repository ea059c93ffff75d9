"""`tapstone simulate lives`."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from host_tools.lives import frozen, native, runner
from host_tools.release.build import CompileError

_SEEDS = 200
_MANY = 100  # lives: from here on it is worth some seconds of compiling


def simulate_lives(
    seeds: Annotated[int | None, typer.Option(min=1, help="How many lives (200).")] = None,
    start: Annotated[
        int | None, typer.Option("--from", help="First seed; alone, the one life to repeat.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="A case of docs/reliability.md by its number, or 'all'.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, max=64, help="Processes.")] = None,
    machine_code: Annotated[
        bool, typer.Option("--native/--no-native", help="Many lives: compile for this processor.")
    ] = True,
    micropython_source: Annotated[
        Path | None, typer.Option(help="Very many lives: compile this MicroPython for them.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object.")] = False,
) -> None:
    """Lives whole lives of a terminal from seeds. Exit 1 if a promise is broken in any of them."""

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    first = 1 if start is None else start
    count = seeds or (_SEEDS if start is None else 1)
    if scenario is not None:
        result = runner.scenarios(_number(scenario), say=say)
        if not result["cases"]:
            raise typer.BadParameter(f"there is no case {scenario}", param_hint="--scenario")
    else:
        jobs = jobs or os.cpu_count() or 1
        with tempfile.TemporaryDirectory(prefix="tapstone-") as folder:
            firmware, on_target, program = None, runner.ON_TARGET, None
            if micropython_source:
                program, on_target = _frozen(micropython_source, Path(folder))
                firmware = on_target
            elif machine_code and count >= _MANY:
                firmware, on_target = native.trees(Path(folder))
            result = runner.run(count, first, jobs, firmware, on_target, say, program=program)
    print(json.dumps(result) if as_json else runner.summary(result))
    raise typer.Exit(1 if result["violations"] else 0)


def _number(scenario: str) -> int | None:
    if scenario != "all" and not scenario.isdecimal():
        raise typer.BadParameter("the number of a case, or 'all'", param_hint="--scenario")
    return None if scenario == "all" else int(scenario)


def _frozen(source: Path, folder: Path) -> tuple[Path, Path]:
    try:
        return frozen.micropython(source, folder)
    except CompileError as error:
        raise typer.BadParameter(str(error), param_hint="--micropython-source") from None
