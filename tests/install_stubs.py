"""Fetches the type stubs of each MicroPython port into a folder of its own under .typings/.

The sets contain files of the same names, so they can never be installed together.
"""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

TYPINGS = Path(__file__).resolve().parent.parent / ".typings"

_VERSION = "1.29.0.post1"
_STUBS = {
    "unix": "micropython-unix-stubs",
    "esp32s3": "micropython-esp32-esp32-generic-s3-stubs",
    "pico2w": "micropython-rp2-rpi-pico2-w-stubs",
}
_COMMON = "micropython-stdlib-stubs==1.29.0.post2"


def stubs(board: str) -> Path:
    """The folder with the stubs for `board`, installed the first time by one process at a time."""
    target = TYPINGS / board
    mark = target / f"{_STUBS[board].replace('-', '_')}-{_VERSION}.dist-info"
    TYPINGS.mkdir(exist_ok=True)
    with open(TYPINGS / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists():
            shutil.rmtree(target, ignore_errors=True)
            _install(target, f"{_STUBS[board]}=={_VERSION}", _COMMON)
        # The virtual board brings its own `machine`, which must be the one that is checked against.
        if board == "unix":
            (target / "machine.pyi").unlink(missing_ok=True)
    return target


def _install(target: Path, *requirements: str) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    part = target.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    subprocess.run([*pip, "--no-deps", "--target", part, *requirements], check=True)
    part.rename(target)


if __name__ == "__main__":
    for name in _STUBS:
        print(stubs(name))
