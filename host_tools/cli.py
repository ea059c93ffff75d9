"""The `tapstone` command: one verb per job, `--json` for machines, errors that say what to do."""

import asyncio
import contextlib
import io
import json
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from host_tools.acquirer.commands import acquirer_app
from host_tools.device.commands import journal_app
from host_tools.emv.commands import bench_tap, emv_app, fuzz_emv
from host_tools.errors import Unusable, in_words
from host_tools.faults.cuts import FaultsError
from host_tools.flash.commands import bench_journal
from host_tools.lives.commands import simulate_lives
from host_tools.lives.runner import LivesError
from host_tools.uplink.commands import bench_uplink

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Tapstone: a store-and-forward payment terminal. Test keys, not for live cards.",
)
# With one command each so far, a callback keeps them groups.
simulate_app = typer.Typer(no_args_is_help=True, callback=lambda: None, help="Simulated faults.")
fuzz_app = typer.Typer(no_args_is_help=True, callback=lambda: None, help="Spoilt input.")
bench_app = typer.Typer(no_args_is_help=True, callback=lambda: None, help="Measurements.")
_person = Console(stderr=True, highlight=False)

Data = Annotated[Path, typer.Option(help="Folder that keeps the virtual terminal's data.")]


def _tell_person(text: str) -> None:
    _person.print(text, soft_wrap=True)


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
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the page.")] = 8080,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget everything first.")] = False,
) -> None:
    """Starts the acquirer and the virtual terminal, and serves the page."""
    from host_tools.simulator.serve import serve_bench

    asyncio.run(_until_signal(serve_bench(data, port, fresh, _person.print)))
    _person.print("Stopped. The data are kept; start again to carry on.")


@app.command()
def demo(
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object.")] = False,
) -> None:
    """Tells the story in half a minute: sales, a network cut, a power cut, and all money banked."""
    from host_tools.demo import play

    result = asyncio.run(play(_tell_person if as_json else print))
    if as_json:
        print(json.dumps(result))
    raise typer.Exit(0 if result["lost"] == 0 and result["doubled"] == 0 else 1)


@simulate_app.command()
def cuts(
    cases: Annotated[int, typer.Option(min=1, help="How many power cuts to try.")] = 60_000,
    seed: Annotated[int, typer.Option(help="Number that all chance comes from.")] = 1,
    depth: Annotated[int, typer.Option(min=1, max=3, help="Cuts within the recovery, too.")] = 2,
    native: Annotated[
        bool, typer.Option(help="Compile for this processor first: the same sources, but faster.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object.")] = False,
) -> None:
    """Cuts the power in every operation of the journal. Exit 1 if anything is lost or invented."""
    from host_tools.faults.cuts import run as run_cuts

    result = run_cuts(cases, seed, depth, native=native)
    for failure in result["failures"]:
        _tell_person(failure)
    if as_json:
        print(json.dumps(result))
    else:
        print(
            f"{result['cases']} cases, {result['violations']} violations,"
            f" {result['cases_per_s']} a second"
        )
    raise typer.Exit(1 if result["violations"] else 0)


app.add_typer(acquirer_app, name="acquirer")
app.add_typer(emv_app, name="emv")
app.add_typer(journal_app, name="journal")
simulate_app.command("lives")(simulate_lives)
app.add_typer(simulate_app, name="simulate")
fuzz_app.command("emv")(fuzz_emv)
app.add_typer(fuzz_app, name="fuzz")
bench_app.command("tap")(bench_tap)
bench_app.command("journal")(bench_journal)
bench_app.command("uplink")(bench_uplink)
app.add_typer(bench_app, name="bench")


def main() -> None:
    """Whatever goes wrong is told in one line, and as {"error": text} to who asked for JSON."""
    _speak_in_any_locale()
    try:
        code = app(standalone_mode=False) or 0
    except typer.TyperException as error:
        code = _wrong_usage(error)
    except (Unusable, FaultsError, LivesError) as error:
        code = _failed(str(error), getattr(error, "exit_code", 1))
    except OSError as error:
        code = _failed(in_words(error), 1)
    sys.exit(code)


def _speak_in_any_locale() -> None:
    """A letter that the locale does not have is written as its number, and stops nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _wrong_usage(error: typer.TyperException) -> int:
    text, context = error.format_message(), getattr(error, "ctx", None)
    if not text:
        return error.exit_code  # nothing was asked for: the help was shown
    if context:
        _person.print(context.get_usage().strip(), markup=False)
        _person.print(f"Try '{context.command_path} --help' for help.", markup=False)
    return _failed(text, error.exit_code)


def _failed(text: str, code: int) -> int:
    _person.print(f"[red]tapstone:[/red] {escape(text)}", soft_wrap=True)
    if "--json" in sys.argv:
        print(json.dumps({"error": text}))
    return code
