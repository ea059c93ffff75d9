"""Commands given what they cannot use: one line that says what to do, and never a traceback."""

import sqlite3
import sys

import pytest

from host_tools import cli, start
from host_tools.acquirer.schema import DATABASE, open_database, schema_version

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


@pytest.mark.parametrize("file", ["provision.json", "flash.bin"])
def test_fresh_forgets_a_terminals_folder_also_after_a_factory_reset(tmp_path, file):
    data = tmp_path / "data"
    data.mkdir()
    (data / file).touch()
    cli._forget(data)
    assert not data.exists()


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
