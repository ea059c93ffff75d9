"""Firmware and simulation as machine code of an x86-64 computer, from the same sources: lives are
a third quicker. The few modules for which the compiler has no machine code become bytecode.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from host_tools import paths
from host_tools.lives.runner import ON_TARGET
from host_tools.release.build import CompileError, compile_file

_BYTECODE = ("-march=x64",)
_MACHINE_CODE = (*_BYTECODE, "-X", "emit=native")
_SCRIPT = "run.py"  # is started, not imported


def trees(out: Path) -> dict[str, Path]:
    """What `runner.run` and `runner.scenarios` take in place of the sources."""
    sources = {"firmware": paths.firmware_dir(), "on_target": ON_TARGET}
    return {name: compiled(source, out / name) for name, source in sources.items()}


def compiled(source: Path, out: Path) -> Path:
    """Brings `out` up to date with the modules of `source`, and returns it. Raises CompileError."""
    files = [file.relative_to(source) for file in source.rglob("*.py")]
    with ThreadPoolExecutor(2) as pool:
        kept = set(pool.map(lambda name: _compiled(source, name, out), files))
    for file in out.rglob("*.mpy"):
        if file not in kept:
            file.unlink()
    return out


def _compiled(source: Path, name: Path, out: Path) -> Path:
    file, target = source / name, (out / name).with_suffix(".mpy")
    if name.name == _SCRIPT:
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    elif not target.exists() or target.stat().st_mtime < file.stat().st_mtime:
        try:
            compile_file(file, str(name), target, _MACHINE_CODE)
        except CompileError:
            compile_file(file, str(name), target, _BYTECODE)
    return target
