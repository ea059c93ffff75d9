"""The merchant changes the settlement account while terminals still hold sales: what was captured
before goes where it went before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from acquirer_client import MERCHANT, running
from typer.testing import CliRunner

from host_tools.acquirer import ledger, publishing, signer, templates
from host_tools.acquirer.commands import acquirer_app
from host_tools.acquirer.documents import BadDocument
from host_tools.acquirer.schema import DATABASE, open_database, requests

OLD, NEW = "6222********0001", "6222********0002"
_CAPTURED = datetime(2026, 10, 14, 9, 30)  # noqa: DTZ001  the local time of the client's sales
_BEFORE = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def acquirer(tmp_path):
    with running(tmp_path) as acquirer:
        signer.create(acquirer.data)
        yield acquirer


def tell(acquirer, account, valid_from, now=_BEFORE, **more):
    content = templates.MAKERS["parameters"]({"merchant_id": MERCHANT}, now)
    day = [valid_from.year, valid_from.month, valid_from.day]
    content["settlement"] = {"account": account, "cycle": "D+1", "valid_from": day}
    return publishing.publish(acquirer.data, {**content, **more}, now)


def payee(acquirer, sale):
    engine = open_database(acquirer.data / DATABASE)
    with engine.begin() as connection:
        query = requests.select().where(requests.c.transaction_id == sale.id.hex())
        row = connection.execute(query).one()
    engine.dispose()
    return row.payee


def bank(terminal, captured=_CAPTURED, trusted=True):
    """An offline sale of that time arrives now."""
    sale = terminal.offline_sale()
    sale.time = captured
    body = terminal.message("0220", sale)
    if not trusted:
        stamp = bytes.fromhex(captured.strftime("%Y%m%d%H%M%S"))
        body = terminal.signed(body.replace(stamp + b"\1", stamp + b"\0"), sale.number)
    assert terminal.ask(body).code == "00"
    return sale


def test_what_was_captured_before_the_change_goes_to_the_old_account(acquirer):
    terminal = acquirer.terminal()
    tell(acquirer, OLD, date(2026, 10, 1))
    tell(acquirer, NEW, date(2026, 10, 14))
    assert payee(acquirer, bank(terminal, _CAPTURED - timedelta(days=1))) == OLD
    assert payee(acquirer, bank(terminal, _CAPTURED)) == NEW


def test_after_the_cut_off_it_is_the_next_business_date(acquirer):
    terminal = acquirer.terminal()
    tell(acquirer, OLD, date(2026, 10, 1))
    tell(acquirer, NEW, date(2026, 10, 15))
    assert payee(acquirer, bank(terminal, _CAPTURED.replace(hour=22))) == OLD
    assert payee(acquirer, bank(terminal, _CAPTURED.replace(hour=23))) == NEW


def test_a_clock_that_was_not_trusted_counts_by_arrival(acquirer):
    terminal = acquirer.terminal()
    tell(acquirer, OLD, date(2026, 10, 1))
    tell(acquirer, NEW, datetime.now(UTC).date() - timedelta(days=1), now=_BEFORE)
    assert payee(acquirer, bank(terminal, trusted=False)) == NEW
    assert payee(acquirer, bank(terminal, trusted=True)) == OLD


def test_before_any_account_was_told_there_is_none(acquirer):
    assert payee(acquirer, bank(acquirer.terminal())) == ""


def test_one_terminal_may_have_an_account_of_its_own(acquirer):
    one, other = acquirer.terminal(), acquirer.terminal()
    tell(acquirer, OLD, date(2026, 10, 1))
    tell(acquirer, NEW, date(2026, 10, 2), terminal_id=one.id)
    assert (payee(acquirer, bank(one)), payee(acquirer, bank(other))) == (NEW, OLD)


def test_a_change_cannot_reach_back_to_days_that_may_be_paid_out(acquirer):
    acquirer.terminal()
    tell(acquirer, OLD, date(2026, 10, 1))
    with pytest.raises(BadDocument, match="2026-10-02 is the first possible day"):
        now = datetime(2026, 10, 2, 4, 0, tzinfo=UTC)
        tell(acquirer, NEW, date(2026, 10, 1), now=now)


def test_saying_the_same_account_again_changes_nothing(acquirer):
    acquirer.terminal()
    tell(acquirer, OLD, date(2026, 10, 1))
    tell(acquirer, OLD, date(2026, 10, 1), now=datetime(2026, 10, 9, tzinfo=UTC))
    listed = CliRunner().invoke(acquirer_app, ["payees", str(acquirer.data), "--json"]).stdout
    assert listed.count(OLD) == 1


def test_every_change_is_on_record(acquirer):
    acquirer.terminal()
    tell(acquirer, OLD, date(2026, 10, 1))
    made = tell(acquirer, NEW, date(2026, 10, 14))
    notes = [n for n in ledger.notes(acquirer.data) if n["code"] == "settlement_account"]
    told = f"{OLD} -> {NEW} from 2026-10-14, version {made.version}"
    assert told in [n["detail"] for n in notes]
    shown = CliRunner().invoke(acquirer_app, ["payees", str(acquirer.data)])
    assert shown.exit_code == 0


def test_the_money_itself_is_posted_as_ever(acquirer):
    terminal = acquirer.terminal()
    tell(acquirer, OLD, date(2026, 10, 1))
    tell(acquirer, NEW, date(2026, 10, 14))
    for captured in (_CAPTURED - timedelta(days=1), _CAPTURED):
        bank(terminal, captured)
    totals = ledger.totals(acquirer.data)
    assert (totals["net_fen"], totals["imbalance_fen"]) == (2000, 0)
