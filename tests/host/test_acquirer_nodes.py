"""Two nodes on one database: whichever takes a request first, it takes effect once."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from acquirer_client import running

from host_tools.acquirer import ledger
from host_tools.acquirer.schema import DATABASE

ONCE = {"net_fen": 600, "count": 1, "imbalance_fen": 0}


@pytest.fixture
def nodes(tmp_path):
    with running(tmp_path) as first:
        second = first.another_node()
        try:
            yield first, second
        finally:
            second.kill()


def at_once(nodes, terminal, bodies):
    """What each node answers to its body, all sent in the same moment."""
    start = threading.Barrier(len(nodes))

    def ask(line, body):
        start.wait(10)
        return line.ask(body)

    with ExitStack() as stack, ThreadPoolExecutor(len(nodes)) as pool:
        lines = [stack.enter_context(terminal.connect(node)) for node in nodes]
        return list(pool.map(ask, lines, bodies))


@pytest.mark.parametrize("mti", ["0200", "0220"])
def test_both_nodes_give_the_same_answer_and_post_once(nodes, mti):
    terminal = nodes[0].terminal()
    for count in range(1, 9):
        sale = terminal.sale(100) if mti == "0200" else terminal.offline_sale(100)
        one, other = at_once(nodes, terminal, [terminal.message(mti, sale)] * 2)
        assert one.code == "00" and one.token
        assert one.lasting() == other.lasting()
        totals = ledger.totals(nodes[0].data)
        assert totals == {"net_fen": 100 * count, "count": count, "imbalance_fen": 0}


def test_a_sale_and_its_reversal_at_two_nodes_leave_nothing(nodes):
    terminal = nodes[0].terminal()
    for _ in range(8):
        sale = terminal.sale(600)
        bodies = [terminal.message("0200", sale), terminal.message("0400", sale)]
        sold, reversed_ = at_once(nodes, terminal, bodies)
        # The sale came first and was taken back, or its tombstone was there already.
        assert (sold.code, reversed_.code) in (("00", "00"), ("12", "25"))
        totals = ledger.totals(nodes[0].data)
        assert (totals["net_fen"], totals["imbalance_fen"]) == (0, 0)


def test_of_two_sales_under_one_number_one_node_refuses(nodes):
    terminal = nodes[0].terminal()
    twin = terminal.sale(600)
    sale = terminal.sale(600)
    twin.number = sale.number
    replies = at_once(nodes, terminal, [terminal.message("0200", s) for s in (sale, twin)])
    assert sorted(reply.code for reply in replies) == ["00", "94"]
    assert ledger.totals(nodes[0].data) == ONCE


def test_a_node_answers_for_the_one_that_was_killed(nodes):
    terminal = nodes[0].terminal()
    sale = terminal.sale(600)
    body = terminal.message("0200", sale)
    lock = sqlite3.connect(nodes[0].data / DATABASE, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")  # both have the request, and neither can commit
    with terminal.connect(nodes[0]) as line, terminal.connect(nodes[1]) as other:
        line.send(body)
        other.send(body)
        time.sleep(0.2)
        nodes[0].kill()
        lock.rollback()
        lock.close()
        reply = other.receive()
    assert reply.code == "00" and reply.token
    assert ledger.totals(nodes[0].data) == ONCE
