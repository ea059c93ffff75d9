"""Collects `tests/firmware/test_*.py` as tests that run inside MicroPython, as deployed."""

import ast
import os
import subprocess
from pathlib import Path

import pytest

from host_tools import paths
from host_tools.release.build import build

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "unix"
FIRMWARE_TESTS = ROOT / "tests" / "firmware"
HEAP = "768k"  # as in host_tools/simulator/terminal.py: this is 256 KB on a board


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # once, before the workers start
        build("unix", BUILD)


def pytest_pycollect_makemodule(module_path, parent):
    """In place of importing the file into CPython, where it has no business."""
    if module_path.parent == FIRMWARE_TESTS:
        return FirmwareFile.from_parent(parent, path=module_path)
    return None


def run_micropython(*args, heap=HEAP, timeout=300, env=None):
    """Runs the pinned unix port on the built firmware with a board-sized heap."""
    search = f"{BUILD}:{FIRMWARE_TESTS}:.frozen"
    return subprocess.run(
        [paths.micropython(), "-X", f"heapsize={heap}", *map(str, args)],
        env={**os.environ, "MICROPYPATH": search, **(env or {})},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        cwd=ROOT,
    )


class FirmwareFile(pytest.File):
    """One MicroPython process for the file; each test function is an item of its own."""

    def collect(self):
        tree = ast.parse(self.path.read_text())
        for node in tree.body:
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if named and node.name.startswith("test_"):
                yield FirmwareItem.from_parent(self, name=node.name)

    def results(self):
        if not hasattr(self, "_results"):
            done = run_micropython(FIRMWARE_TESTS / "runner.py", self.path)
            self._results = _parse(done.stdout), done
        return self._results


def _parse(output):
    """`== name` opens a test, `== name verdict` closes it; what stands between is its output."""
    results, lines = {}, []
    for line in output.splitlines():
        words = line.split()
        if words[:1] == ["=="] and len(words) == 3:
            results[words[1]] = (words[2], "\n".join(lines))
        if words[:1] == ["=="]:
            lines = []
        else:
            lines.append(line)
    return results


class FirmwareFailure(Exception):
    pass


class FirmwareItem(pytest.Item):
    def runtest(self):
        results, done = self.parent.results()
        if self.name not in results:
            raise FirmwareFailure(
                f"no result (exit {done.returncode})\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        verdict, text = results[self.name]
        if verdict == "skip":
            pytest.skip(text.strip())
        if verdict != "pass":
            raise FirmwareFailure(text)

    def repr_failure(self, excinfo, style=None):
        return (
            str(excinfo.value)
            if excinfo.errisinstance(FirmwareFailure)
            else super().repr_failure(excinfo)
        )

    def reportinfo(self):
        return self.path, 0, f"[micropython] {self.name}"
