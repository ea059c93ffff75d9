"""What the documents say can be done can be done."""

import ast
import re
from pathlib import Path

from typer.testing import CliRunner

from host_tools.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _commands(program: str) -> set[str]:
    """What stands in code blocks and inline code after the program's name."""
    found = set()
    for page in PAGES:
        found |= set(re.findall(rf"(?:^|`){program} ([a-z-]+)", page.read_text(), re.M))
    return found


def test_every_make_target_that_a_page_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.M))
    assert {"run", "test", "demo"} <= _commands("make") <= targets


def test_every_tapstone_command_that_a_page_names_exists():
    named = _commands("tapstone")
    assert {"run", "demo"} <= named
    for command in named:
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0, command


def test_every_link_to_a_file_leads_somewhere():
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_journal_s_page_lists_the_tags_of_a_sale_as_the_firmware_packs_them():
    page = (ROOT / "docs" / "journal-format.md").read_text()
    listed = page[page.index("from bit 0:") :].partition(". New ones")[0]
    told = re.findall(r"([0-9A-F]{2,4}) (\d+|\\\*)", listed)
    assert [(int(tag, 16), length) for tag, length in told] == [
        (tag, str(length) if length > 0 else "\\*") for tag, length in _chip_tags()
    ]


def _chip_tags() -> list[tuple[int, int]]:
    """CHIP_TAGS of the firmware's `sale_record`, read as text: it runs only in MicroPython."""
    tree = ast.parse((ROOT / "firmware" / "terminal" / "sale_record.py").read_text())
    known = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }

    def number(node: ast.expr) -> int:
        if isinstance(node, ast.Name):
            node = known[node.id]
        if isinstance(node, ast.Call):  # const(...)
            node = node.args[0]
        return ast.literal_eval(node)

    rows = known["CHIP_TAGS"]
    assert isinstance(rows, ast.Tuple)
    return [
        (number(row.elts[0]), number(row.elts[1]))
        for row in rows.elts
        if isinstance(row, ast.Tuple)
    ]
