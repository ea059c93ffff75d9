"""A MicroPython for long runs: compiled from its source for this processor and without threads,
with firmware and simulation as machine code inside. It lives the same lives.
"""

import subprocess
from pathlib import Path

from host_tools import paths
from host_tools.lives import native
from host_tools.release.build import CompileError

_MANIFEST = """include("$(MPY_DIR)/extmod/asyncio")
freeze_mpy("{}")
freeze_mpy("{}")
"""
# Across files nlr_push, which is all assembly, must be called by the book: hence the two no's.
_OPTIONS = "-O3 -march=native -flto=2 -fno-ipa-ra -fno-ipa-sra"
_DEFINED = " -DNDEBUG -DMICROPY_OPT_MAP_LOOKUP_CACHE_SIZE=16384"
_LEFT_OUT = ("THREAD", "BTREE", "FFI")
_LINES_TOLD = 5


def micropython(source: Path, out: Path) -> tuple[Path, Path]:
    """(the program, the folder with what it is started with), made in `out`.

    `source` is a checkout of MicroPython with its submodules. Raises CompileError.
    """
    port = source / "ports" / "unix"
    if not port.is_dir():
        raise CompileError(f"{source} is no checkout of MicroPython: it has no ports/unix")
    trees = native.trees(out)
    manifest = out / "manifest.py"
    manifest.write_text(_MANIFEST.format(*trees))
    settings = {
        "BUILD": out / "build",
        "FROZEN_MANIFEST": manifest,
        "COPT": _OPTIONS + _DEFINED,
        "LDFLAGS_EXTRA": _OPTIONS,
        "CWARN": "",
        "MICROPY_MPYCROSS": paths.mpy_cross(),
        "MICROPY_MPYCROSS_DEPENDENCY": "",
        **{f"MICROPY_PY_{name}": 0 for name in _LEFT_OUT},
    }
    _make(port, [f"{name}={value}" for name, value in settings.items()])
    start = out / "start"
    start.mkdir()
    (trees[1] / native.SCRIPT).rename(start / native.SCRIPT)
    return out / "build" / "micropython", start


def _make(folder: Path, settings: list[str]) -> None:
    done = subprocess.run(
        ["make", "-j2", "-C", str(folder), *settings], capture_output=True, text=True
    )
    if done.returncode:
        told = "\n".join((done.stderr or done.stdout).splitlines()[-_LINES_TOLD:])
        raise CompileError(f"MicroPython in {folder}: {told}")
