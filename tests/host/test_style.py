"""House rules that a program can check: lint, format, what compiles, who imports whom, and size."""

import ast
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import tomllib

from host_tools.release.build import CompileError, compile_file, sources

ROOT = Path(__file__).resolve().parents[2]
BOARDS = sorted(folder.name for folder in (ROOT / "boards").iterdir() if folder.is_dir())

# Room -> the rooms it may import; all may import themselves and the standard library.
ROOMS = {
    "boot": set(),
    "main": {"board", "terminal", "emv", "message", "journal", "uplink", "crypto", "ui", "health"},
    "terminal": {"emv", "message", "journal", "uplink", "crypto", "ui", "health"},
    "uplink": {"message"},
    "emv": set(),
    "message": set(),
    "journal": set(),
    "crypto": set(),
    "ui": set(),
    "drivers": set(),
    "health": set(),
}
OF_THE_BOARD = {"machine", "network", "esp32", "rp2"}
# These run inside MicroPython, where the firmware is at home.
ON_TARGET = "on_target"

# Longest module and longest function, in lines.
SIZES = {"firmware": (350, 45), "boards": (350, 45), "host_tools": (350, 60), "tests": (650, 60)}


def modules(top):
    """Every Python file below `top` with its syntax tree."""
    for file in sorted((ROOT / top).rglob("*.py")):
        if "__pycache__" not in file.parts:
            yield file, ast.parse(file.read_text(), str(file))


def imported(tree):
    """The first parts of the names that a module imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def place(file):
    return file.relative_to(ROOT).as_posix()


def ruff(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, str(ROOT)], capture_output=True, text=True
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_lint_finds_nothing():
    found = ruff("check", "--output-format", "concise")
    assert not found, found


def test_everything_is_formatted():
    found = ruff("format", "--check")
    assert not found, found


@pytest.mark.parametrize("board", BOARDS)
def test_every_file_compiles_for_the_processor_of(board, tmp_path):
    march = tomllib.loads((ROOT / "boards" / board / "board.toml").read_text())["march"]

    def error(item):
        name, source = item
        try:
            compile_file(source, str(name), tmp_path / name, (f"-march={march}",))
        except CompileError as error:
            return str(error)

    files = [item for item in sources(board).items() if item[1].suffix == ".py"]
    with ThreadPoolExecutor(4) as pool:
        errors = [text for text in pool.map(error, files) if text]
    assert len(files) > len(ROOMS) and not errors, "\n".join(errors)


def test_every_room_of_the_firmware_has_its_rule():
    names = {file.stem if file.is_file() else file.name for file in (ROOT / "firmware").iterdir()}
    assert names - {"__pycache__"} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(room):
    forbidden = (
        (set(ROOMS) | OF_THE_BOARD | {"board", "host_tools", "tests"}) - ROOMS[room] - {room}
    )
    for file, tree in modules("firmware"):
        if file.relative_to(ROOT / "firmware").with_suffix("").parts[0] == room:
            assert not forbidden & set(imported(tree)), place(file)


def test_boards_import_drivers_and_hardware_only():
    for file, tree in modules("boards"):
        assert not (set(ROOMS) - {"drivers"} | {"host_tools"}) & set(imported(tree)), place(file)


def test_nothing_on_a_device_uses_the_random_module():
    """Only crypto.rng makes random numbers, from the entropy of the board."""
    for top in ("firmware", "boards"):
        for file, tree in modules(top):
            assert not {"random", "urandom"} & set(imported(tree)), place(file)


def test_host_tools_do_not_run_the_firmware_in_cpython():
    for file, tree in modules("host_tools"):
        if ON_TARGET not in file.parts:
            assert not set(ROOMS) & set(imported(tree)), place(file)


def test_no_error_is_swallowed_whole_on_a_device():
    broad = {"Exception", "BaseException", None}
    for top in ("firmware", "boards"):
        for file, tree in modules(top):
            for node in ast.walk(tree):
                if isinstance(node, ast.ExceptHandler):
                    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                    names = {kind and ast.unparse(kind) for kind in kinds}
                    assert not names & broad, f"{place(file)}:{node.lineno}"


@pytest.mark.parametrize("top", SIZES)
def test_no_module_and_no_function_is_too_long(top):
    module_lines, function_lines = SIZES[top]
    for file, tree in modules(top):
        lines = 0 if file.name == "texts.py" else len(file.read_text().splitlines())  # a table
        assert lines <= module_lines, f"{place(file)} has {lines} lines"
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                assert lines <= function_lines, f"{place(file)}: {node.name} has {lines} lines"
