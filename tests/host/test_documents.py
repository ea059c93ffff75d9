"""What the documents say can be done can be done."""

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
