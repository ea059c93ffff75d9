"""Where firmware and boards are: beside this package in a checkout, inside it once installed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from host_tools.errors import Unusable

_PATIENCE_S = 10.0
_HERE = Path(__file__).resolve().parent


def _tree(name: str) -> Path:
    for base in (_HERE.parent, _HERE / "bundle"):
        if (base / name).is_dir():
            return base / name
    raise FileNotFoundError(f"the {name}/ folder is missing from this installation")


def firmware_dir() -> Path:
    return _tree("firmware")


def boards_dir() -> Path:
    return _tree("boards")


def _program(name: str, override: str, answers: Callable[[str], bool]) -> str:
    """The program beside this Python, else on PATH; an environment variable wins over both, if what
    it names `answers` as this program does."""
    wished = os.environ.get(override)
    if wished and not (shutil.which(wished) and answers(wished)):
        raise Unusable(f"{override}={wished} is not {name}; set it to the path of one, or not")
    chosen = wished or shutil.which(name, path=str(Path(sys.executable).parent))
    chosen = chosen or shutil.which(name)
    if not chosen:
        raise Unusable(f"{name} was not found; set {override}= to its path")
    return chosen


@cache
def _is_micropython(program: str) -> bool:
    says_its_name = "import sys; print(sys.implementation.name)"
    return _said([program, "-c", says_its_name]) == "micropython"


@cache
def _is_mpy_cross(program: str) -> bool:
    return "mpy-cross" in _said([program, "--version"])


def _said(command: list[str]) -> str:
    """Nothing from what is no program, ends in an error or does not end."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace").strip()


def micropython() -> str:
    """Any unix port of MicroPython 1.26 or newer; `MICROPYTHON=` overrides."""
    return _program("micropython", "MICROPYTHON", _is_micropython)


def mpy_cross() -> str:
    return _program("mpy-cross", "MPY_CROSS", _is_mpy_cross)
