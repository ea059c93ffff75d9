"""SIGKILL at any moment: what was promised holds, what was not promised happens once."""

import random
import sqlite3
import ssl
import threading
import time

import pytest
from acquirer_client import running

from host_tools.acquirer import ledger
from host_tools.acquirer.schema import DATABASE


@pytest.fixture
def acquirer(tmp_path):
    with running(tmp_path) as acquirer:
        yield acquirer


def restart(acquirer):
    acquirer.kill()
    acquirer.start()


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.mark.parametrize("mti", ["0200", "0220"])
def test_killed_after_the_commit_before_the_reply(acquirer, mti):
    terminal = acquirer.terminal()
    sale = terminal.sale(600) if mti == "0200" else terminal.offline_sale(600)
    body = terminal.message(mti, sale)
    with terminal.connect() as line:
        line.send(body)
        until(lambda: sale.id.hex() in ledger.transactions(acquirer.data))
        committed = ledger.transactions(acquirer.data)[sale.id.hex()]
        restart(acquirer)
    reply = terminal.ask(body)
    assert (reply.code, reply.rrn) == ("00", committed["rrn"])
    assert reply.token
    assert ledger.totals(acquirer.data) == {"net_fen": 600, "count": 1, "imbalance_fen": 0}


def test_killed_after_a_return_was_committed(acquirer):
    terminal = acquirer.terminal()
    sale = terminal.offline_sale(600)
    terminal.ask(terminal.message("0220", sale))
    given = terminal.give_back(sale, 200)
    body = terminal.return_message("0220", given)
    with terminal.connect() as line:
        line.send(body)
        until(lambda: given.id.hex() in ledger.transactions(acquirer.data))
        restart(acquirer)
    reply = terminal.ask(terminal.return_message("0221", given))
    assert reply.code == "00" and reply.token
    assert ledger.totals(acquirer.data) == {"net_fen": 400, "count": 1, "imbalance_fen": 0}


def test_killed_before_the_commit(acquirer):
    terminal = acquirer.terminal()
    sale = terminal.sale(600)
    body = terminal.message("0200", sale)
    lock = sqlite3.connect(acquirer.data / DATABASE, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")  # nobody commits as long as we hold this
    with terminal.connect() as line:
        line.send(body)
        acquirer.kill()
    lock.rollback()
    lock.close()
    assert ledger.transactions(acquirer.data) == {}
    acquirer.start()
    assert terminal.ask(body).code == "00"
    assert ledger.totals(acquirer.data) == {"net_fen": 600, "count": 1, "imbalance_fen": 0}


def test_replies_are_the_same_after_a_restart(acquirer):
    terminal = acquirer.terminal()
    sale = terminal.sale()
    bodies = [terminal.message("0200", sale), terminal.message("0400", sale)]
    before = [terminal.ask(body).lasting() for body in bodies]
    restart(acquirer)
    assert [terminal.ask(body).lasting() for body in bodies] == before


class Till(threading.Thread):
    """A terminal at work: what it knows of each sale is what a merchant would be told."""

    def __init__(self, terminal, seed):
        super().__init__()
        self.terminal = terminal
        self.random = random.Random(seed)
        self.words = {}
        self.closing = False
        self.finished = False

    def run(self):
        while not self.closing:
            amount_fen = self.random.randint(1, 10_000)
            if self.random.random() < 0.5:
                sale = self.terminal.sale(amount_fen)
                word = self.sell(sale)
            else:
                sale = self.terminal.offline_sale(amount_fen)
                assert self.insist("0220", "0221", sale).code == "00"
                word = "paid"
            self.words[sale.id.hex()] = (word, amount_fen)
        self.finished = True

    def sell(self, sale):
        reply = self.attempt("0200", sale)
        if reply:
            return "paid" if reply.code == "00" else "failed"
        assert self.insist("0400", "0401", sale).code in ("00", "25")
        return "returned"

    def attempt(self, mti, sale):
        try:
            return self.terminal.ask(self.terminal.message(mti, sale))
        except (OSError, EOFError, ssl.SSLError):
            return None

    def insist(self, mti, repeat, sale):
        reply = self.attempt(mti, sale)
        while not (reply and reply.token):
            time.sleep(0.02)
            reply = self.attempt(repeat, sale)
        return reply


def test_killed_again_and_again_under_traffic(acquirer):
    chance = random.Random(20261014)
    tills = [Till(acquirer.terminal(), seed) for seed in range(3)]
    for till in tills:
        till.start()
    for _ in range(5):
        time.sleep(chance.uniform(0.1, 0.6))
        restart(acquirer)
    for till in tills:
        till.closing = True
    for till in tills:
        till.join(20)
        assert till.finished
    words = {key: value for till in tills for key, value in till.words.items()}
    known = ledger.transactions(acquirer.data)
    assert len(words) > 10
    for key, (word, _) in words.items():
        posted = known[key]["state"] in ("posted", "exception")
        assert posted == (word == "paid"), (word, known[key])
    paid_fen = sum(amount_fen for word, amount_fen in words.values() if word == "paid")
    totals = ledger.totals(acquirer.data)
    assert (totals["net_fen"], totals["imbalance_fen"]) == (paid_fen, 0)
