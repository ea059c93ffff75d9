"""Firmware and simulation compiled for this processor, from the same sources: lives are a third
quicker. The few modules for which the compiler has no machine code become bytecode.
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from host_tools import paths
from host_tools.lives.runner import ON_TARGET
from host_tools.release.build import CompileError, compile_file

_MACHINE_CODE = ("-march=host", "-X", "emit=native")
SCRIPT = "run.py"  # is started, not imported


def trees(out: Path) -> tuple[Path, Path]:
    """(firmware, on_target) as `runner` takes them in place of the sources, made in `out`."""
    firmware = _compiled(paths.firmware_dir(), out / "firmware")
    return firmware, _compiled(ON_TARGET, out / "on_target")


def _compiled(source: Path, out: Path) -> Path:
    files = [file.relative_to(source) for file in source.rglob("*.py")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: _compile(source / name, name, out), files))
    return out


def _compile(file: Path, name: Path, out: Path) -> None:
    target = (out / name).with_suffix(".mpy")
    if name.name == SCRIPT:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, out / name)
        return
    try:
        compile_file(file, str(name), target, _MACHINE_CODE)
    except CompileError:
        compile_file(file, str(name), target)
