"""`tapstone emv ...`, and the functions behind `tapstone fuzz emv` and `tapstone bench tap`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

emv_app = typer.Typer(
    no_args_is_help=True,
    help="EMV cases, recorded sessions and TLV. Test keys, not for live cards.",
)
_person = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]


def _fail(text: str, code: int = 2) -> typer.Exit:
    _person.print("[red]tapstone:[/red]", end=" ")
    _person.print(text, markup=False)
    return typer.Exit(code)


@emv_app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Case files; the format is in the file.")],
    as_json: AsJson = False,
) -> None:
    """Runs case files through the firmware inside MicroPython. Exit 1 if any case fails."""
    from host_tools.emv import check as checking
    from host_tools.emv.cases import BadFile

    try:
        report = checking.check(
            files, lambda row: None if as_json else print(checking.line(row), flush=True)
        )
    except BadFile as error:
        raise _fail(str(error)) from None
    print(json.dumps(vars(report), indent=1) if as_json else report.summary())
    raise typer.Exit(1 if report.failed else 0)
