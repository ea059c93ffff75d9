"""Where firmware and boards are: beside this package in a checkout, inside it once installed."""

import os
import shutil
import sys
from pathlib import Path

from host_tools.errors import Unusable

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


def _program(name: str, override: str) -> str:
    """The program beside this Python, else on PATH; an environment variable wins over both."""
    wished = os.environ.get(override)
    if wished and not shutil.which(wished):
        raise Unusable(f"{override}={wished} is no program; set it to the path of {name}, or not")
    chosen = wished or shutil.which(name, path=str(Path(sys.executable).parent))
    chosen = chosen or shutil.which(name)
    if not chosen:
        raise Unusable(f"{name} was not found; set {override}= to its path")
    return chosen


def micropython() -> str:
    """Any unix port of MicroPython 1.26 or newer; `MICROPYTHON=` overrides."""
    return _program("micropython", "MICROPYTHON")


def mpy_cross() -> str:
    return _program("mpy-cross", "MPY_CROSS")
