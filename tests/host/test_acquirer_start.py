"""An acquirer that is not whole does not start: without its books it would know of no sale."""

import pytest
from acquirer_client import ISSUER

from host_tools.acquirer import __main__ as program
from host_tools.acquirer import setup, terms
from host_tools.acquirer.schema import DATABASE
from host_tools.errors import Unusable


@pytest.fixture
def directory(tmp_path):
    setup.create(tmp_path, ISSUER)
    return tmp_path


def test_one_that_is_whole_starts(directory):
    program._set_up(directory)


@pytest.mark.parametrize("name", [DATABASE, "keys.json", "tls/ca.pem", "tls/server.key"])
@pytest.mark.parametrize("spoil", ["removed", "emptied", "overwritten"])
def test_a_part_that_is_missing_or_spoilt_is_named(directory, name, spoil):
    file = directory / name
    if spoil == "removed":
        file.unlink()
    else:
        file.write_text("" if spoil == "emptied" else '{"base_key": 5}')
    if (name, spoil) == (DATABASE, "overwritten"):
        return  # SQLite says so when it is opened
    with pytest.raises(Unusable, match=name.partition("/")[0]):
        program._set_up(directory)


def test_missing_books_are_not_made_anew(directory):
    (directory / DATABASE).unlink()
    with pytest.raises(Unusable, match="its books are lost"):
        program._set_up(directory)
    assert not (directory / DATABASE).exists()


@pytest.mark.parametrize(
    "said",
    [
        "[]",
        '{"fee_bp": 0.6}',
        '{"fee_bp": "60"}',
        '{"fee_bp": true}',
        '{"fee_bp": -1}',
        '{"fee_bp": 10001}',
        '{"fee_cap_fen": -1}',
        '{"pays_after_days": -1}',
        '{"utc_offset_min": 100000}',
        '{"cut_off": "25:00"}',
        '{"cut_off": 23}',
        '{"fee": 60}',
        "{",
    ],
)
def test_nobody_is_charged_by_terms_that_make_no_sense(tmp_path, said):
    (tmp_path / terms.FILE).write_text(said)
    with pytest.raises(Unusable, match=terms.FILE):
        terms.load(tmp_path)


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_port_that_there_is_not_is_wrong_usage(monkeypatch, capsys, port):
    monkeypatch.setattr("sys.argv", ["acquirer", "--data", "x", "--port", port])
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert (ended.value.code, "--port" in capsys.readouterr().err) == (2, True)
