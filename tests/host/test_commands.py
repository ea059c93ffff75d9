"""Commands given what they cannot use: one line that says what to do, and never a traceback."""

import ast
import asyncio
import fcntl
import io
import json
import os
import signal
import sqlite3
import sys

import pytest

from host_tools import cli, paths, start
from host_tools.acquirer.schema import DATABASE, open_database, schema_version
from host_tools.device import provision
from host_tools.simulator import fresh, serve

JUNK = bytes(range(256)) * 16


@pytest.fixture
def tapstone(monkeypatch, capfd):
    """`tapstone(*arguments)` -> (exit code, what it said); what it does not catch is raised."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tapstone", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capfd.readouterr()
        return ended.value.code, " ".join((said.out + said.err).split())

    return run


def a_file(folder):
    folder.write_bytes(JUNK)
    return "File exists"


def no_provisioning(folder):
    folder.mkdir()
    (folder / "provision.json").write_text("{}")
    return "no provisioning document"


def spoilt_provisioning(folder):
    folder.mkdir()
    (folder / "provision.json").write_bytes(JUNK)
    return "no provisioning document"


def older_database(folder):
    (folder / "acquirer").mkdir(parents=True)
    engine = open_database(folder / "acquirer" / DATABASE)
    with engine.begin() as connection:
        connection.execute(schema_version.update().values(version=1))
    engine.dispose()
    return "begin with an empty folder"


def spoilt_database(folder):
    (folder / "acquirer").mkdir(parents=True)
    (folder / "acquirer" / DATABASE).write_bytes(JUNK)
    return "file is not a database"


def lost_key(folder):
    folder.mkdir()
    (folder / "flash.bin").write_bytes(JUNK)
    return "may hold sales"


@pytest.mark.parametrize(
    "spoil",
    [
        a_file,
        no_provisioning,
        spoilt_provisioning,
        older_database,
        spoilt_database,
        lost_key,
    ],
    ids=lambda spoil: spoil.__name__,
)
def test_run_says_what_is_wrong_with_a_data_folder(tapstone, tmp_path, spoil):
    expected = spoil(tmp_path / "data")
    code, said = tapstone("run", "--data", tmp_path / "data", "--port", 40999)
    assert code == 1
    assert expected in said


@pytest.mark.parametrize("port", [0, -1, 65536, "ten"])
def test_a_port_that_there_is_not_is_wrong_usage(tapstone, tmp_path, port):
    code, said = tapstone("run", "--data", tmp_path / "data", "--port", port)
    assert (code, "'--port'" in said) == (2, True)


@pytest.mark.parametrize("number", ["nosuch", "999", "-1"])
def test_a_case_that_there_is_not_is_wrong_usage(tapstone, number):
    code, said = tapstone("simulate", "lives", "--scenario", number)
    assert (code, "--scenario" in said) == (2, True)


@pytest.fixture
def used(tmp_path):
    """A data folder after a run: some files, some folders."""
    data = tmp_path / "data"
    (data / "cards").mkdir(parents=True)
    for name in ("lock", "flash.bin", "provision.json", "cards/keys.json"):
        (data / name).touch()
    return data


@pytest.mark.parametrize("lost", ["provision.json", "flash.bin"])
def test_fresh_forgets_a_terminals_folder_also_after_a_factory_reset(used, lost):
    (used / lost).unlink()
    fresh.clear(used)
    assert [each.name for each in used.iterdir()] == [fresh.LOCK]


@pytest.mark.parametrize("name", ["thesis.txt", "firmware.zip", ".git"])
def test_fresh_removes_nothing_where_anything_of_somebody_else_lies(tapstone, used, name):
    (used / name).mkdir()
    before = sorted(used.rglob("*"))
    code, said = tapstone("run", "--data", used, "--fresh", "--port", 40999)
    assert (code, name in said) == (2, True)
    assert sorted(used.rglob("*")) == before


def test_fresh_removes_no_folder_that_only_has_names_of_ours(tapstone, tmp_path):
    (tmp_path / "firmware").mkdir()
    code, said = tapstone("run", "--data", tmp_path, "--fresh", "--port", 40999)
    assert (code, "nothing was removed" in said) == (2, True)
    assert (tmp_path / "firmware").exists()


def test_fresh_removes_nothing_of_a_run_that_goes_on(tapstone, used):
    with (used / fresh.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, said = tapstone("run", "--data", used, "--fresh", "--port", 40999)
    assert (code, "in use by another run" in said) == (1, True)
    assert (used / "flash.bin").exists()


def test_fresh_knows_every_file_that_a_terminal_writes():
    tree = ast.parse((paths.firmware_dir() / "terminal" / "erasure.py").read_text())
    said = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    files = set(said["_FILES"])
    assert files | {said["_MARK"]} | {name + said["_PART"] for name in files} <= fresh.MADE


@pytest.mark.parametrize("command", ["settlements", "documents", "payees", "resets"])
def test_a_database_of_an_older_program_is_told(tapstone, tmp_path, command):
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute("CREATE TABLE requests (id INTEGER)")
        database.execute("CREATE TABLE schema_version (version INTEGER)")
        database.execute("INSERT INTO schema_version VALUES (1)")
    code, said = tapstone("acquirer", command, tmp_path)
    assert code == 1
    assert DATABASE in said


def test_a_program_that_is_stopped_while_it_loads_leaves_quietly(monkeypatch, capsys):
    def stopped(name):
        raise KeyboardInterrupt

    monkeypatch.setattr(start.importlib, "import_module", stopped)
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("emv", "decode", "zz"), 2, "hexadecimal"),
        (("emv", "decode"), 2, "Missing argument"),
        (("emv", "check", "nosuch.json"), 2, "nosuch.json: No such file"),
        (("journal", "show", "nosuch.bin"), 2, "nosuch.bin: No such file"),
        (("journal", "show", ""), 2, "Is a directory"),
        (("acquirer", "settlements", "nosuch"), 1, "nosuch holds no acquirer"),
        (("simulate", "lives", "--seeds", "0"), 2, "--seeds"),
        (("bench", "tap", "--profile", "nosuch"), 2, "there is no card nosuch"),
    ],
)
def test_who_asks_for_json_gets_an_object_also_when_it_fails(
    monkeypatch, capfd, tmp_path, arguments, code, told
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["tapstone", *arguments, "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capfd.readouterr()
    assert ended.value.code == code
    assert told in json.loads(said.out)["error"]
    assert told in " ".join(said.err.split())


def test_a_full_disk_is_told_with_what_to_do(tapstone, monkeypatch):
    def full(*_):
        raise OSError(28, os.strerror(28), "acquirer.db")

    monkeypatch.setattr("host_tools.jsonfile.read", full)
    code, said = tapstone("emv", "replay", "session.json")
    assert (code, "acquirer.db: No space left on device; make room" in said) == (2, True)


@pytest.mark.parametrize("content", [b"", JUNK, b"[]", b"{}", b"null", b"[" * 100_000])
@pytest.mark.parametrize(
    "command", [("emv", "check"), ("emv", "replay"), ("fuzz", "emv", "--inputs", "1", "--corpus")]
)
def test_any_file_in_place_of_a_case_file_is_told_by_its_name(tapstone, tmp_path, command, content):
    file = tmp_path / "file.json"
    file.write_bytes(content)
    code, said = tapstone(*command, file)
    assert (code in (1, 2), "file.json" in said) == (True, True)


def test_a_file_without_an_end_is_not_read_for_ever(tapstone):
    code, said = tapstone("emv", "check", "/dev/zero")
    assert (code, "larger than" in said) == (2, True)


def _provision(folder, change):
    content = {"format": provision.FORMAT, "keys": {"seal_key": "00" * 16}}
    change(content)
    file = folder / "provision.json"
    file.write_text(json.dumps(content))
    return file


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["keys"].update(seal_key="0011"),
        lambda content: content["keys"].update(seal_key="not hex"),
        lambda content: content["keys"].update(seal_key=5),
        lambda content: content.update(keys=[]),
    ],
)
def test_a_spoilt_provisioning_document_is_told_and_nobody_is_advised_to_erase(
    tapstone, tmp_path, change
):
    image = tmp_path / "flash.bin"
    image.write_bytes(JUNK)
    code, said = tapstone("journal", "show", image, "--provision", _provision(tmp_path, change))
    assert (code, "spoilt" in said, "--provision" in said) == (2, True, True)
    assert "--fresh" not in said


def test_a_locale_without_the_letters_stops_nothing(monkeypatch):
    said = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(said, encoding="ascii"))
    monkeypatch.setattr(sys, "argv", ["tapstone", "emv", "check", "没有.json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    sys.stderr.flush()
    assert (ended.value.code, b"No such file" in said.getvalue()) == (2, True)


@pytest.mark.parametrize("command", ["settlements", "documents", "payees", "resets"])
def test_an_empty_database_is_no_acquirer_without_sales(tapstone, tmp_path, command):
    (tmp_path / DATABASE).touch()
    code, said = tapstone("acquirer", command, tmp_path)
    assert (code, DATABASE in said) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == [DATABASE]
    assert not (tmp_path / DATABASE).stat().st_size


@pytest.mark.parametrize("command", ["settlements", "documents", "payees", "resets"])
def test_the_books_can_be_read_where_nothing_can_be_written(
    tapstone, monkeypatch, tmp_path, command
):
    open_database(tmp_path / DATABASE).dispose()
    monkeypatch.setattr("os.access", lambda path, how, **_: how != os.W_OK)
    code, _ = tapstone("acquirer", command, tmp_path)
    assert code == 0
    assert [path.name for path in tmp_path.iterdir()] == [DATABASE]


@pytest.mark.parametrize("option", ["--count", "--fen"])
def test_no_terminal_holds_more_than_the_database_can_count(tapstone, tmp_path, option):
    open_database(tmp_path / DATABASE).dispose()
    code, said = tapstone("acquirer", "release-reset", tmp_path, "T0000001", option, 10**20)
    assert (code, option in said) == (2, True)


def test_ctrl_c_ends_also_a_long_job_within_the_event_loop():
    async def story():
        heard = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, heard.set)
        with pytest.raises(KeyboardInterrupt), serve.at_once():
            signal.raise_signal(signal.SIGINT)
        heard.clear()
        signal.raise_signal(signal.SIGINT)  # behind it the loop hears again
        await asyncio.wait_for(heard.wait(), 5)

    asyncio.run(story())


@pytest.mark.parametrize("name", ["nosuch", "true"])
def test_what_is_said_to_be_micropython_and_is_not_is_named(tapstone, monkeypatch, name):
    monkeypatch.setenv("MICROPYTHON", name)
    code, said = tapstone("simulate", "cuts", "--cases", 1, "--no-native", "--json")
    assert (code, f"MICROPYTHON={name} is not micropython" in said) == (1, True)


def test_an_empty_case_number_is_not_taken_for_none(tapstone):
    code, said = tapstone("simulate", "lives", "--scenario", "")
    assert (code, "--scenario" in said) == (2, True)
