"""Static types: the firmware against each port's own stubs, the host tools against CPython."""

import json
import subprocess
import sys
from pathlib import Path

import install_stubs
import pytest

ROOT = Path(__file__).resolve().parents[2]

# board -> what is checked for it. The virtual one stands for all code that knows no board.
FIRMWARE = {
    "unix": ["firmware", "boards/unix"],
    "esp32s3": ["firmware/drivers", "boards/esp32s3/board.py"],
    "pico2w": ["firmware/drivers", "boards/pico2w/board.py"],
}
COMMON = {"pythonVersion": "3.11", "pythonPlatform": "Linux", "typeCheckingMode": "standard"}


def complaints(name, **config):
    """What the checker says in `config`, or "" when it has nothing to say."""
    file = ROOT / "build" / "types" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**COMMON, **config}, indent=1))
    checker = [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable, "-p", file]
    done = subprocess.run(checker, capture_output=True, text=True, timeout=300)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("board", FIRMWARE)
def test_the_firmware_agrees_with_the_stubs_of_the_port(board):
    stubs = str(install_stubs.stubs(board))
    found = complaints(
        board,
        include=[str(ROOT / place) for place in FIRMWARE[board]],
        extraPaths=[*(str(ROOT / p) for p in ("firmware", f"boards/{board}")), stubs],
        typeshedPath=stubs,
        reportMissingModuleSource=False,  # MicroPython's own modules are C: there is only the stub
    )
    assert not found, found


def test_the_host_tools_are_typed():
    found = complaints(
        "host",
        include=[str(ROOT / "host_tools")],
        # What runs inside MicroPython is proved by running it; fonts need an optional library.
        exclude=[f"{ROOT}/host_tools/**/on_target", f"{ROOT}/host_tools/release/fonts.py"],
        extraPaths=[str(ROOT)],
    )
    assert not found, found
