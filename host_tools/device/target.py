"""Runs a program of `on_target/` inside MicroPython, on the firmware's own modules."""

import os
import subprocess
from pathlib import Path

from host_tools import paths
from host_tools.errors import Unusable

_PROGRAMS = Path(__file__).parent / "on_target"
_HEAP = "16m"  # these work on whole images in memory; the firmware itself never does


class TargetError(Unusable):
    """The program failed; the text is what it said."""


def run(firmware: Path, program: str, *arguments: str) -> str:
    """What the program printed. Raises TargetError when it does not end well."""
    done = subprocess.run(
        [paths.micropython(), "-X", f"heapsize={_HEAP}", str(_PROGRAMS / program), *arguments],
        env={**os.environ, "MICROPYPATH": f"{firmware}:{_PROGRAMS}:.frozen"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode:
        said = (done.stderr + done.stdout).strip()
        raise TargetError(said[-500:] or f"{program} failed")
    return done.stdout
