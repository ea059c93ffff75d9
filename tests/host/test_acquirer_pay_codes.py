"""Pay codes at the acquirer: the wallet, the waiting, the cancelling. Time is handed in."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from acquirer_client import Acquirer

from host_tools import issuer, wallet
from host_tools.acquirer import keys, ledger, tls, wire
from host_tools.acquirer.schema import DATABASE, entries, open_database, requests
from host_tools.acquirer.service import Service
from host_tools.acquirer.terms import Terms

NOON = datetime(2026, 10, 14, 12, 0, 0, tzinfo=UTC)


class Shop:
    """An acquirer, a terminal and phones in one process."""

    def __init__(self, data):
        self.data = data
        self.terminal = Acquirer(data).terminal("T0000001")
        self.certificate = tls.fingerprint(b64decode(self.terminal.host["cert"]))
        host_keys = keys.load(data)
        self.service = Service(host_keys, issuer.verify_cryptogram, Terms())
        self.engine = open_database(data / DATABASE)
        self.phones = wallet.Phones(host_keys.wallet_key, lambda: 1_790_000_000)

    def ask(self, frame, after_s=0):
        """The reply to a frame that comes so many seconds after noon."""
        request = self.service.prepare(wire.decode(frame), self.certificate)
        now = NOON + timedelta(seconds=after_s)
        with self.engine.begin() as connection:
            return self.service.answer(request, connection, now)

    def pay(self, wallet_id, amount_fen=1000):
        """-> (sale, its digits, the first reply)"""
        sale, digits = self.terminal.sale(amount_fen), self.phones.show(wallet_id)
        return sale, digits, self.ask(self.terminal.code_message("0200", sale, digits))

    def repeat(self, sale, digits, after_s):
        return self.ask(self.terminal.code_message("0201", sale, digits), after_s)

    def reverse(self, sale, after_s):
        return self.ask(self.terminal.code_message("0400", sale), after_s)

    def state(self, sale):
        return ledger.transactions(self.data)[sale.id.hex()]["state"]

    def money(self, wallet_id):
        """(owed to merchants, in the wallet)"""
        totals = ledger.totals(self.data)
        assert totals["imbalance_fen"] == 0
        (account,) = [w.account for w in wallet.WALLETS if w.id == wallet_id]
        return totals["net_fen"], ledger.balances(self.data)[account]


def code(reply):
    return reply.fields["39"]


def has_token(reply):
    return 0x03 in reply.private


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


def test_a_wallet_that_needs_no_confirming_pays_at_once(shop):
    sale, _, reply = shop.pay("code-at-once", 1234)
    assert (reply.mti, code(reply), len(reply.fields["38"])) == ("0210", "00", 6)
    assert has_token(reply)
    assert shop.state(sale) == "posted"
    assert shop.money("code-at-once") == (1234, 200_000 - 1234)


def test_while_the_customer_confirms_nothing_is_final_and_no_money_moves(shop):
    sale, digits, first = shop.pay("code-confirms")
    for reply in (first, shop.repeat(sale, digits, 4), shop.repeat(sale, digits, 7)):
        assert (reply.mti, code(reply), reply.private[0x18]) == ("0210", "09", b"\x01")
        assert not has_token(reply) and "38" not in reply.fields
    assert shop.state(sale) == "waiting"
    assert shop.money("code-confirms") == (0, 200_000)


def test_once_it_is_confirmed_every_repeat_gets_the_same_final_answer(shop):
    sale, digits, _ = shop.pay("code-confirms")
    first, second = shop.repeat(sale, digits, 9), shop.repeat(sale, digits, 60)
    assert code(first) == "00" and has_token(first)
    assert (first.fields, first.private) == (second.fields, second.private)
    assert 0x18 not in first.private
    assert shop.money("code-confirms") == (1000, 199_000)


def test_a_repeat_whose_first_sending_was_lost_is_the_first(shop):
    sale, digits = shop.terminal.sale(1000), shop.phones.show("code-at-once")
    assert code(shop.repeat(sale, digits, 4)) == "00"
    assert code(shop.ask(shop.terminal.code_message("0200", sale, digits), 5)) == "00"
    assert code(shop.reverse(sale, 6)) == "00"
    assert shop.money("code-at-once") == (0, 200_000)


def test_a_cancelled_payment_can_not_be_confirmed_any_more(shop):
    sale, digits, _ = shop.pay("code-confirms")
    reply = shop.reverse(sale, 4)
    assert code(reply) == "12" and has_token(reply)
    late = shop.repeat(sale, digits, 30)
    assert code(late) == "12" and has_token(late)
    assert shop.money("code-confirms") == (0, 200_000)


def test_what_was_paid_in_the_last_moment_is_returned_by_the_cancelling(shop):
    """Confirmed after the last question and before the reversal came."""
    sale, _, _ = shop.pay("code-confirms")
    reply = shop.reverse(sale, 61)
    assert code(reply) == "00" and has_token(reply)
    assert shop.state(sale) == "reversed"
    assert shop.money("code-confirms") == (0, 200_000)
    assert code(shop.reverse(sale, 62)) == "00"
    assert shop.money("code-confirms") == (0, 200_000)


def test_who_never_confirms_is_cancelled_and_pays_nothing(shop):
    sale, digits, _ = shop.pay("code-never")
    assert code(shop.repeat(sale, digits, 3600)) == "09"
    assert code(shop.reverse(sale, 3601)) == "12"
    assert shop.money("code-never") == (0, 200_000)


def test_a_reversal_that_overtakes_its_sale_leaves_a_tombstone(shop):
    sale, digits = shop.terminal.sale(1000), shop.phones.show("code-at-once")
    assert code(shop.reverse(sale, 0)) == "25"
    assert code(shop.ask(shop.terminal.code_message("0200", sale, digits), 1)) == "12"
    assert shop.money("code-at-once") == (0, 200_000)


def test_a_code_pays_once(shop):
    _, digits, _ = shop.pay("code-at-once")
    again = shop.terminal.sale(1000)
    reply = shop.ask(shop.terminal.code_message("0200", again, digits), 60)
    assert code(reply) == "54" and has_token(reply)
    assert shop.money("code-at-once") == (1000, 199_000)


def test_a_code_that_waits_is_used_as_well(shop):
    _, digits, _ = shop.pay("code-never")
    again = shop.terminal.sale(1000)
    assert code(shop.ask(shop.terminal.code_message("0200", again, digits), 60)) == "54"


def test_a_wallet_without_the_money_pays_nothing(shop):
    _, _, reply = shop.pay("code-empty", 501)
    assert code(reply) == "51" and has_token(reply)
    assert shop.money("code-empty") == (0, 500)


def test_money_that_is_gone_when_the_customer_confirms_is_not_paid(shop):
    first, first_code, _ = shop.pay("code-confirms", 150_000)
    second, second_code, _ = shop.pay("code-confirms", 150_000)
    assert code(shop.repeat(first, first_code, 9)) == "00"
    assert code(shop.repeat(second, second_code, 10)) == "51"
    assert shop.money("code-confirms") == (150_000, 50_000)


@pytest.mark.parametrize("digits", ["28" + "0" * 18, "9" * 18, "28" + "1" * 21])
def test_digits_that_no_wallet_made_are_unknown(shop, digits):
    sale = shop.terminal.sale(1000)
    assert code(shop.ask(shop.terminal.code_message("0200", sale, digits))) == "14"


def test_a_repeat_that_says_something_else_is_refused(shop):
    sale, digits, _ = shop.pay("code-confirms")
    frame = shop.terminal.code_message("0201", sale, digits, de4=f"{1:012d}")
    assert code(shop.ask(frame, 4)) == "94"
    assert code(shop.ask(shop.terminal.code_message("0201", sale, "9" * 18), 4)) == "94"


def test_only_a_pay_code_is_asked_for_again(shop):
    sale = shop.terminal.sale(1000)
    frame = shop.terminal.code_message("0201", sale, "9" * 18, de60="22000001000")
    assert code(shop.ask(frame)) == "30"


@pytest.mark.parametrize("wallet_id", ["code-at-once", "code-confirms"])
def test_a_restored_host_takes_a_paid_code_back_in_for_its_own_proof(shop, wallet_id):
    sale, digits, _ = shop.pay(wallet_id)
    paid = shop.repeat(sale, digits, 9)
    with shop.engine.begin() as connection:  # the backup is from before the sale
        connection.execute(entries.delete())
        connection.execute(requests.delete())
    again = {name: paid.fields[name] for name in ("37", "38")}
    told = {f"de{name}": value for name, value in again.items()}
    frame = shop.terminal.code_message("0201", sale, digits, {0x0B: paid.private[0x0B]}, **told)
    reply = shop.ask(frame, 60)
    assert code(reply) == "00" and has_token(reply) and reply.fields["37"] == again["37"]
    forged = shop.terminal.sale(1000)
    frame = shop.terminal.code_message("0201", forged, digits, {0x0B: bytes(16)}, **told)
    assert code(shop.ask(frame, 61)) == "94"


def test_the_look_up_says_that_it_waits(shop):
    sale, _, _ = shop.pay("code-never")
    reply = shop.ask(shop.terminal.network("401", more={0x01: sale.id}), 5)
    assert reply.private[0x10][0] == 6


def test_the_digits_are_nowhere_in_the_database(shop):
    _, digits, _ = shop.pay("code-at-once")
    shop.engine.dispose()
    kept = b"".join(file.read_bytes() for file in shop.data.glob("acquirer.db*"))
    assert digits.encode() not in kept and bytes.fromhex(digits) not in kept


def test_a_phone_shows_another_code_each_time_and_only_its_issuer_knows_it():
    phones = wallet.Phones(b"k" * 32, lambda: 5)
    codes = {phones.show("code-at-once") for _ in range(100)}
    assert len(codes) == 100
    for digits in codes:
        assert len(digits) == 20 and wallet.is_genuine(digits, b"k" * 32)
        assert not wallet.is_genuine(digits, b"x" * 32)
        assert not wallet.is_genuine(digits[:-1] + str((int(digits[-1]) + 1) % 10), b"k" * 32)
