"""Settlement at the acquirer: a batch is compared, closed once, and paid out to the fen.

The handlers run directly on the database: no network.
"""

import base64
import csv
import io
import json
import os
import random
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from acquirer_client import Acquirer, Reply
from command import tapstone

from host_tools import issuer
from host_tools.acquirer import keys, ledger, settlement, terms, tls, totals
from host_tools.acquirer.schema import DATABASE, open_database
from host_tools.acquirer.service import Service
from host_tools.acquirer.wire import decode

NOW = datetime(2026, 10, 14, 12, 0, tzinfo=UTC)
ONLINE, OFFLINE = totals.ONLINE, totals.OFFLINE


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """`host.ask(terminal, body)`: the Reply of the real handlers, committed."""
    acquirer = Acquirer(tmp_path_factory.mktemp("acquirer"))
    engine = open_database(acquirer.data / DATABASE)
    service = Service(keys.load(acquirer.data), issuer.verify_cryptogram)

    def ask(terminal, body, now=NOW):
        certificate = tls.fingerprint(base64.b64decode(terminal.host["cert"]))
        request = service.prepare(decode(body), certificate)
        with engine.begin() as connection:
            reply = service.answer(request, connection, now)
        return Reply(terminal, service.sealed(request, reply, now))

    yield SimpleNamespace(ask=ask, acquirer=acquirer, engine=engine, data=acquirer.data)
    engine.dispose()


class Shop:
    """A terminal that counts what it sold, as a terminal does."""

    def __init__(self, host, terminal_id=""):
        self.host = host
        self.terminal = host.acquirer.terminal(terminal_id)
        self.sold = []  # (product, Sale)
        self.closing_id = os.urandom(16)

    def sell(self, amount_fen, product=ONLINE):
        online = product == ONLINE
        sale = self.terminal.sale(amount_fen) if online else self.terminal.offline_sale(amount_fen)
        self.send("0200" if online else "0220", sale)
        self.sold.append((product, sale))
        return sale

    def send(self, mti, sale):
        reply = self.host.ask(self.terminal, self.terminal.message(mti, sale))
        assert reply.code == "00"
        return reply

    def totals(self):
        found = {}
        for product, sale in self.sold:
            totals.add(found, product, "156", sale.amount_fen)
        return found

    def close(self, declared=None, listed=None):
        said = totals.pack(self.totals() if declared is None else declared)
        body = self.terminal.closing(self.closing_id, said, listed)
        return self.host.ask(self.terminal, body)

    def list_from(self, first, items=None, mti="0320"):
        sold = self.sold[first:] if items is None else items
        body = self.terminal.list_of(self.closing_id, first, b"".join(map(item, sold)), mti)
        return self.host.ask(self.terminal, body)

    def next_batch(self):
        self.terminal.batch += 1
        self.sold, self.closing_id = [], os.urandom(16)

    def statement(self, reply):
        return ledger.statement(self.host.data, reply.rrn)


def item(sold, amount_fen=None):
    product, sale = sold
    fen = sale.amount_fen if amount_fen is None else amount_fen
    number = sale.number.to_bytes(4, "big")
    return number + sale.id[:4] + bytes((product,)) + fen.to_bytes(6, "big")


@pytest.fixture
def shop(host):
    return Shop(host)


def told(reply):
    """DE 63.14: how many differences of each kind."""
    said = reply.private.get(0x14, bytes(8))
    return [int.from_bytes(said[at : at + 2], "big") for at in (0, 2, 4, 6)]


def but_stan(reply):
    return {name: value for name, value in reply.lasting().items() if name != "11"}


# -- totals that agree ----------------------------------------------------------------------------


def test_a_batch_whose_totals_agree_is_closed_with_a_receipt(shop):
    shop.sell(1250)
    shop.sell(800, OFFLINE)
    reply = shop.close()
    assert (reply.mti, reply.code, told(reply)) == ("0510", "00", [0, 0, 0, 0])
    assert reply.token and reply.rrn.startswith("S")
    assert totals.parse(reply.private[0x12]) == shop.totals()
    assert reply.private[0x19].hex() == "2026101420261015"  # business date, paid on
    found = shop.statement(reply)
    assert [line["amount_fen"] for line in found["lines"]] == [1250, 800]
    assert (found["gross_fen"], found["fee_fen"], found["net_fen"]) == (2050, 8 + 5, 2037)


def test_the_status_look_up_says_in_which_batch_a_sale_is_paid_out_and_when(shop):
    sale = shop.sell(500)
    for closed, pays_on in ((0, "00000000"), (1, "20261015")):
        body = shop.terminal.network("401", more={0x01: sale.id})
        said = shop.host.ask(shop.terminal, body).private[0x10]
        assert (said[22:25].hex(), said[25], said[26:].hex()) == ("000001", closed, pays_on)
        shop.close()


def test_an_empty_batch_settles_too(shop):
    reply = shop.close()
    assert reply.code == "00" and reply.token
    assert shop.statement(reply)["lines"] == []


def test_a_batch_is_closed_once_and_the_answer_stays(shop):
    shop.sell(500)
    first = shop.close()
    again = shop.close()
    assert but_stan(again) == but_stan(first)
    assert again.fields["11"] != first.fields["11"]  # it is matched by its own
    assert len([s for s in ledger.settled(shop.host.data) if s["reference"] == first.rrn]) == 1


def test_what_was_declined_or_reversed_is_settled_with_nothing(shop):
    shop.sell(500)
    sale = shop.sell(700)
    shop.send("0400", sale)
    shop.sold.pop()
    assert shop.close().code == "00"


def test_a_closing_that_says_something_else_the_second_time_is_refused(shop):
    shop.sell(500)
    assert shop.close().code == "00"
    assert shop.close({}).code == "94"
    shop.closing_id = os.urandom(16)
    assert shop.close().code == "94"


def test_a_batch_before_the_last_closed_one_is_nobodys(shop):
    shop.terminal.batch = 7
    assert shop.close().code == "00"
    shop.terminal.batch, shop.closing_id = 6, os.urandom(16)
    assert shop.close().code == "94"


def test_the_batch_number_begins_again_at_one(shop):
    shop.terminal.batch = 999_999
    shop.sell(300)
    assert shop.close().code == "00"
    shop.next_batch()
    shop.terminal.batch = 1
    shop.sell(400)
    reply = shop.close()
    assert reply.code == "00"
    assert shop.statement(reply)["gross_fen"] == 400


# -- totals that differ ---------------------------------------------------------------------------


def test_totals_that_differ_by_one_fen_bring_the_list_and_the_row(shop):
    shop.sell(1250)
    sale = shop.sell(800)
    wrong = {(ONLINE, "156"): (2, 2049)}
    reply = shop.close(wrong)
    assert (reply.code, reply.token, reply.wanted) == ("95", None, 0)
    items = [shop.sold[0], (ONLINE, SimpleNamespace(**{**vars(sale), "amount_fen": 799}))]
    assert shop.list_from(0, items).wanted == 2
    closed = shop.close(wrong, listed=2)
    assert (closed.code, told(closed)) == ("00", [0, 0, 1, 0])
    assert closed.token
    assert closed.private[0x14][8:].hex() == f"03{sale.number:08x}{799:012x}{800:012x}"
    [difference] = shop.statement(closed)["differences"]
    assert difference == {
        "kind": "other_amount",
        "number": sale.number,
        "terminal_fen": 799,
        "host_fen": 800,
    }
    assert but_stan(shop.close(wrong, listed=2)) == but_stan(closed)
    assert shop.statement(closed)["gross_fen"] == 2050  # what the host has posted is paid


def test_the_list_tells_what_only_one_of_them_has(shop):
    shop.sell(100)
    only_host = shop.sell(200)
    only_terminal = shop.terminal.sale(300)
    shop.sold[1] = (ONLINE, only_terminal)
    assert shop.close().code == "95"
    shop.list_from(0)
    closed = shop.close(listed=2)
    assert told(closed) == [1, 1, 0, 0]
    kinds = {d["number"]: d["kind"] for d in shop.statement(closed)["differences"]}
    assert kinds == {only_host.number: "only_host", only_terminal.number: "only_terminal"}


def test_a_list_that_broke_off_goes_on_where_the_host_has_it(shop):
    for fen in range(1, 6):
        shop.sell(fen)
    assert shop.close({}).wanted == 0
    assert shop.list_from(0, shop.sold[:2]).wanted == 2
    assert shop.close({}, listed=5).wanted == 2  # not complete: it stays open
    assert shop.list_from(4, shop.sold[4:]).wanted == 2  # a gap is not taken
    assert shop.list_from(0, shop.sold[:3], mti="0321").wanted == 3  # nor the same twice
    assert shop.list_from(3, shop.sold[3:]).wanted == 5
    closed = shop.close({}, listed=5)
    assert (closed.code, told(closed)) == ("00", [0, 0, 0, 0])


def test_a_list_without_a_closing_is_not_taken(shop):
    assert shop.list_from(0, []).code == "25"


def test_a_list_of_another_closing_is_refused(shop):
    shop.sell(100)
    assert shop.close({}).code == "95"
    shop.closing_id = os.urandom(16)
    assert shop.list_from(0).code == "94"


def test_a_closing_with_differences_is_told_to_people(shop):
    shop.sell(100)
    shop.close({})
    shop.close({}, listed=0)
    notes = ledger.notes(shop.host.data, "exception")
    assert any(n["subject"].startswith(shop.terminal.id) for n in notes)


# -- what comes late ------------------------------------------------------------------------------


def test_what_arrives_after_the_close_is_in_the_next_batch_and_in_no_other(shop):
    late = shop.terminal.offline_sale(900)
    shop.sell(100)
    first = shop.close()
    shop.send("0220", late)  # it still says the batch in which it was made
    shop.next_batch()
    shop.sell(50)
    shop.sold.append((OFFLINE, late))
    second = shop.close()
    assert second.code == "00"
    numbers = [
        line["number"] for reply in (first, second) for line in shop.statement(reply)["lines"]
    ]
    assert len(numbers) == len(set(numbers)) == 3


def test_sales_of_the_next_batch_do_not_disturb_one_that_is_being_closed(shop):
    shop.sell(100)
    declared = shop.totals()
    shop.terminal.batch = 2
    shop.sell(700)
    shop.terminal.batch = 1
    reply = shop.close(declared)
    assert reply.code == "00"
    assert shop.statement(reply)["gross_fen"] == 100


def test_a_sale_that_is_reversed_after_its_batch_was_closed_is_refunded_in_the_next(shop):
    sale = shop.sell(4200)
    first = shop.close()
    reversal = shop.send("0400", sale)
    assert reversal.private[0x0C] == b"\x02"
    assert ledger.transactions(shop.host.data)[sale.id.hex()]["state"] == "refunded"
    assert sale.id.hex() in {n["subject"] for n in ledger.notes(shop.host.data, "exception")}
    shop.next_batch()
    second = shop.close()  # the terminal knows nothing of it: its totals are still right
    assert second.code == "00"
    assert totals.parse(second.private[0x12]) == {(totals.ADJUSTMENT, "156"): (1, 4200)}
    nets = [shop.statement(reply)["net_fen"] for reply in (first, second)]
    assert sum(nets) == 0
    assert ledger.totals(shop.host.data)["imbalance_fen"] == 0


def test_a_sale_that_the_host_settled_before_the_terminal_knew_is_named_as_such(shop):
    sale = shop.sell(300)
    shop.close({})
    shop.close({}, listed=0)  # the terminal had no answer yet
    shop.next_batch()
    shop.sold.append((ONLINE, sale))
    assert shop.close().code == "95"
    shop.list_from(0)
    closed = shop.close(listed=1)
    assert told(closed) == [0, 0, 0, 1]
    assert shop.statement(closed)["gross_fen"] == 0


def test_what_a_replaced_terminal_left_is_settled_for_it(host):
    old = Shop(host, "REPLACED")
    old.sell(600)
    key_id = old.terminal.key_id.hex()
    assert tapstone("acquirer", "settle-retired", host.data, key_id).exit_code == 1
    host.acquirer.terminal("REPLACED")
    said = tapstone("acquirer", "settle-retired", host.data, key_id).output
    assert ledger.statement(host.data, said.split()[-1])["gross_fen"] == 600
    again = tapstone("acquirer", "settle-retired", host.data, key_id)
    assert "nothing is left" in again.output


# -- money ----------------------------------------------------------------------------------------


def test_what_the_totals_hold_and_the_list_does_not_is_a_difference():
    listed = [totals.Item(7, "00", totals.ONLINE, 100), totals.Item(8, "00", totals.OFFLINE, 30)]
    declared = {(totals.ONLINE, "156"): (3, 650), (totals.OFFLINE, "156"): (1, 30)}
    missing = {"kind": "only_terminal", "number": 0, "terminal_fen": 550, "host_fen": 0}
    assert totals.unlisted(declared, listed) == [missing]


def test_all_that_was_posted_is_settled_or_waits_for_it(host):
    for number in range(3):
        shop = Shop(host)
        for fen in range(1, 9):
            shop.sell(fen * 1111 + number, fen % 2 + 1)
        shop.close()
    shop.sell(77)
    found = ledger.settled(host.data)
    paid = sum(s["gross_fen"] for s in found if s["state"] == "closed")
    assert paid + ledger.unsettled_fen(host.data) == ledger.totals(host.data)["net_fen"]
    for settled in found:
        lines = ledger.statement(host.data, settled["reference"])["lines"]
        for name in ("amount_fen", "fee_fen", "net_fen"):
            column = {"amount_fen": "gross_fen"}.get(name, name)
            assert sum(line[name] for line in lines) == settled[column]


def test_a_million_fees_leave_not_one_fen_over():
    chance = random.Random(57)
    for fee_bp in (55, 60, 38):
        contract = terms.Terms(fee_bp=fee_bp)
        gross = fees = net = 0
        for _ in range(334_000):
            amount_fen = chance.randrange(1, 10 ** chance.randrange(2, 9))
            fee_fen = contract.fee_fen(amount_fen)
            assert 0 <= fee_fen <= 2000
            gross, fees, net = gross + amount_fen, fees + fee_fen, net + amount_fen - fee_fen
        assert net + fees == gross


@pytest.mark.parametrize(
    ("amount_fen", "fee_fen"),
    [(83, 0), (84, 1), (250, 2), (249, 1), (333_249, 1999), (333_250, 2000), (10**9, 2000)],
)
def test_a_fee_is_rounded_half_up_and_capped(amount_fen, fee_fen):
    assert terms.Terms().fee_fen(amount_fen) == fee_fen
    assert terms.Terms().fee_fen(-amount_fen) == -fee_fen


@pytest.mark.parametrize(
    ("captured_at", "trusted", "day"),
    [
        ("20261014225959", True, date(2026, 10, 14)),
        ("20261014230000", True, date(2026, 10, 15)),
        ("20261010120000", True, date(2026, 10, 10)),  # from a queue of four days
        ("20261010120000", False, date(2026, 10, 15)),  # then the time of arrival counts
        ("20991010120000", True, date(2026, 10, 15)),  # no clock is that far ahead
        ("99999999999999", True, date(2026, 10, 15)),
    ],
)
def test_the_business_date_ends_at_the_cut_off(captured_at, trusted, day):
    at = datetime(2026, 10, 14, 15, 30, tzinfo=UTC)  # 23:30 in the merchant's time
    assert terms.Terms().business_date(captured_at, trusted, at) == day


def test_the_terms_can_be_written_down(tmp_path):
    assert terms.load(tmp_path) == terms.Terms()
    (tmp_path / terms.FILE).write_text('{"fee_bp": 38, "cut_off": "22:00"}')
    assert terms.load(tmp_path) == terms.Terms(fee_bp=38, cut_off=time(22, 0))


def test_a_sale_keeps_the_business_date_of_its_capture(shop):
    sale = shop.terminal.offline_sale(100)
    shop.host.ask(shop.terminal, shop.terminal.message("0220", sale), NOW + timedelta(days=2))
    shop.sold.append((OFFLINE, sale))
    [line] = shop.statement(shop.close())["lines"]
    assert line["business_date"] == "2026-10-14"


# -- as files -------------------------------------------------------------------------------------


def test_the_settlement_file_has_its_lines_and_sums(shop):
    shop.sell(1250)
    shop.sell(800, OFFLINE)
    reference = shop.close().rrn
    place = ["acquirer", "statement", str(shop.host.data), reference]
    found = json.loads(tapstone(*place).output)
    assert found["net_fen"] == sum(line["net_fen"] for line in found["lines"])
    rows = list(csv.DictReader(io.StringIO(tapstone(*place, "--csv").output)))
    assert [row["amount_fen"] for row in rows] == ["1250", "800"]
    assert tapstone(*place[:-1], "S00000099999").exit_code == 1
    listing = ["acquirer", "settlements", str(shop.host.data)]
    for listed in (tapstone(*listing), tapstone(*listing, "--json")):
        assert reference in listed.output


# -- what is ill-formed ---------------------------------------------------------------------------


@pytest.mark.parametrize("said", [b"\x01", b"\x09" + bytes(12), bytes(26)])
def test_ill_formed_totals_are_refused(shop, said):
    body = shop.terminal.closing(shop.closing_id, said)
    assert shop.host.ask(shop.terminal, body).code == "30"


def test_a_list_that_nobody_could_count_is_refused(shop):
    shop.sell(100)
    shop.close({})
    assert shop.list_from(0xFFFE, shop.sold).code == "00"
    assert shop.list_from(0xFFFF, shop.sold).code == "30"


def test_batches_are_after_one_another_also_round_the_end():
    assert settlement.is_after(2, 1) and not settlement.is_after(1, 2)
    assert settlement.is_after(1, 999_999) and not settlement.is_after(999_999, 1)
    assert not settlement.is_after(5, 5)
