"""Compiles the firmware and one board into the tree of `.mpy` files that a device runs.

The unix board runs this very form, so what is tested is what is deployed.
"""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from host_tools import paths
from host_tools.errors import Unusable
from host_tools.release import texts

# Kept as source: the interpreter is started with `main.py`, as on a device.
_AS_SOURCE = ("main.py", "boot.py")
_TEXTS = Path("ui/texts.py")  # the device reads its words from a file
_NOT_FOR_THE_DEVICE = ("manifest.py",)  # says what a build of MicroPython freezes


class CompileError(Unusable):
    """mpy-cross refused a file; the text is its own message."""


def sources(board: str) -> dict[Path, Path]:
    """Relative path on the device -> source file, for the firmware with `board` laid over it."""
    found = {}
    for root in (paths.firmware_dir(), paths.boards_dir() / board):
        for file in sorted(root.rglob("*")):
            if (
                file.is_file()
                and "__pycache__" not in file.parts
                and file.suffix in (".py", ".bin")
                and file.name not in _NOT_FOR_THE_DEVICE
            ):
                found[file.relative_to(root)] = file
    return found


def compile_file(source: Path, name: str, target: Path, options: tuple[str, ...] = ()) -> None:
    with _whole(target) as part:
        done = subprocess.run(
            [paths.mpy_cross(), *options, "-s", name, "-o", str(part), str(source)],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise CompileError(f"{name}: {said or f'mpy-cross ended with {done.returncode}'}")


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A file to write in place of `target`, which it becomes when all went well: half a file, as a
    full disk or Ctrl-C leaves it, would be taken for a fresh one for ever."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _install(relative: Path, source: Path, out: Path, options: tuple[str, ...]) -> Path:
    packed = relative == _TEXTS
    compiled = source.suffix == ".py" and relative.name not in _AS_SOURCE and not packed
    suffix = ".bin" if packed else ".mpy" if compiled else relative.suffix
    target = out / relative.with_suffix(suffix)
    fresh = target.exists() and target.stat().st_mtime >= source.stat().st_mtime
    if not fresh:
        if compiled:
            compile_file(source, str(relative), target, options)
        else:
            with _whole(target) as part:
                words = packed and texts.pack(texts.table(source))
                part.write_bytes(words or source.read_bytes())
    return target


def build(board: str, out: Path, options: tuple[str, ...] = ()) -> Path:
    """Brings `out` up to date with the sources, removes what has no source any more, returns it."""
    with ThreadPoolExecutor(4) as pool:
        files = sources(board)
        kept = set(pool.map(lambda name: _install(name, files[name], out, options), files))
    for file in out.rglob("*"):
        if file.is_file() and file not in kept:
            file.unlink()
    return out
