"""The acquirer as a terminal meets it (docs/protocol.md): the real program, over TLS."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from acquirer_client import (
    BLOCKED,
    EXPIRED,
    PAN,
    POOR,
    STRANGER,
    UNREACHABLE,
)

from host_tools import issuer
from host_tools.acquirer import ledger

ECHOED = {"3", "4", "11", "12", "13", "41", "42", "49", "53", "60"}


def state(terminal, sale):
    """What the ledger says about a sale; None when it knows nothing."""
    known = ledger.transactions(terminal.acquirer.data)
    return known[sale.id.hex()]["state"] if sale.id.hex() in known else None


def net_fen(acquirer):
    totals = ledger.totals(acquirer.data)
    assert totals["imbalance_fen"] == 0
    return totals["net_fen"]


def alarms(terminal):
    notes = ledger.notes(terminal.acquirer.data, "alarm")
    return {note["code"] for note in notes if note["subject"].startswith(terminal.id)}


# -- online sales ---------------------------------------------------------------------------------


def test_a_sale_is_posted_and_answered_with_a_receipt(terminal):
    before = net_fen(terminal.acquirer)
    sale = terminal.sale(1234)
    reply = terminal.ask(terminal.message("0200", sale))
    assert (reply.mti, reply.code, len(reply.fields["38"])) == ("0210", "00", 6)
    assert reply.token
    assert state(terminal, sale) == "posted"
    assert net_fen(terminal.acquirer) == before + 1234


def test_a_reply_echoes_the_request_and_adds_what_the_protocol_names(terminal):
    sale = terminal.sale()
    reply = terminal.ask(terminal.message("0200", sale))
    assert reply.fields.keys() == ECHOED | {"t", "p", "7", "37", "38", "39", "63", "64"}
    assert reply.private.keys() == {0x01, 0x03, 0x0B}
    assert reply.private[0x01] == sale.id


@pytest.mark.parametrize(
    ("pan", "amount_fen", "code"),
    [
        (POOR, 101, "51"),
        (BLOCKED, 1000, "05"),
        (EXPIRED, 1000, "54"),
        (STRANGER, 1000, "14"),
        (PAN, 5_000_001, "61"),
    ],
)
def test_a_declined_sale_is_final_and_says_why_in_two_languages(terminal, pan, amount_fen, code):
    before = net_fen(terminal.acquirer)
    sale = terminal.sale(amount_fen, pan)
    reply = terminal.ask(terminal.message("0200", sale))
    assert (reply.mti, reply.code) == ("0210", code)
    assert reply.token and "38" not in reply.fields
    assert reply.private[0x09].decode() and reply.private[0x0A].decode()
    assert state(terminal, sale) == "declined"
    assert net_fen(terminal.acquirer) == before


def test_the_whole_balance_can_be_spent_and_not_one_fen_more(terminal):
    codes = []
    for amount_fen in (40, 60, 1):
        sale = terminal.sale(amount_fen, POOR)
        codes.append(terminal.ask(terminal.message("0200", sale)).code)
    assert codes == ["00", "00", "51"]
    assert ledger.balances(terminal.acquirer.data)["621094******0029"] == 0


def test_an_unreachable_issuer_gives_no_receipt_and_the_sale_never_posts_later(terminal):
    sale = terminal.sale(1000, UNREACHABLE)
    first = terminal.ask(terminal.message("0200", sale))
    assert (first.code, first.token) == ("91", None)
    again = terminal.ask(terminal.message("0200", sale))
    assert again.lasting() == first.lasting()
    assert state(terminal, sale) == "declined"


def test_a_cryptogram_that_the_card_did_not_make_is_declined(terminal):
    sale = terminal.sale()
    sale.chip[0x9F26] = bytes(8)
    assert terminal.ask(terminal.message("0200", sale)).code == "05"


def test_a_cryptogram_is_good_for_one_sale(terminal):
    first, second = terminal.sale(), terminal.sale()
    second.chip = first.chip
    assert terminal.ask(terminal.message("0200", first)).code == "00"
    assert terminal.ask(terminal.message("0200", second)).code == "05"


def test_an_amount_that_the_card_did_not_see_is_declined(terminal):
    sale = terminal.sale(1000)
    reply = terminal.ask(terminal.message("0200", sale, de4="000000000999"))
    assert reply.code == "05"


def test_a_card_that_declined_makes_no_sale(terminal):
    sale = terminal.sale(kind=issuer.AAC)
    assert terminal.ask(terminal.message("0200", sale)).code == "05"


# -- advices --------------------------------------------------------------------------------------


def test_an_offline_sale_is_banked(terminal):
    before = net_fen(terminal.acquirer)
    sale = terminal.offline_sale(777)
    reply = terminal.ask(terminal.message("0220", sale))
    assert (reply.mti, reply.code, reply.private[0x0C]) == ("0230", "00", b"\x01")
    assert reply.token
    assert state(terminal, sale) == "posted"
    assert net_fen(terminal.acquirer) == before + 777


@pytest.mark.parametrize("pan", [BLOCKED, EXPIRED, STRANGER, UNREACHABLE])
def test_an_advice_that_the_issuer_would_refuse_is_taken_for_people_to_look_at(terminal, pan):
    before = net_fen(terminal.acquirer)
    sale = terminal.offline_sale(500, pan)
    reply = terminal.ask(terminal.message("0220", sale))
    assert (reply.code, reply.private[0x0C]) == ("00", b"\x02")
    assert reply.token
    assert state(terminal, sale) == "exception"
    assert net_fen(terminal.acquirer) == before + 500
    exceptions = ledger.notes(terminal.acquirer.data, "exception")
    assert sale.id.hex() in {note["subject"] for note in exceptions}


def test_an_advice_with_a_wrong_cryptogram_is_taken_with_an_exception(terminal):
    sale = terminal.offline_sale()
    sale.chip[0x9F26] = bytes(8)
    reply = terminal.ask(terminal.message("0220", sale))
    assert (reply.code, reply.private[0x0C]) == ("00", b"\x02")


def test_a_repeated_advice_gets_the_stored_reply(terminal):
    before = net_fen(terminal.acquirer)
    sale = terminal.offline_sale(300)
    first = terminal.ask(terminal.message("0220", sale))
    repeat = terminal.ask(terminal.message("0221", sale))
    assert repeat.lasting() == first.lasting()
    assert net_fen(terminal.acquirer) == before + 300


def test_an_advice_that_first_arrives_as_a_repeat_is_banked(terminal):
    sale = terminal.offline_sale()
    reply = terminal.ask(terminal.message("0221", sale))
    assert (reply.mti, reply.code) == ("0230", "00")
    assert state(terminal, sale) == "posted"


# -- the same again -------------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [1, 2])
def test_the_same_sale_again_gets_the_stored_reply(terminal, lines):
    before = net_fen(terminal.acquirer)
    body = terminal.message("0200", terminal.sale(250))
    if lines == 1:
        with terminal.connect() as line:
            first, again = line.ask(body), line.ask(body)
    else:
        first, again = terminal.ask(body), terminal.ask(body)
    assert again.lasting() == first.lasting()
    assert net_fen(terminal.acquirer) == before + 250


@pytest.mark.parametrize("mti", ["0200", "0220"])
def test_racing_duplicates_post_once_and_agree(terminal, mti):
    before = net_fen(terminal.acquirer)
    sale = terminal.sale(900) if mti == "0200" else terminal.offline_sale(900)
    body = terminal.message(mti, sale)
    lines = [terminal.connect() for _ in range(6)]
    with ThreadPoolExecutor(len(lines)) as pool:
        replies = list(pool.map(lambda line: line.ask(body), lines))
    assert all(reply.lasting() == replies[0].lasting() for reply in replies)
    assert net_fen(terminal.acquirer) == before + 900
    for line in lines:
        line.socket.close()


def test_the_same_key_with_another_amount_is_refused_and_alarmed(terminal):
    sale = terminal.sale(1000)
    assert terminal.ask(terminal.message("0200", sale)).code == "00"
    before = net_fen(terminal.acquirer)
    reply = terminal.ask(terminal.message("0200", sale, de4="000000002000"))
    assert (reply.code, reply.token) == ("94", None)
    assert "conflicting_request" in alarms(terminal)
    assert net_fen(terminal.acquirer) == before


def test_the_same_transaction_id_under_another_number_is_refused(terminal):
    first, second = terminal.sale(), terminal.sale()
    second.id = first.id
    assert terminal.ask(terminal.message("0200", first)).code == "00"
    assert terminal.ask(terminal.message("0200", second)).code == "94"


def test_a_sale_that_was_sent_online_cannot_come_again_as_an_advice(terminal):
    sale = terminal.sale()
    assert terminal.ask(terminal.message("0200", sale)).code == "00"
    before = net_fen(terminal.acquirer)
    assert terminal.ask(terminal.message("0220", sale)).code == "94"
    assert net_fen(terminal.acquirer) == before


def test_a_number_that_wrapped_is_no_duplicate_in_its_new_batch(terminal):
    first = terminal.sale()
    assert terminal.ask(terminal.message("0200", first)).code == "00"
    wrapped = terminal.sale()
    wrapped.number = first.number + 999_999
    terminal.batch = 2
    body = terminal.message("0200", wrapped)
    reply = terminal.ask(body)
    assert (reply.code, reply.fields["11"]) == ("00", "000001")


def test_a_terminal_that_was_provisioned_anew_may_use_its_numbers_again(acquirer):
    old = acquirer.terminal("SWAPPED1")
    assert old.ask(old.message("0200", old.sale())).code == "00"
    new = acquirer.terminal("SWAPPED1")
    assert new.ask(new.message("0200", new.sale())).code == "00"


# -- reversals ------------------------------------------------------------------------------------


def test_a_reversal_returns_the_money(terminal):
    data = terminal.acquirer.data
    before, balance = net_fen(terminal.acquirer), ledger.balances(data)["621094******0011"]
    sale = terminal.sale(4000)
    terminal.ask(terminal.message("0200", sale))
    reply = terminal.ask(terminal.message("0400", sale))
    assert (reply.mti, reply.code) == ("0410", "00")
    assert reply.token
    assert state(terminal, sale) == "reversed"
    assert net_fen(terminal.acquirer) == before
    assert ledger.balances(data)["621094******0011"] == balance


def test_a_repeated_reversal_returns_the_money_once(terminal):
    before = net_fen(terminal.acquirer)
    sale = terminal.sale(4000)
    terminal.ask(terminal.message("0200", sale))
    first = terminal.ask(terminal.message("0400", sale))
    again = terminal.ask(terminal.message("0401", sale))
    assert again.lasting() == first.lasting()
    assert net_fen(terminal.acquirer) == before


def test_a_sale_after_its_reversal_is_never_posted(terminal):
    before = net_fen(terminal.acquirer)
    sale = terminal.sale(4000)
    reversal = terminal.ask(terminal.message("0400", sale))
    assert reversal.code == "25" and reversal.token
    assert state(terminal, sale) == "tombstone"
    late = terminal.ask(terminal.message("0200", sale))
    assert late.code == "12" and late.token
    assert state(terminal, sale) == "declined"
    again = terminal.ask(terminal.message("0401", sale))
    assert again.lasting() == reversal.lasting()
    assert net_fen(terminal.acquirer) == before


def test_a_reversal_of_a_declined_sale_is_closed_without_money(terminal):
    before = net_fen(terminal.acquirer)
    sale = terminal.sale(1000, BLOCKED)
    terminal.ask(terminal.message("0200", sale))
    reply = terminal.ask(terminal.message("0400", sale))
    assert reply.code == "12" and reply.token
    assert net_fen(terminal.acquirer) == before


@pytest.mark.parametrize("changed", [{"de4": "000000000001"}, {"de60": "22000009000"}])
def test_a_reversal_that_does_not_fit_its_original_moves_nothing(terminal, changed):
    sale = terminal.sale(1000)
    terminal.ask(terminal.message("0200", sale))
    before = net_fen(terminal.acquirer)
    reply = terminal.ask(terminal.message("0400", sale, **changed))
    assert (reply.code, reply.token) == ("94", None)
    assert state(terminal, sale) == "posted"
    assert net_fen(terminal.acquirer) == before


def test_an_advice_cannot_be_reversed(terminal):
    sale = terminal.offline_sale()
    terminal.ask(terminal.message("0220", sale))
    assert terminal.ask(terminal.message("0400", sale)).code == "94"
    assert state(terminal, sale) == "posted"


# -- network management ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["001", "301", "002"])
def test_network_management_gives_back_the_nonce_and_the_time(terminal, code):
    nonce = os.urandom(16)
    reply = terminal.ask(terminal.network(code, stan=7, nonce=nonce))
    assert (reply.mti, reply.code, reply.fields["11"]) == ("0810", "00", "000007")
    assert reply.fields.keys() == {
        *("t", "p", "7", "11", "39", "41", "42", "53", "60", "63", "64"),
    }
    assert reply.private[0x06] == nonce
    assert reply.private[0x07].hex().isdigit() and len(reply.private[0x07]) == 7


def test_the_padding_of_an_echo_comes_back_as_it_was(terminal):
    padding = os.urandom(240)
    assert terminal.ask(terminal.network("301", more={0x1A: padding})).private[0x1A] == padding


def test_the_host_remembers_what_a_terminal_still_holds(terminal):
    held = (3).to_bytes(2, "big") + (12345).to_bytes(6, "big")
    terminal.ask(terminal.network("301", held=held))
    enrolled = {row["terminal_id"]: row for row in ledger.enrolled(terminal.acquirer.data)}
    row = enrolled[terminal.id]
    assert (row["held_count"], row["held_fen"]) == (3, 12345)


# -- who is asking --------------------------------------------------------------------------------


def test_a_wrong_mac_is_told_and_nothing_is_done(terminal):
    sale = terminal.sale()
    body = terminal.message("0200", sale)
    reply = terminal.ask(body[:-1] + bytes([body[-1] ^ 1]))
    assert (reply.code, reply.token, reply.rrn) == ("A0", None, "0" * 12)
    assert state(terminal, sale) is None
    assert terminal.ask(body).code == "00"


def test_a_terminal_that_was_never_enrolled_is_told_so(terminal):
    sale = terminal.sale()
    stranger = terminal.acquirer.terminal()
    stranger.id = "NOBODY01"
    reply = stranger.ask(stranger.message("0200", sale))
    assert (reply.code, reply.token) == ("97", None)
    assert state(terminal, sale) is None


def test_a_terminal_cannot_speak_for_another_one(acquirer, terminal):
    other = acquirer.terminal()
    other_host, other.host = other.host, terminal.host
    sale = other.sale()
    assert other.ask(other.message("0200", sale)).code == "97"
    other.host = other_host
    assert other.ask(other.message("0200", sale)).code == "00"


def test_a_retired_terminal_may_empty_its_queue_but_not_sell(acquirer):
    old = acquirer.terminal("RETIRED1")
    queued, reversed_ = old.offline_sale(), old.sale()
    acquirer.terminal("RETIRED1")
    assert old.ask(old.message("0200", old.sale())).code == "97"
    assert old.ask(old.message("0220", queued)).code == "00"
    assert old.ask(old.message("0400", reversed_)).code == "25"
    assert "retired_terminal" in alarms(old)


# -- what is ill-formed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"de55": ""},
        {"de60": "30000001000"},
        {"de60": "22000001"},
        {"de11": "000009"},
        {"de3": "200000"},
        {"de4": "000000000000"},
        {"de4": "00000000000A"},
        {"de49": "840"},
        {"de63": ""},
        {"de63": "0110AB"},
        {"de55": "9F2608AB"},
        {"de62": "00" * 17},
    ],
    ids=str,
)
def test_an_ill_formed_sale_is_refused_without_a_receipt(terminal, changed):
    before = net_fen(terminal.acquirer)
    reply = terminal.ask(terminal.message("0200", terminal.sale(), **changed))
    assert (reply.code, reply.token) == ("30", None)
    assert "format" in alarms(terminal)
    assert net_fen(terminal.acquirer) == before


def test_a_message_without_a_key_serial_number_gets_no_answer(terminal):
    with terminal.connect() as line:
        line.send(terminal.message("0200", terminal.sale(), de53=""))
        assert line.is_closed_by_host()


def test_a_field_that_the_host_does_not_know_is_refused_not_ignored(terminal):
    sale = terminal.sale()
    body = bytearray(terminal.message("0200", sale))
    body[9] |= 0x08  # DE 61
    assert terminal.ask(terminal.signed(bytes(body), sale.number)).code == "30"


def test_no_clear_card_number_reaches_the_disk(terminal):
    sale = terminal.sale()
    terminal.ask(terminal.message("0200", sale))
    for path in terminal.acquirer.data.glob("acquirer.db*"):
        data = path.read_bytes()
        for form in (PAN.encode(), bytes.fromhex(PAN), PAN.encode("utf-16-le")):
            assert form not in data, path.name
        assert b"621094******0011" in data or path.suffix == ".db-shm"
