"""Deferred authorisation at the acquirer (docs/protocol.md): stored by the terminal, decided here,
once and for ever."""

import sqlite3

import pytest
from acquirer_client import BLOCKED, PAN, POOR, UNREACHABLE

from host_tools import issuer
from host_tools.acquirer import ledger, setup, totals
from host_tools.acquirer.schema import DATABASE

DEFERRED = b"\3\1\x56"  # product and currency in DE 63.12
DECLINED = 3  # DE 63.10


def standing(terminal, sale):
    """What the ledger says of it, None if it knows nothing."""
    return ledger.transactions(terminal.acquirer.data).get(sale.id.hex(), {}).get("state")


def net_fen(terminal):
    known = ledger.totals(terminal.acquirer.data)
    assert known["imbalance_fen"] == 0
    return known["net_fen"]


def ask(terminal, sale, mti="0200", **more):
    return terminal.ask(terminal.deferred_message(mti, sale, **more))


def test_the_issuer_approves_and_it_is_posted(terminal):
    before, sale = net_fen(terminal), terminal.sale(1250)
    reply = ask(terminal, sale)
    assert (reply.mti, reply.code, len(reply.fields["38"])) == ("0210", "00", 6)
    assert reply.token and reply.private[0x0B]
    assert standing(terminal, sale) == "posted"
    assert net_fen(terminal) == before + 1250
    assert ledger.rows(terminal.acquirer.data)[0]["what"] == "deferred sale"


@pytest.mark.parametrize(("pan", "code"), [(POOR, "51"), (BLOCKED, "05")])
def test_the_issuer_declines_for_good_and_no_money_moves(terminal, pan, code):
    before, sale = net_fen(terminal), terminal.sale(1250, pan)
    reply = ask(terminal, sale)
    assert reply.code == code and reply.token
    assert standing(terminal, sale) == "declined"
    assert net_fen(terminal) == before


@pytest.mark.parametrize("pan", [PAN, POOR])
def test_a_repeat_gets_the_same_answer_and_moves_nothing(terminal, pan):
    sale = terminal.sale(1250, pan)
    first, after = ask(terminal, sale), net_fen(terminal)
    assert ask(terminal, sale, "0201").lasting() == first.lasting()
    assert net_fen(terminal) == after


def test_an_issuer_that_cannot_be_reached_is_asked_another_time(terminal):
    sale = terminal.sale(1250, UNREACHABLE)
    reply = ask(terminal, sale)
    assert (reply.code, reply.rrn, reply.token) == ("91", "0" * 12, None)
    assert standing(terminal, sale) is None
    _set_status(terminal.acquirer, UNREACHABLE, "active")
    assert ask(terminal, sale, "0201").code == "00"
    _set_status(terminal.acquirer, UNREACHABLE, "unreachable")


def _set_status(acquirer, pan, status):
    with sqlite3.connect(acquirer.data / DATABASE) as database:
        card = f"{pan[:6]}******{pan[-4:]}"
        database.execute("UPDATE accounts SET status = ? WHERE card = ?", (status, card))


def test_it_needs_its_flag(terminal):
    body = terminal.message("0200", terminal.sale(100), de60="36000001000")
    assert terminal.ask(body).code == "30"


def test_a_card_that_approved_offline_is_no_deferred_sale(terminal):
    assert ask(terminal, terminal.sale(100, PAN, issuer.TC)).code == "05"


def test_the_status_look_up_knows_it(terminal):
    sale = terminal.sale(1250, POOR)
    ask(terminal, sale)
    said = terminal.ask(terminal.network("401", more={0x01: sale.id})).private[0x10]
    assert (said[0], said[13:15]) == (DECLINED, b"51")


def test_one_that_was_approved_can_be_given_back(terminal):
    sale = terminal.sale(1250)
    ask(terminal, sale)
    given = terminal.give_back(sale, 250)
    assert terminal.ask(terminal.return_message("0220", given)).code == "00"


def test_the_settlement_has_it_as_a_product_of_its_own_and_only_if_it_was_approved(terminal):
    ask(terminal, terminal.sale(1250))
    ask(terminal, terminal.sale(9000, POOR))
    said = DEFERRED + (1).to_bytes(4, "big") + (1250).to_bytes(6, "big")
    reply = terminal.ask(terminal.closing(bytes(range(16)), said))
    assert (reply.code, reply.private[0x12]) == ("00", said)
    lines = ledger.statement(terminal.acquirer.data, reply.rrn)["lines"]
    deferred = totals.NAMES[totals.DEFERRED]
    assert [(line["product"], line["amount_fen"]) for line in lines] == [(deferred, 1250)]


def test_a_host_that_has_forgotten_it_takes_it_back_for_its_own_proof(acquirer):
    terminal = acquirer.terminal()
    sale = terminal.sale(1250)
    before = ask(terminal, sale)
    _forget(acquirer, sale)
    told = {"de37": before.rrn, "de38": before.fields["38"]}
    body = terminal.message(
        "0201", sale, {0x0E: b"\1", 0x0B: before.private[0x0B]}, de60="36000001000", **told
    )
    again = terminal.ask(body)
    assert (again.code, again.rrn) == ("00", before.rrn)


def _forget(acquirer, sale):
    """As if the database were older than this sale."""
    with sqlite3.connect(acquirer.data / DATABASE) as database:
        identity = (sale.id.hex(),)
        row = "(SELECT id FROM requests WHERE transaction_id = ?)"
        database.execute(f"DELETE FROM entries WHERE request_id = {row}", identity)
        database.execute("DELETE FROM requests WHERE transaction_id = ?", identity)


def test_a_terminal_that_was_replaced_may_still_send_what_it_had_stored(acquirer):
    old = acquirer.terminal()
    sale, fresh = old.sale(700), old.sale(800)
    setup.enroll(acquirer.data, f"SIM{old.id}", old.id, "104110000000001")
    assert ask(old, sale).code == "00"
    assert old.ask(old.message("0200", fresh)).code == "97"


# -- called off before it was decided -------------------------------------------------------------


def call_off(terminal, sale, mti="0420"):
    return terminal.ask(terminal.call_off_message(mti, sale))


def test_one_that_never_came_is_never_posted_after_it_was_called_off(terminal):
    before, sale = net_fen(terminal), terminal.sale(1250)
    reply = call_off(terminal, sale)
    assert (reply.mti, reply.code) == ("0430", "25") and reply.token
    late = ask(terminal, sale)
    assert late.code == "12" and late.token
    assert net_fen(terminal) == before


def test_one_that_was_approved_is_taken_back(terminal):
    before, sale = net_fen(terminal), terminal.sale(1250)
    ask(terminal, sale)
    first = call_off(terminal, sale)
    assert (first.mti, first.code) == ("0430", "00") and first.token
    assert call_off(terminal, sale, "0421").lasting() == first.lasting()
    assert standing(terminal, sale) == "reversed"
    assert net_fen(terminal) == before


def test_one_that_was_declined_needs_nothing_more(terminal):
    sale = terminal.sale(1250, POOR)
    ask(terminal, sale)
    assert call_off(terminal, sale).code == "12"


def test_only_a_deferred_sale_can_be_called_off(terminal):
    body = terminal.message("0420", terminal.sale(100), de60="22000001000")
    assert terminal.ask(body).code == "30"
