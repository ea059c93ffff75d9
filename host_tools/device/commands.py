"""`tapstone journal ...`: what a flash image holds, in words."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

journal_app = typer.Typer(no_args_is_help=True, help="The journal in a flash image.")
_person = Console(stderr=True, highlight=False, soft_wrap=True)


@journal_app.callback()
def _group() -> None:
    """Commands on the journal of a flash image."""


@journal_app.command()
def show(
    image: Annotated[Path, typer.Argument(help="A flash image, as a terminal's flash.bin.")],
    provision: Annotated[
        Path | None,
        typer.Option(help="The provision.json with its key (default: beside the image)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Decodes every sector and record: what is pending, torn, and what a start would do.

    The image is not changed. Exit 1 if it holds no readable journal.
    """
    found = _decoded(image, provision or image.with_name("provision.json"))
    if as_json:
        print(json.dumps(found, indent=1))
    elif "error" not in found:
        _tell(found)
    if "error" in found:
        _person.print(f"[red]tapstone:[/red] {image}: {found['error']}")
        raise typer.Exit(1)


def _decoded(image: Path, provision: Path) -> dict:
    from host_tools.device import journal
    from host_tools.device import provision as provisioning
    from host_tools.device.target import TargetError

    try:
        key = provisioning.seal_key(provisioning.read(provision))
        with image.open("rb"):
            return journal.decode(image, key)
    except OSError as error:
        _person.print(f"[red]tapstone:[/red] {error.filename}: {error.strerror}")
    except (KeyError, TypeError, ValueError):
        _person.print(f"[red]tapstone:[/red] {provision}: no provisioning document")
    except TargetError as error:
        _person.print(f"[red]tapstone:[/red] {image}: {error}")
    raise typer.Exit(2)


def _tell(found: dict) -> None:
    table = Table("position", "sale", "kind", "amount", "card", "time", "released", box=None)
    for record in found["records"]:
        sale = record["sale"] or {"amount_fen": 0, "card": "", "time": ""}
        table.add_row(
            str(record["pos"]),
            str(record["seq"]),
            record["kind"] + (" (copy)" if record["copy"] else ""),
            f"{sale['amount_fen'] / 100:,.2f}",
            sale["card"],
            sale["time"],
            "yes" if record["released"] else "no",
        )
    Console().print(table)
    used = [s for s in found["sectors"] if s["fill"]]
    print(f"sectors: {len(found['sectors'])}, with records: {len(used)}, open: {found['open']}")
    print(f"torn pages: {', '.join(map(str, found['torn'])) or 'none'}")
    print(f"released up to sale {found['released']}; not released: {found['pending']}")
    print(f"a start would write at {found['boot']['writes_at']}", end="")
    print(f" and void what lies from {found['boot']['voids_from']} on")
