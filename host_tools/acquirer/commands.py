"""`tapstone acquirer ...`: what the acquirer owes its merchants, batch by batch."""

import csv
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from host_tools import jsonfile
from host_tools.errors import Unusable

acquirer_app = typer.Typer(no_args_is_help=True, help="The acquirer's books.")
_PIPE_COLUMNS = 160
_MOST = 10**12  # more fen than a terminal can hold

Directory = Annotated[Path, typer.Argument(help="The acquirer's directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@acquirer_app.callback()
def _group() -> None:
    """Commands on the books of an acquirer; it may be running."""


def _print(table: Table) -> None:
    """Whole: a reference that is cut short helps nobody."""
    console = Console()
    if not console.is_terminal:
        console.width = _PIPE_COLUMNS
    for column in table.columns:
        column.overflow = "fold"
    console.print(table)


def _must_exist(directory: Path) -> None:
    from host_tools.acquirer.schema import DATABASE

    if not (directory / DATABASE).exists():
        raise Unusable(f"{directory} holds no acquirer: {DATABASE} is missing")


@acquirer_app.command()
def settlements(directory: Directory, as_json: AsJson = False) -> None:
    """Lists the batches that terminals have settled, newest first."""
    from host_tools.acquirer import ledger

    _must_exist(directory)
    found = ledger.settled(directory)
    if as_json:
        print(json.dumps({"settlements": found}, indent=1))
        return
    columns = ("reference", "terminal_id", "batch", "business_date", "count")
    table = Table(*columns, "gross", "fee", "net", "differences", "state")
    for row in found:
        sums = (_yuan(row[name]) for name in ("gross_fen", "fee_fen", "net_fen"))
        names = (str(row[name]) for name in columns)
        table.add_row(*names, *sums, str(len(row["differences"])), row["state"])
    _print(table)


@acquirer_app.command()
def statement(
    directory: Directory,
    reference: Annotated[str, typer.Argument(help="As `settlements` lists it.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Only the lines, for a table.")] = False,
) -> None:
    """One settlement as a file: its lines with their fees, sums, and differences (JSON)."""
    from host_tools.acquirer import ledger

    _must_exist(directory)
    try:
        found = ledger.statement(directory, reference)
    except LookupError as error:
        raise Unusable(str(error.args[0])) from None
    if not as_csv:
        print(json.dumps(found, indent=1))
    elif found["lines"]:
        writer = csv.DictWriter(sys.stdout, list(found["lines"][0]))
        writer.writeheader()
        writer.writerows(found["lines"])


@acquirer_app.command("settle-retired")
def settle_retired(
    directory: Directory,
    key_id: Annotated[str, typer.Argument(help="Initial key id of a terminal that was replaced.")],
) -> None:
    """Settles what a replaced terminal has left: nobody is there to close its batch."""
    from host_tools.acquirer import settlement, terms
    from host_tools.acquirer.schema import transaction

    _must_exist(directory)
    try:
        with transaction(directory) as connection:
            now = datetime.now(UTC)
            made = settlement.close_for(connection, key_id, now, terms.load(directory))
    except ValueError as error:
        raise Unusable(str(error)) from None
    print(f"settlement {settlement.reference_of(made)}" if made else "nothing is left to settle")


@acquirer_app.command()
def publish(
    directory: Directory,
    file: Annotated[Path, typer.Argument(help="A document (JSON); `template` prints one.")],
    as_json: AsJson = False,
) -> None:
    """Checks a document, signs it, and offers it to the terminals that it is for."""
    from host_tools.acquirer import publishing
    from host_tools.acquirer.documents import BadDocument

    _must_exist(directory)
    try:
        made = publishing.publish(directory, jsonfile.read(file))
    except BadDocument as error:
        raise Unusable(f"{file}: {error}") from None
    if as_json:
        print(json.dumps(vars(made)))
    else:
        print(
            f"{made.kind} {made.version} published, {made.signed_bytes} bytes;"
            f" terminals it is for: {made.terminals}. They fetch it within their next minutes."
        )


@acquirer_app.command()
def template(
    directory: Directory,
    kind: Annotated[str, typer.Argument(help="parameters or notices")],
) -> None:
    """Prints a document to edit and publish, for the first merchant that is enrolled."""
    from host_tools.acquirer import ledger, templates

    _must_exist(directory)
    if kind not in templates.MAKERS:
        raise Unusable(
            f"there are no documents of the kind {kind!r}; {' or '.join(templates.MAKERS)}"
        )
    terminals = [row for row in ledger.enrolled(directory) if not row["retired"]]
    if not terminals:
        raise Unusable("no terminal is enrolled")
    made = templates.MAKERS[kind](terminals[0], datetime.now(UTC))
    # A file is UTF-8 in every country; where the output is not, escapes say the same.
    plain = sys.stdout.encoding.lower() != "utf-8"
    print(json.dumps(made, ensure_ascii=plain, indent=1))


@acquirer_app.command()
def documents(directory: Directory, as_json: AsJson = False) -> None:
    """Lists what was published, who uses it, and which terminals refused something, and why."""
    from host_tools.acquirer import ledger, publishing
    from host_tools.acquirer.reading import reading

    _must_exist(directory)
    with reading(directory) as connection:
        rows = publishing.listed(connection)
    refused = [n for n in ledger.notes(directory, "alarm") if n["code"].endswith("_refused")]
    if as_json:
        print(json.dumps({"documents": rows, "refused": refused}, indent=1))
        return
    table = Table("kind", "version", "merchant", "terminal", "published", "in use by")
    for row in rows:
        names = (row[n] or "all" for n in ("merchant_id", "terminal_id"))
        table.add_row(
            row["kind"], str(row["version"]), *names, row["published_at"], str(row["in_use_by"])
        )
    _print(table)
    for note in refused:
        print(f"refused by {note['subject']}: {note['detail']} ({note['last_at']})")


@acquirer_app.command()
def payees(directory: Directory, as_json: AsJson = False) -> None:
    """Lists the settlement accounts of all merchants, each with the day from which it counts."""
    from host_tools.acquirer import payees as rules
    from host_tools.acquirer.reading import reading

    _must_exist(directory)
    with reading(directory) as connection:
        rows = [dict(row._mapping) for row in rules.history(connection)]
    if as_json:
        print(json.dumps({"payees": rows}, indent=1))
        return
    columns = ("merchant_id", "terminal_id", "account", "cycle", "valid_from", "published_at")
    table = Table(*columns)
    for row in rows:
        table.add_row(*(row[name] or "all" for name in columns))
    _print(table)


@acquirer_app.command("release-reset")
def release_reset(
    directory: Directory,
    terminal: Annotated[str, typer.Argument(help="Terminal id; of a replaced one its key id.")],
    count: Annotated[
        int | None, typer.Option(min=0, max=_MOST, help="How many sales may be lost.")
    ] = None,
    fen: Annotated[int | None, typer.Option(min=0, max=_MOST, help="How much, in fen.")] = None,
    as_json: AsJson = False,
) -> None:
    """Allows one factory reset that loses at most so much (default: what the terminal last held).

    The merchant then asks for the reset at the terminal, within a day. What is lost is remembered.
    """
    from host_tools.acquirer import reset

    _must_exist(directory)
    made = reset.grant(directory, terminal, count, fen)
    if as_json:
        print(json.dumps(made))
    else:
        print(
            f"{made['terminal_id']} ({made['key_id']}) may lose up to {made['most_count']} sales,"
            f" {_yuan(made['most_fen'])}, in one reset within a day."
            f" It was last heard of at {made['seen_at'] or 'no time'}."
        )


@acquirer_app.command()
def resets(directory: Directory, as_json: AsJson = False) -> None:
    """Lists what terminals have lost in factory resets, and the numbers that are still missing."""
    from host_tools.acquirer import reset

    _must_exist(directory)
    rows = reset.listed(directory)
    if as_json:
        print(json.dumps({"resets": rows}, indent=1))
        return
    table = Table("terminal", "key id", "allowed at", "sales", "sum", "missing", "heard of later")
    for row in rows:
        names = (row[name] for name in ("terminal_id", "key_id", "allowed_at"))
        later = "yes: not reset?" if row["heard_of_later"] else "no"
        table.add_row(*names, str(row["count"]), _yuan(row["fen"]), row["missing"] or "-", later)
    _print(table)


def _yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"
