"""Factory reset at the acquirer: granted by people, released for just that loss, remembered."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from command import tapstone

from host_tools.acquirer import ledger, reset
from host_tools.acquirer.wire import cmac

NONCE = bytes(range(16))
STORED, IN_DOUBT, FOR_PEOPLE, RETURNS, UNSETTLED = range(1, 6)


def said(released, highest, *losses):
    items = b"".join(
        bytes((what,)) + count.to_bytes(2, "big") + fen.to_bytes(6, "big")
        for what, count, fen in losses
    )
    return released.to_bytes(4, "big") + highest.to_bytes(4, "big") + items


TWO = said(0, 3, (STORED, 2, 3600))


def ask(terminal, loss, nonce=NONCE, count=2, fen=3600):
    held = count.to_bytes(2, "big") + fen.to_bytes(6, "big")
    message = terminal.network("381", nonce=nonce, held=held, more={0x1B: loss})
    return terminal.ask(message)


def command(*arguments):
    return tapstone("acquirer", *arguments)


def lost_by(acquirer, terminal):
    return [r for r in reset.listed(acquirer.data) if r["terminal_id"] == terminal.id]


def alarms(acquirer, terminal, code):
    found = [n for n in ledger.notes(acquirer.data, "alarm") if n["code"] == code]
    return [n["detail"] for n in found if n["subject"].startswith(terminal.id)]


def test_nobody_granted_it_so_the_terminal_keeps_what_it_has_and_people_hear_of_it(
    acquirer, terminal
):
    reply = ask(terminal, TWO)
    assert (reply.code, 0x1C in reply.private) == ("58", False)
    assert lost_by(acquirer, terminal) == []
    assert alarms(acquirer, terminal, "reset_wanted") == ["stored 2 (36.00); numbers 1 to 3"]


def test_a_release_is_a_mac_over_question_terminal_and_loss(acquirer, terminal):
    reset.grant(acquirer.data, terminal.id, 2, 3600)
    reply = ask(terminal, TWO)
    covered = b"\x08\x10" + NONCE + terminal.id.encode() + TWO
    assert reply.code == "00"
    assert reply.private[0x1C] == cmac(terminal.keys(0).working_key(0x2002), covered)


def test_what_was_lost_is_remembered_and_alarmed(acquirer, terminal):
    stored = [terminal.offline_sale(1000), terminal.offline_sale(1200)]
    terminal.ask(terminal.message("0220", stored[0]))
    reset.grant(acquirer.data, terminal.id, 5, 9000)
    loss = said(1, 5, (STORED, 1, 1200), (IN_DOUBT, 1, 50), (RETURNS, 1, 70), (UNSETTLED, 1, 1000))
    assert ask(terminal, loss).code == "00"
    (row,) = lost_by(acquirer, terminal)
    assert (row["count"], row["fen"], row["missing"]) == (3, 1250, "2-5")
    assert row["parts"]["unsettled"] == [1, 1000]
    assert len(alarms(acquirer, terminal, "lost_in_reset")) == 1


def test_a_grant_is_for_one_reset_of_one_terminal(acquirer, terminal):
    other = acquirer.terminal()
    reset.grant(acquirer.data, terminal.id, 2, 3600)
    assert ask(other, TWO).code == "58"
    assert ask(terminal, TWO).code == "00"
    assert ask(terminal, said(0, 4, (STORED, 2, 3600))).code == "58"


def test_the_same_question_again_gets_its_release_again(acquirer, terminal):
    reset.grant(acquirer.data, terminal.id, 2, 3600)
    first, again = ask(terminal, TWO), ask(terminal, TWO, bytes(16))
    assert (first.code, again.code) == ("00", "00")
    assert first.private[0x1C] != again.private[0x1C]  # the nonce is another
    assert len(lost_by(acquirer, terminal)) == 1


def test_more_than_was_granted_is_not_released(acquirer, terminal):
    reset.grant(acquirer.data, terminal.id, 2, 3599)
    assert ask(terminal, TWO).code == "58"
    reset.grant(acquirer.data, terminal.id, 1, 3600)
    assert ask(terminal, TWO).code == "58"
    reset.grant(acquirer.data, terminal.id, 2, 3600)
    assert ask(terminal, TWO).code == "00"


def test_a_grant_ends_after_a_day(acquirer, terminal):
    before = datetime.now(UTC) - reset.VALID
    reset.grant(acquirer.data, terminal.id, 2, 3600, before - timedelta(minutes=1))
    assert ask(terminal, TWO).code == "58"


@pytest.mark.parametrize(
    "loss",
    [
        b"",
        said(0, 3),
        TWO + b"\1",
        said(0, 3, (9, 1, 1)),
        said(0, 3, (1, 1, 1), (1, 1, 1)),
        said(0, 3, *[(1, 1, 1)] * 12),
    ],
)
def test_what_is_no_statement_of_a_loss_is_refused(terminal, loss):
    assert ask(terminal, loss).code == "30"


def test_what_comes_later_is_not_missing_any_more(acquirer, terminal):
    sale = terminal.offline_sale(1000)
    reset.grant(acquirer.data, terminal.id, 2, 3600)
    ask(terminal, said(0, sale.number, (STORED, 1, 1000)))
    assert lost_by(acquirer, terminal)[0]["missing"] == str(sale.number)
    terminal.ask(terminal.message("0220", sale))  # it was not reset after all
    assert lost_by(acquirer, terminal)[0]["missing"] == ""


def test_the_operator_grants_what_the_terminal_said_it_holds(acquirer, terminal):
    ask(terminal, TWO)
    made = json.loads(command("release-reset", acquirer.data, terminal.id, "--json").stdout)
    assert (made["most_count"], made["most_fen"]) == (2, 3600)
    assert ask(terminal, TWO).code == "00"
    listed = json.loads(command("resets", acquirer.data, "--json").stdout)["resets"]
    assert listed[0]["terminal_id"] == terminal.id
    assert "36.00" in command("resets", acquirer.data).stdout


def test_a_terminal_that_was_replaced_is_named_by_its_key(acquirer, terminal):
    acquirer.terminal(terminal.id)  # provisioned anew
    assert command("release-reset", acquirer.data, "00000000").exit_code == 1
    key_id = terminal.key_id.hex()
    made = command("release-reset", acquirer.data, key_id, "--count", 2, "--fen", 3600)
    assert made.exit_code == 0
    assert ask(terminal, TWO).code == "00"
