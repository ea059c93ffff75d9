"""Random traffic against a model that fits on one page, and random damage against every message.

The handlers run directly on the database here: no network, thousands of requests.
"""

import base64
from datetime import UTC, datetime
from types import SimpleNamespace

import iso8583
import pytest
from acquirer_client import MERCHANT, PAN, POOR, Acquirer, Reply
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from host_tools import issuer
from host_tools.acquirer import keys, ledger, tls
from host_tools.acquirer.fields import SPEC
from host_tools.acquirer.schema import DATABASE, accounts, entries, open_database
from host_tools.acquirer.service import Service
from host_tools.acquirer.wire import BadFrame, decode

NOW = datetime(2026, 10, 14, 12, 0, tzinfo=UTC)
RELAXED = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """`host.ask(terminal, body)`: the reply of the real handlers, committed; None to junk."""
    acquirer = Acquirer(tmp_path_factory.mktemp("acquirer"))
    engine = open_database(acquirer.data / DATABASE)
    service = Service(keys.load(acquirer.data), issuer.verify_cryptogram)

    def ask(terminal, body):
        try:
            message = decode(body)
        except BadFrame:
            return None
        certificate = tls.fingerprint(base64.b64decode(terminal.host["cert"]))
        request = service.prepare(message, certificate)
        with engine.begin() as connection:
            reply = service.answer(request, connection, NOW)
        return service.sealed(request, reply, NOW)

    yield SimpleNamespace(ask=ask, acquirer=acquirer, engine=engine)
    engine.dispose()


class Model:
    """What should happen: balances, one state per sale, one reply per message."""

    def __init__(self, balances):
        self.balances = dict(balances)
        self.net_fen = 0
        self.states = {}
        self.returned_fen = {}
        self.replies = {}

    def expect(self, kind, index, sale):
        """-> response code of a request that is well formed and tells the truth."""
        if (kind, index) not in self.replies:
            self.replies[kind, index] = getattr(self, kind)(index, sale)
        return self.replies[kind, index]

    def move(self, sale, amount_fen):
        self.balances[sale.pan] -= amount_fen
        self.net_fen += amount_fen

    def online(self, index, sale):
        if self.states.get(index) == "tombstone":
            self.states[index] = "declined"
            return "12"
        if sale.amount_fen > self.balances[sale.pan]:
            self.states[index] = "declined"
            return "51"
        self.states[index] = "posted"
        self.move(sale, sale.amount_fen)
        return "00"

    def offline(self, index, sale):
        enough = sale.amount_fen <= self.balances[sale.pan]
        self.states[index] = "posted" if enough else "exception"
        self.move(sale, sale.amount_fen)
        return "00"

    def reversal(self, index, sale):
        if index not in self.states:
            self.states[index] = "tombstone"
            return "25"
        if self.returned_fen.get(index):
            return "94"
        if self.states[index] != "posted":
            return "12"
        self.states[index] = "reversed"
        self.move(sale, -sale.amount_fen)
        return "00"

    def give_back(self, index, sale, fen):
        """-> response code of a return; each is one of its own."""
        state, before = self.states.get(index, "tombstone"), self.returned_fen.get(index, 0)
        if state == "tombstone":
            return "25"
        if state not in ("posted", "exception"):
            return "12"
        if before + fen > sale.amount_fen:
            return "13"
        self.returned_fen[index] = before + fen
        self.move(sale, -fen)
        return "00"


# One step: which sale, what happens to it, as a repeat or not.
ACTIONS = ["sell", "reverse", "give back", "lie"]
STEPS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(ACTIONS), st.booleans()),
    min_size=1,
    max_size=40,
)
MTI = {"online": ("0200", "0200"), "offline": ("0220", "0221"), "reversal": ("0400", "0401")}


@RELAXED
@given(
    amounts=st.lists(st.integers(1, 60), min_size=10, max_size=10),
    rich=st.lists(st.booleans(), min_size=10, max_size=10),
    online=st.lists(st.booleans(), min_size=10, max_size=10),
    steps=STEPS,
)
def test_any_traffic_leaves_the_ledger_as_the_model_has_it(host, amounts, rich, online, steps):
    terminal = host.acquirer.terminal()
    kinds = ["online" if yes else "offline" for yes in online]
    sales = [
        (terminal.sale if kind == "online" else terminal.offline_sale)(fen, PAN if yes else POOR)
        for fen, kind, yes in zip(amounts, kinds, rich)
    ]
    before = ledger.balances(host.acquirer.data)
    model = Model({pan: before[masked(pan)] for pan in (PAN, POOR)})
    net_before = ledger.totals(host.acquirer.data)["net_fen"]
    for index, action, repeat in steps:
        step(host, model, terminal, (index, kinds[index], sales[index]), action, repeat)
    after = ledger.balances(host.acquirer.data)
    assert {pan: after[masked(pan)] for pan in (PAN, POOR)} == model.balances
    assert ledger.totals(host.acquirer.data)["net_fen"] == net_before + model.net_fen
    known = ledger.transactions(host.acquirer.data)
    assert {i: known[sales[i].id.hex()]["state"] for i in model.states} == model.states
    assert unbalanced(host) == []
    assert misbooked(host) == []


def step(host, model, terminal, what, action, repeat):
    index, kind, sale = what
    if action == "give back":
        give_back(host, model, terminal, index, sale)
        return
    if action == "reverse":
        if kind == "offline":
            return  # the protocol has no reversal of an advice
        kind = "reversal"
    body = terminal.message(MTI[kind][repeat], sale)
    if action == "lie":
        lie = terminal.message(MTI[kind][repeat], sale, de12="235959")
        if (kind, index) in model.replies:
            assert Reply(terminal, host.ask(terminal, lie)).code == "94"
        return
    known = (kind, index) in model.replies
    first, second = (Reply(terminal, host.ask(terminal, body)) for _ in range(2))
    assert first.code == model.expect(kind, index, sale), (kind, known)
    assert first.lasting() == second.lasting()


def give_back(host, model, terminal, index, sale):
    """A little more than half of it: the second one is too much."""
    given = terminal.give_back(sale, sale.amount_fen // 2 + 1)
    bodies = [terminal.return_message(mti, given) for mti in ("0220", "0221")]
    first, second = (Reply(terminal, host.ask(terminal, body)) for body in bodies)
    assert first.code == model.give_back(index, sale, given.amount_fen)
    assert first.lasting() == second.lasting()


def masked(pan):
    return f"{pan[:6]}******{pan[-4:]}"


def unbalanced(host):
    """Requests whose entries do not sum to zero."""
    query = select(entries.c.request_id).group_by(entries.c.request_id)
    with host.engine.connect() as connection:
        return connection.execute(query.having(func.sum(entries.c.amount_fen) != 0)).all()


def misbooked(host):
    """Accounts whose balance is not what was there at first plus what was booked."""
    booked = select(func.coalesce(func.sum(entries.c.amount_fen), 0)).where(
        entries.c.account == "card:" + accounts.c.card_hash
    )
    right = accounts.c.opening_fen + booked.scalar_subquery()
    with host.engine.connect() as connection:
        return connection.execute(
            select(accounts.c.card).where(accounts.c.balance_fen != right)
        ).all()


# -- damage ---------------------------------------------------------------------------------------

DAMAGE = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 255)), min_size=1, max_size=4)


def damaged(body, damage):
    bent = bytearray(body)
    for at, flipped in damage:
        bent[at % len(bent)] ^= flipped
    return bytes(bent)


def any_body(terminal, mti):
    if mti == "0800":
        return terminal.network(), 0
    sale = terminal.sale() if mti == "0200" else terminal.offline_sale()
    return terminal.message(mti, sale), sale.number


@settings(RELAXED, max_examples=200)
@given(mti=st.sampled_from(["0800", "0200", "0220", "0400"]), damage=DAMAGE)
def test_a_damaged_message_is_never_taken_for_a_good_one(host, mti, damage):
    terminal = host.acquirer.terminal("DAMAGED1")
    body, _ = any_body(terminal, mti)
    bent = damaged(body, damage)
    reply = host.ask(terminal, bent)
    if bent != body and reply is not None:
        assert decode_code(reply) in ("A0", "97")


@settings(RELAXED, max_examples=200)
@given(mti=st.sampled_from(["0800", "0200", "0220", "0400"]), damage=DAMAGE)
def test_a_real_terminal_that_talks_nonsense_gets_an_answer_and_breaks_nothing(host, mti, damage):
    terminal = host.acquirer.terminal("NONSENSE")
    body, counter = any_body(terminal, mti)
    reply = host.ask(terminal, terminal.signed(damaged(body, damage), counter))
    assert reply is None or len(decode_code(reply)) == 2
    assert unbalanced(host) == []


@settings(RELAXED, max_examples=300)
@given(junk=st.binary(min_size=12, max_size=300))
def test_junk_is_refused_or_not_answered(host, junk):
    terminal = host.acquirer.terminal("JUNKJUNK")
    reply = host.ask(terminal, junk)
    assert reply is None or decode_code(reply) in ("A0", "97")


def decode_code(body):
    """DE 39 of a reply whose keys may be nobody's."""
    return iso8583.decode(body, SPEC)[0]["39"]


def test_the_merchant_is_the_only_one_who_is_owed(host):
    """All entries belong to a card or to the one merchant, and cancel out."""
    with host.engine.connect() as connection:
        accounts = set(connection.scalars(select(entries.c.account).distinct()))
    assert {name for name in accounts if not name.startswith("card:")} <= {f"merchant:{MERCHANT}"}
