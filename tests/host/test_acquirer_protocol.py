"""The acquirer as a terminal meets it: the real program, over TLS."""

import pytest
from acquirer_client import (
    BLOCKED,
    EXPIRED,
    OPENING_FEN,
    POOR,
    STRANGER,
    UNREACHABLE,
    running,
)

from host_tools.acquirer import ledger


@pytest.fixture(scope="module")
def acquirer(tmp_path_factory):
    with running(tmp_path_factory.mktemp("acquirer")) as acquirer:
        yield acquirer


@pytest.fixture
def terminal(acquirer):
    return acquirer.terminal()


def state(terminal, sale):
    return ledger.transactions(terminal.acquirer.data)[sale.id.hex()]["state"]


def test_sale_is_posted_and_answered_with_a_receipt(terminal):
    sale = terminal.sale(1234)
    reply = terminal.ask(terminal.message("0200", sale))
    assert (reply.mti, reply.code) == ("0210", "00")
    assert reply.token and len(reply.fields["38"]) == 6
    assert state(terminal, sale) == "posted"
