"""`tapstone emv ...`, and the functions behind `tapstone fuzz emv` and `tapstone bench tap`."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from host_tools.errors import WrongUse

emv_app = typer.Typer(
    no_args_is_help=True,
    help="EMV cases, recorded sessions and TLV. Test keys, not for live cards.",
)
_person = Console(stderr=True, highlight=False, soft_wrap=True)

_COLUMNS = (
    "outcome", "apdus", "bytes", "air_ms", "link_ms", "cpu_ms", "in_field_ms", "instructions",
)  # fmt: skip

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]


def shared_cases() -> Path | None:
    """The folder of EMV cases, where there is one: $TAPSTONE_CASES, or beside the repository."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data" / "emv"
    folder = Path(os.environ.get("TAPSTONE_CASES") or beside)
    return folder if folder.is_dir() else None


def _warn(text: str) -> None:
    _person.print(text, markup=False)


@emv_app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Case files; the format is in the file.")],
    as_json: AsJson = False,
) -> None:
    """Runs case files through the firmware inside MicroPython. Exit 1 if any case fails."""
    from host_tools.emv import check as checking

    report = checking.check(
        files, lambda row: None if as_json else print(checking.line(row), flush=True)
    )
    print(json.dumps(vars(report), indent=1) if as_json else report.summary())
    raise typer.Exit(1 if report.failed else 0)


@emv_app.command()
def decode(
    text: Annotated[str, typer.Argument(metavar="HEX", help="A TLV string; spaces are ignored.")],
    as_json: AsJson = False,
) -> None:
    """Explains a TLV string as a tree. Card numbers are masked. Exit 1 if it does not parse."""
    from host_tools.emv import decode as decoding
    from host_tools.emv import tell

    try:
        data = bytes.fromhex(text)
    except ValueError:
        raise WrongUse("HEX: pairs of hexadecimal digits, please") from None
    nodes, status, problem = decoding.read(data)
    numbers = tell.pans(nodes)
    if as_json:
        found = {"objects": decoding.as_data(nodes, numbers), "status": status, "problem": problem}
        print(json.dumps(found, indent=1))
    else:
        print("\n".join(decoding.lines(nodes, numbers)))
        if status:
            print(f"status {status}: {tell.word('status', status) or 'unknown'}")
        if problem:
            _warn(f"tapstone: it does not parse at {problem}")
    raise typer.Exit(1 if problem else 0)


@emv_app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A recorded session, or a file of several.")],
    id: Annotated[str | None, typer.Option(help="Which session of several.")] = None,
    as_json: AsJson = False,
) -> None:
    """Explains a recorded card session step by step. Card numbers are masked."""
    from host_tools.emv import cases
    from host_tools.emv import replay as replaying

    found = cases.sessions(cases.load(file))
    chosen = [session for session in found if id in (None, session.get("id"))]
    if len(chosen) != 1:
        names = ", ".join(session.get("id", "?") for session in found)
        raise WrongUse(f"{file}: choose one with --id: {names}")
    try:
        title, steps = replaying.title(chosen[0]), replaying.steps(chosen[0])
    except (KeyError, TypeError, ValueError) as error:
        raise WrongUse(f"{file}: not a session: {type(error).__name__} {error}") from None
    if as_json:
        print(json.dumps({"title": title, "steps": [vars(step) for step in steps]}, indent=1))
    else:
        print("\n".join(title))
        for step in steps:
            print("\n" + "\n".join(step.lines()))


def fuzz_emv(
    inputs: Annotated[int, typer.Option(min=1, help="How many inputs to try.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Number that all chance comes from.")] = 1,
    start: Annotated[int, typer.Option(min=0, help="First input: to repeat one of a run.")] = 0,
    corpus: Annotated[
        Path | None, typer.Option(help="File of recorded sessions; made if it is not there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Feeds spoilt card sessions to the kernels inside MicroPython. Exit 1 if one misbehaves."""
    import tempfile

    from host_tools.emv import fuzz
    from host_tools.emv.inside import build

    kept = fuzz.kept(corpus)
    with tempfile.TemporaryDirectory(prefix="tapstone-") as folder:
        built = build(Path(folder))
        seeds = kept or fuzz.recorded(corpus, built, shared_cases())
        result = fuzz.run(seeds, built, seed, start, inputs, _warn)
    if result.failures and corpus is None:
        corpus = Path(f"fuzz-corpus-{seed}.json")
        corpus.write_text(json.dumps(seeds))
    for failure in result.failures:
        options = f"--corpus {corpus} --seed {seed} --start {failure['failure']} --inputs 1"
        failure["repeat"] = f"tapstone fuzz emv {options}"
    if as_json:
        print(json.dumps({**vars(result), "rate": round(result.rate)}, indent=1))
    else:
        for failure in result.failures:
            print(f"{failure['seed']}: {failure['what']}\n  {failure['repeat']}")
            print(failure.get("trace", ""), end="")
        print(
            f"{result.inputs} inputs from {result.seeds} sessions, seed {seed}, from {start} on:"
            f" {len(result.failures)} failures, {result.rate:.0f} a second"
        )
    raise typer.Exit(1 if result.failures else 0)


def bench_tap(
    profile: Annotated[list[str] | None, typer.Option(help="Only this card; repeatable.")] = None,
    cards: Annotated[
        Path | None,
        typer.Option(help="Folder that keeps the cards' keys: the same give the same counts."),
    ] = None,
    count: Annotated[
        bool, typer.Option(help="Count instructions with callgrind: takes some minutes.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """What a tap costs with each virtual card, between field on and card done."""
    from rich.table import Table

    from host_tools.emv import bench

    found: dict[str, dict] = {}
    table = Table("card", "", *_COLUMNS, title="A tap, without the card's own thinking")
    for name, kind, costs in bench.run(profile, cards, count):
        if kind == "offline":
            found[name] = costs
        else:
            found[name][kind] = costs
        table.add_row(name, kind, *[str(costs[column]) for column in _COLUMNS])
        _warn(f"{name} {kind}: {costs['in_field_ms']} ms")
    if count and any(costs["instructions"] is None for costs in found.values()):
        _warn("valgrind is not installed: instructions are not counted")
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        Console(width=120).print(table)
