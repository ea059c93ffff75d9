"""`tapstone journal ...`: what a flash image holds, in words."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from host_tools.errors import WrongUse, in_words

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
    every: Annotated[
        bool, typer.Option("--all", help="Also what was released long ago, not only 200 records.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Decodes every sector and record: what is pending, torn, and what a start would do.

    The image is not changed. Exit 1 if it holds no readable journal.
    """
    found = _decoded(image, provision or image.parent / "provision.json", every)
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        _tell(found)
    for note in found["notes"]:
        _person.print(f"{image}: {note}", markup=False)
    if "error" in found:
        _person.print("[red]tapstone:[/red]", end=" ")
        _person.print(f"{image}: {_in_words(found['error'])}", markup=False)
        raise typer.Exit(1)


def _decoded(image: Path, provision: Path, every: bool) -> dict:
    from host_tools.device import journal
    from host_tools.device import provision as provisioning

    try:
        with image.open("rb"):
            pass  # what cannot be read is told before anything else
    except OSError as error:
        raise WrongUse(in_words(error)) from None
    try:
        key = provisioning.seal_key(provisioning.read(provision))
    except (OSError, provisioning.NoProvisioning) as error:
        said = in_words(error) if isinstance(error, OSError) else str(error)
        raise WrongUse(f"{said}. The journal's key is needed: --provision FILE") from None
    return journal.decode(image, key, every=every)


_ADVICE = {
    "NotAJournal": "no journal is here: the flash was never provisioned, or this is no flash image",
    "WrongKey": "the records are sound, but sealed with another key: take the provision.json of"
    " the terminal that this flash was in",
    "Damaged": "what must be there cannot be read: keep this image, and do not format the flash",
}


def _in_words(error: str) -> str:
    """What happened and what to do; the exception's own words behind it."""
    name = error.partition(":")[0]
    return f"{_ADVICE[name]} ({error})" if name in _ADVICE else error.partition(": ")[2]


def _tell(found: dict) -> None:
    if found["records"]:
        _tell_records(found["records"])
    if found["sectors"]:
        _tell_sectors(found["sectors"])
        print(f"torn pages: {', '.join(map(str, found['torn'])) or 'none'}")
    if "error" not in found:
        _tell_state(found)
    elif found["sectors"]:
        print("a start would stop here: out of order, until a technician has looked at it")


def _tell_records(records: list[dict]) -> None:
    table = Table("position", "sale", "kind", "amount", "card", "time", "released", box=None)
    table.columns[3].justify = "right"
    for record in records:
        sale = record["sale"] or {"amount_fen": None, "card": _batch(record), "time": ""}
        table.add_row(
            str(record["pos"]),
            str(record["seq"] or ""),
            record["kind"] + (" (copy)" if record["copy"] else ""),
            "" if sale["amount_fen"] is None else f"{sale['amount_fen'] / 100:,.2f}",
            sale["card"],
            sale["time"],
            ("yes" if record["released"] else "no") if record["seq"] else "",
        )
    Console(highlight=False).print(table)


def _batch(record: dict) -> str:
    """What a record about a batch says: its number and, by product, how many and how much."""
    if "batch" not in record:
        return ""
    batch = record["batch"]
    totals = [f"{name} {n} = {fen / 100:,.2f}" for name, (n, fen) in batch["totals"].items()]
    closing = f"; closing {batch['closing']}" if batch["closing"] else ""
    return f"batch {batch['number']}: {', '.join(totals) or 'nothing yet'}{closing}"


_SIGNS = {"blank": "·", "open": "o", "full": "█", "erasing": "?"}
_IN_A_ROW = 64


def _tell_sectors(sectors: list[dict]) -> None:
    """The flash as it lies, a sign for each sector; rows at the end that are blank are left out."""
    signs = "".join(_SIGNS[sector["state"]] for sector in sectors)
    shown = -(-len(signs.rstrip(_SIGNS["blank"])) // _IN_A_ROW) * _IN_A_ROW or _IN_A_ROW
    print(f"\nsectors: {len(signs)} (o open, █ written, ? no number to be read, · blank)")
    for at in range(0, min(shown, len(signs)), _IN_A_ROW):
        print(f"{at:6}  {signs[at : at + _IN_A_ROW]}")
    if shown < len(signs):
        print(f"{shown:6}  and all behind it: blank")
    erases = {sector["erases"] for sector in sectors if sector["erases"]}
    if erases:
        print("times erased:", " to ".join(map(str, sorted({min(erases), max(erases)}))))


def _tell_state(found: dict) -> None:
    from host_tools.device import journal

    stored, checking = journal.waiting(found, "stored"), journal.waiting(found, "checking")
    print(f"released up to sale {found['released']}; not released: {found['pending']}", end=" ")
    print(f"(stored: {stored['count']}, {stored['fen'] / 100:,.2f};", end=" ")
    print(f"checking: {checking['count']}, {checking['fen'] / 100:,.2f})")
    print(f"a start would write at {found['boot']['writes_at']}", end="")
    print(f" and void what lies from {found['boot']['voids_from']} on")
