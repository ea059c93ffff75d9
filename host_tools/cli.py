"""The `tapstone` command: one verb per job, `--json` for machines, errors that say what to do."""

import asyncio
import contextlib
import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Tapstone: a store-and-forward payment terminal. Test keys, not for live cards.",
)
_person = Console(stderr=True, highlight=False)

Data = Annotated[Path, typer.Option(help="Folder that keeps the virtual terminal's data.")]


def _tell_person(text: str) -> None:
    _person.print(text, soft_wrap=True)


def _fail(text: str, code: int = 1) -> NoReturn:
    _person.print(f"[red]tapstone:[/red] {text}")
    raise typer.Exit(code)


async def _until_signal(work) -> None:
    """Runs `work` until it ends or the person says stop; cancels it in order."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


@app.command()
def run(
    data: Data = Path(".tapstone"),
    port: Annotated[int, typer.Option(help="Port of the page.")] = 8080,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget everything first.")] = False,
) -> None:
    """Starts the acquirer and the virtual terminal, and serves the page."""
    from host_tools.simulator.bench import BenchError
    from host_tools.simulator.serve import Taken, serve_bench

    if fresh:
        _forget(data)
    try:
        asyncio.run(_until_signal(serve_bench(data, port, _person.print)))
    except (Taken, BenchError) as error:
        _fail(str(error))
    _person.print("Stopped. The data are kept; start again to carry on.")


def _forget(data: Path) -> None:
    """Removes only a folder that this program made."""
    if not data.exists():
        return
    if any(data.iterdir()) and not (data / "provision.json").exists():
        _fail(f"{data} does not look like a terminal's data folder: not removed", 2)
    shutil.rmtree(data)


@app.command()
def demo(
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object.")] = False,
) -> None:
    """Tells the story in half a minute: sales, a network cut, a power cut, and all money banked."""
    from host_tools.demo import DemoError, play

    say = _tell_person if as_json else print
    try:
        result = asyncio.run(play(say))
    except DemoError as error:
        _fail(f"the demo did not end: {error}")
    if as_json:
        json.dump(result, sys.stdout)
        print()
    raise typer.Exit(0 if result["lost"] == 0 and result["doubled"] == 0 else 1)


def main() -> None:
    app()
