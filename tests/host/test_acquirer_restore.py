"""The acquirer is restored from a backup: it finds out, and the ledger becomes whole again."""

import shutil

import pytest
from acquirer_client import PAN, POOR

from host_tools.acquirer import ledger
from host_tools.acquirer.schema import DATABASE

PROOF, ACKNOWLEDGED, AGAIN_FROM = 0x0B, 0x0F, 0x11


class Backup:
    """The database as it is now, to be brought back later."""

    def __init__(self, acquirer):
        self._acquirer = acquirer
        self._copy = acquirer.data / "backup"
        acquirer.stop()
        shutil.copy(acquirer.data / DATABASE, self._copy)
        acquirer.start()

    def restore(self):
        self._acquirer.kill()
        for file in self._acquirer.data.glob(f"{DATABASE}*"):
            file.unlink()
        shutil.copy(self._copy, self._acquirer.data / DATABASE)
        self._acquirer.start()


def sell(terminal, mti="0200", amount_fen=1000):
    """-> (the sale, its reply)."""
    sale = terminal.sale(amount_fen) if mti == "0200" else terminal.offline_sale(amount_fen)
    return sale, terminal.ask(terminal.message(mti, sale))


def echoes(terminal, *said, **more):
    return signs_in(terminal, *said, code="301", **more)


def has_told(terminal, number, reference, told, asked):
    """Signs in and is asked from number `asked` on; then says that it has told all."""
    assert signs_in(terminal, number, reference) == asked
    assert echoes(terminal, number, reference, told=told) is None


def signs_in(terminal, number, reference="", beyond=0, code="001", told=None):
    """What the terminal is asked for: the first number, None if nothing is missing.

    `told`: (first, missing) of what it has offered again, as it was asked last.
    """
    said = number.to_bytes(4, "big") + beyond.to_bytes(2, "big") + reference.encode()
    more = {ACKNOWLEDGED: said}
    if told:
        said = told[0].to_bytes(4, "big") + told[1].to_bytes(2, "big")
        more[AGAIN_FROM] = said + terminal.challenge
    raw = terminal.ask(terminal.network(code, more=more)).private.get(AGAIN_FROM)
    if raw is None:
        return None
    terminal.challenge = raw[4:]
    return int.from_bytes(raw[:4], "big")


def again(terminal, sale, reply, proof=None, **changed):
    """The online sale once more, with what its reply proved."""
    changed = {"de37": reply.rrn, "de38": reply.fields["38"], **changed}
    more = {PROOF: reply.private[PROOF] if proof is None else proof}
    return terminal.ask(terminal.message("0201", sale, more, **changed))


def books(terminal):
    """What the ledger says, but for the order in which it was written."""
    data = terminal.acquirer.data
    known = ledger.transactions(data)
    states = {key: (row["state"], row["amount_fen"], row["pan"]) for key, row in known.items()}
    return states, ledger.totals(data), ledger.balances(data)


def alarms(terminal):
    notes = ledger.notes(terminal.acquirer.data, "alarm")
    return {note["code"] for note in notes if note["subject"].startswith(terminal.id)}


def test_an_approval_carries_a_proof_and_nothing_else_does(terminal):
    assert len(sell(terminal)[1].private[PROOF]) == 16
    assert PROOF not in sell(terminal, "0220")[1].private
    declined = terminal.sale(1000, POOR)
    assert PROOF not in terminal.ask(terminal.message("0200", declined)).private


def test_a_host_that_has_everything_asks_for_nothing(terminal):
    assert signs_in(terminal, 0) is None
    _, reply = sell(terminal)
    assert signs_in(terminal, 1, reply.rrn) is None
    assert signs_in(terminal, 1) is None  # started anew; this was noted
    assert alarms(terminal) == set()


def test_what_a_terminal_cannot_say_since_it_started_is_asked_for_without_alarm(terminal):
    sell(terminal)
    assert signs_in(terminal, 1) == 1
    assert signs_in(terminal, 0, beyond=1) == 1
    has_told(terminal, 1, "", told=(1, 0), asked=1)
    assert signs_in(terminal, 1) is None
    assert alarms(terminal) == set()


def test_the_ledger_is_whole_again_after_an_old_backup_was_brought_back(acquirer, terminal):
    _, first = sell(terminal)
    assert signs_in(terminal, 1, first.rrn) is None
    backup = Backup(acquirer)
    online, paid = sell(terminal, "0200", 2000)
    stored, banked = sell(terminal, "0220", 3000)
    reversed_, _ = sell(terminal, "0200", 4000)
    returned = terminal.ask(terminal.message("0400", reversed_))
    before = books(terminal)
    backup.restore()
    assert books(terminal) != before
    assert signs_in(terminal, 4, returned.rrn) == 2
    assert alarms(terminal) == {"restored"}
    repeat = again(terminal, online, paid)
    assert (repeat.code, repeat.rrn, repeat.token) == ("00", paid.rrn, paid.token)
    assert again(terminal, online, paid).lasting() == repeat.lasting()
    assert terminal.ask(terminal.message("0221", stored)).code == banked.code
    assert terminal.ask(terminal.message("0401", reversed_)).code == "25"
    states, totals, balances = books(terminal)
    states[reversed_.id.hex()] = before[0][reversed_.id.hex()]
    assert (states, totals, balances) == before
    has_told(terminal, 4, returned.rrn, told=(2, 0), asked=2)
    assert signs_in(terminal, 4, returned.rrn) is None


def test_a_sale_that_the_host_still_has_is_answered_as_before(terminal):
    sale, reply = sell(terminal)
    before = books(terminal)
    assert again(terminal, sale, reply).lasting() == reply.lasting()
    assert books(terminal) == before


def test_it_is_asked_for_until_it_was_told_whatever_is_sold_in_between(acquirer, terminal):
    backup = Backup(acquirer)
    _, lost = sell(terminal)
    backup.restore()
    assert signs_in(terminal, 1, lost.rrn) == 1
    _, new = sell(terminal)
    assert echoes(terminal, 2, new.rrn) is None  # an echo asks for nothing
    assert signs_in(terminal, 2, new.rrn) == 1
    has_told(terminal, 2, new.rrn, told=(2, 0), asked=1)  # that is not what was asked for
    has_told(terminal, 2, new.rrn, told=(1, 0), asked=1)
    assert signs_in(terminal, 2, new.rrn) is None


def test_a_word_of_before_another_restoring_that_all_was_told_says_nothing(acquirer, terminal):
    backup = Backup(acquirer)
    _, lost = sell(terminal)
    backup.restore()
    assert signs_in(terminal, 1, lost.rrn) == 1
    asked_before = terminal.challenge
    backup.restore()
    assert signs_in(terminal, 1, lost.rrn) == 1
    assert terminal.challenge != asked_before
    terminal.challenge = asked_before
    assert echoes(terminal, 1, lost.rrn, told=(1, 0)) is None
    assert signs_in(terminal, 1, lost.rrn) == 1


def test_a_sign_in_cannot_say_that_all_was_told(acquirer, terminal):
    """It was told on another connection, perhaps to a host that has been restored since."""
    backup = Backup(acquirer)
    _, lost = sell(terminal)
    backup.restore()
    assert signs_in(terminal, 1, lost.rrn) == 1
    assert signs_in(terminal, 1, lost.rrn, told=(1, 0)) == 1


def test_a_sale_made_out_of_turn_before_the_backup_does_not_hide_one_that_is_lost(
    acquirer, terminal
):
    early = terminal.offline_sale()  # number 1 is forwarded after number 2 was paid
    _, paid = sell(terminal)
    assert signs_in(terminal, 0, paid.rrn, beyond=1) is None
    backup = Backup(acquirer)
    late = terminal.ask(terminal.message("0220", early))
    backup.restore()
    assert signs_in(terminal, 2, late.rrn) == 1


def test_what_neither_side_has_any_more_is_an_alarm(acquirer, terminal):
    backup = Backup(acquirer)
    _, lost = sell(terminal)
    backup.restore()
    has_told(terminal, 1, lost.rrn, told=(1, 1), asked=1)
    assert alarms(terminal) == {"restored", "sales_missing"}


def test_a_terminal_cannot_invent_a_paid_sale(acquirer, terminal):
    sale, reply = sell(terminal)
    other = terminal.sale(9000)
    before = books(terminal)
    for proof in (bytes(16), reply.private[PROOF], reply.token):
        assert again(terminal, other, reply, proof).code == "94"
    assert terminal.ask(terminal.message("0201", other)).code == "30"
    assert books(terminal) == before
    assert "conflicting_request" in alarms(terminal)


@pytest.mark.parametrize(
    "changed",
    [{"de4": "000000001001"}, {"de37": "000000000001"}, {"de38": "000000"}, {"de12": "000000"}],
)
def test_the_proof_of_a_lost_sale_covers_all_that_was_approved(acquirer, terminal, changed):
    backup = Backup(acquirer)
    sale, reply = sell(terminal)
    backup.restore()
    assert again(terminal, sale, reply, **changed).code == "94"
    sale.pan, sale.track2 = POOR, bytes.fromhex(f"{POOR}D2912201000000000F")
    assert again(terminal, sale, reply).code == "94"
    sale.pan, sale.track2 = PAN, bytes.fromhex(f"{PAN}D2912201000000000F")
    assert again(terminal, sale, reply).code == "00"


def test_what_was_approved_counts_though_a_late_copy_was_declined_meanwhile(acquirer, terminal):
    backup = Backup(acquirer)
    sale, other = terminal.sale(100, POOR), terminal.sale(100, POOR)  # all that is there
    reply = terminal.ask(terminal.message("0200", sale))
    backup.restore()
    assert terminal.ask(terminal.message("0200", other)).code == "00"
    assert terminal.ask(terminal.message("0200", sale)).code == "51"
    repeat = again(terminal, sale, reply)
    assert repeat.code == "00"
    assert again(terminal, sale, reply, bytes(16)).lasting() == repeat.lasting()
    assert ledger.transactions(acquirer.data)[sale.id.hex()]["state"] == "posted"


def test_a_sale_that_its_reversal_closed_is_not_brought_back(acquirer, terminal):
    backup = Backup(acquirer)
    sale, reply = sell(terminal)
    backup.restore()
    terminal.ask(terminal.message("0400", sale))
    assert again(terminal, sale, reply).code == "12"
