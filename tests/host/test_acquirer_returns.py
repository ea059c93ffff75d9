"""Voids and refunds at the acquirer (docs/protocol.md): never more than was paid, never twice."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from acquirer_client import BLOCKED, MERCHANT, PAN
from sqlalchemy.exc import IntegrityError

from host_tools.acquirer import book, ledger
from host_tools.acquirer.schema import DATABASE, open_database

CARD = f"{PAN[:6]}******{PAN[-4:]}"


def posted(terminal, amount_fen=1000, mti="0220"):
    """A sale that the host has."""
    sale = terminal.offline_sale(amount_fen) if mti == "0220" else terminal.sale(amount_fen)
    assert terminal.ask(terminal.message(mti, sale)).code == "00"
    return sale


def give_back(terminal, sale, amount_fen=0, how="25"):
    given = terminal.give_back(sale, amount_fen, how)
    return given, terminal.ask(terminal.return_message("0220", given))


def standing(terminal, sale):
    """(state, what was given back of it)"""
    known = ledger.transactions(terminal.acquirer.data)[sale.id.hex()]
    return known["state"], known["returned_fen"]


def money(acquirer):
    """(owed to merchants, on the card)"""
    totals = ledger.totals(acquirer.data)
    assert totals["imbalance_fen"] == 0
    return totals["net_fen"], ledger.balances(acquirer.data)[CARD]


@pytest.mark.parametrize("mti", ["0200", "0220"])
def test_a_void_gives_the_customer_all_of_it_back(terminal, mti):
    before = money(terminal.acquirer)
    sale = posted(terminal, 1234, mti)
    given, reply = give_back(terminal, sale, how="23")
    assert (reply.mti, reply.code, reply.private[0x0C]) == ("0230", "00", b"\x01")
    assert reply.token
    assert standing(terminal, sale) == ("posted", 1234)
    assert standing(terminal, given) == ("returned", 0)
    assert money(terminal.acquirer) == before


def test_parts_can_be_given_back_until_nothing_is_left(terminal):
    net_fen, balance_fen = money(terminal.acquirer)
    sale = posted(terminal, 1000)
    codes = [give_back(terminal, sale, fen)[1].code for fen in (300, 600, 101, 100, 1)]
    assert codes == ["00", "00", "13", "00", "13"]
    assert standing(terminal, sale) == ("posted", 1000)
    assert money(terminal.acquirer) == (net_fen, balance_fen)


def test_a_part_goes_to_the_card_that_paid(terminal):
    net_fen, balance_fen = money(terminal.acquirer)
    give_back(terminal, posted(terminal, 1000), 300)
    assert money(terminal.acquirer) == (net_fen + 700, balance_fen - 700)


def test_a_sale_that_was_posted_with_an_exception_can_be_given_back(terminal):
    sale = terminal.offline_sale(500, BLOCKED)
    terminal.ask(terminal.message("0220", sale))
    assert give_back(terminal, sale)[1].code == "00"
    assert standing(terminal, sale) == ("exception", 500)


def test_a_refusal_is_final_and_people_are_told(terminal):
    given, reply = give_back(terminal, posted(terminal, 1000), 1001)
    assert (reply.code, 0x0C in reply.private) == ("13", False)
    assert reply.token
    assert standing(terminal, given)[0] == "refused"
    exceptions = ledger.notes(terminal.acquirer.data, "exception")
    assert given.id.hex() in {note["subject"] for note in exceptions}


# -- the original ---------------------------------------------------------------------------------


def test_a_return_that_comes_before_its_original_is_refused_for_good(terminal):
    sale = terminal.offline_sale(800)
    given, early = give_back(terminal, sale, 800)
    assert early.code == "25" and early.token
    assert terminal.ask(terminal.message("0220", sale)).code == "00"
    late = terminal.ask(terminal.return_message("0221", given))
    assert late.lasting() == early.lasting()
    assert standing(terminal, sale) == ("posted", 0)


@pytest.mark.parametrize("lie", ["number", "id"])
def test_the_original_is_known_by_its_id_and_its_number(terminal, lie):
    sale = posted(terminal)
    number = (sale.number + (lie == "number")).to_bytes(4, "big")
    named = (os.urandom(16) if lie == "id" else sale.id) + number
    body = terminal.return_message("0220", terminal.give_back(sale), named)
    assert terminal.ask(body).code == "25"


def test_another_terminals_sale_cannot_be_given_back(acquirer, terminal):
    sale = posted(acquirer.terminal())
    assert give_back(terminal, sale)[1].code == "25"
    assert standing(terminal, sale) == ("posted", 0)


def test_a_declined_or_reversed_sale_has_nothing_to_give_back(terminal):
    declined, reversed_ = terminal.sale(1000, BLOCKED), posted(terminal, 1000, "0200")
    terminal.ask(terminal.message("0200", declined))
    terminal.ask(terminal.message("0400", reversed_))
    assert [give_back(terminal, sale)[1].code for sale in (declined, reversed_)] == ["12", "12"]


def test_a_return_of_a_return_is_refused(terminal):
    given, _ = give_back(terminal, posted(terminal), 500)
    assert give_back(terminal, given, 100)[1].code == "12"


def test_a_sale_of_which_some_was_given_back_is_not_reversed(terminal):
    sale = posted(terminal, 1000, "0200")
    give_back(terminal, sale, 1)
    before = money(terminal.acquirer)
    assert terminal.ask(terminal.message("0400", sale)).code == "94"
    assert money(terminal.acquirer) == before


def test_a_void_is_of_the_whole_sale_and_of_its_own_batch(terminal):
    sale = posted(terminal, 1000)
    assert give_back(terminal, sale, 999, how="23")[1].code == "13"
    terminal.batch = 2
    assert give_back(terminal, sale, how="23")[1].code == "13"
    assert give_back(terminal, sale, how="25")[1].code == "00"


# -- the same again -------------------------------------------------------------------------------


def test_the_same_return_again_gets_the_stored_reply(terminal):
    sale = posted(terminal, 1000)
    given, first = give_back(terminal, sale, 600)
    again = terminal.ask(terminal.return_message("0221", given))
    assert again.lasting() == first.lasting()
    assert standing(terminal, sale) == ("posted", 600)


def test_racing_returns_never_give_back_more_than_was_paid(terminal):
    sale = posted(terminal, 1000)
    bodies = [terminal.return_message("0220", terminal.give_back(sale, 400)) for _ in range(6)]
    lines = [terminal.connect() for _ in bodies]
    with ThreadPoolExecutor(len(lines)) as pool:
        codes = [r.code for r in pool.map(lambda line, body: line.ask(body), lines, bodies)]
    for line in lines:
        line.socket.close()
    assert sorted(codes) == ["00", "00", "13", "13", "13", "13"]
    assert standing(terminal, sale) == ("posted", 800)


@pytest.mark.parametrize("lie", [{"de4": "000000000001"}, {"original": bytes(range(20))}], ids=str)
def test_a_repeat_that_says_something_else_is_refused(terminal, lie):
    sale = posted(terminal, 1000)
    given, _ = give_back(terminal, sale, 600)
    reply = terminal.ask(terminal.return_message("0221", given, **lie))
    assert (reply.code, reply.token) == ("94", None)
    assert standing(terminal, sale) == ("posted", 600)


@pytest.mark.parametrize(
    "changed",
    [
        {"de4": "000000000000"},
        {"de60": "30000001000"},
        {"de60": "22000001000"},
        {"de49": "840"},
        {"de3": "000000"},
        {"original": bytes(19)},
    ],
    ids=str,
)
def test_an_ill_formed_return_is_refused_without_a_receipt(terminal, changed):
    sale = posted(terminal)
    body = terminal.return_message("0220", terminal.give_back(sale), **changed)
    reply = terminal.ask(body)
    assert (reply.code, reply.token) == ("30", None)
    assert standing(terminal, sale) == ("posted", 0)


# -- what people see ------------------------------------------------------------------------------


def test_the_ledger_tells_voids_and_refunds_with_what_they_take_away(terminal):
    sale, other = posted(terminal, 1000), posted(terminal, 700)
    give_back(terminal, sale, 300)
    give_back(terminal, other, how="23")
    rows = ledger.rows(terminal.acquirer.data, 2)
    seen = [(row["what"], row["amount_fen"], row["state"], row["card"]) for row in rows]
    assert seen == [("void", -700, "returned", CARD), ("refund", -300, "returned", CARD)]


def test_the_database_itself_keeps_a_return_within_its_sale(terminal):
    sale = posted(terminal, 1000)
    engine = open_database(terminal.acquirer.data / DATABASE)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        row = book.sale(connection, sale.id.hex())
        assert (row.merchant_id, row.amount_fen) == (MERCHANT, 1000)
        book.give_back(connection, row.id, 1001)
    engine.dispose()
