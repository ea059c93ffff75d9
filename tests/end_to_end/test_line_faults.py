"""A queue is drained through every fault of a real line: nothing is lost, nothing is doubled.

The real firmware, sockets and TLS, and the real acquirer in a process that can be killed.
"""

import asyncio
import signal
from pathlib import Path

import pytest
from fault_proxy import FaultProxy

from host_tools.acquirer import ledger, tls
from host_tools.device import journal, provision
from host_tools.uplink import stock

SALES = 40
CARDS = ("unionpay-debit", "visa")
FEN = sum(100 + i % 900 for i in range(SALES))  # what stock.sales makes


def with_a_queue(bench):
    """Before the terminal is switched on: stored sales, no network, a line that can fail."""
    content = provision.read(bench.provision_path)
    content["host"] |= {"reply_ms": 1000, "echo_ms": 1000}
    provision.write(bench.provision_path, content)
    bench.flash.close()
    made = stock.sales([bench.cards[name] for name in CARDS], SALES)
    stock.fill(bench.firmware, bench.flash_path, bench.provision_path, made)
    bench.network = FaultProxy()
    bench.prepare()
    bench.pins.set_wifi(False)


def posted(bench):
    return ledger.totals(bench.acquirer.data)["count"]


async def until(true, seconds=20):
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < end, "it did not come to that"
        await asyncio.sleep(0.005)


async def in_the_midst(bench):
    await until(lambda: posted(bench) >= 5)


async def killed(bench):
    await in_the_midst(bench)
    await bench.set_acquirer(False, signal.SIGKILL)
    assert posted(bench) < SALES
    await bench.set_acquirer(True)


async def replies_vanish(bench):
    await in_the_midst(bench)
    bench.network.fault = "mute"
    before = posted(bench)
    await until(lambda: bench.network.connections > 1)
    assert posted(bench) > before or before == SALES
    bench.network.fault = "none"


async def black_hole(bench):
    await in_the_midst(bench)
    bench.network.fault = "hole"
    await until(lambda: bench.network.connections > 1)
    bench.network.fault = "none"


async def half_open(bench):
    """The host's end vanishes without a word; only the unanswered message, or the echo, tells."""
    await in_the_midst(bench)
    bench.network.fault = "half"
    bench.network.drop_host_ends()
    await until(lambda: bench.network.connections > 1)
    bench.network.fault = "none"


async def crumbs(bench):
    bench.network.fault = "crumbs"


async def junk(bench):
    await in_the_midst(bench)
    bench.network.fault = "junk"
    await until(lambda: bench.network.connections > 1 or posted(bench) == SALES)


async def late_and_twice(bench):
    """What a dead connection had in flight arrives when its successor has repeated it."""
    await in_the_midst(bench)
    bench.network.fault = "held"
    await asyncio.sleep(0.3)
    bench.network.drop_terminal_ends()
    bench.network.fault = "none"
    await until(lambda: posted(bench) == SALES)
    bench.network.release()
    await asyncio.sleep(0.3)


async def impostor(bench):
    """Somebody who sits in the line: TLS, but not with the certificate that is trusted."""
    await in_the_midst(bench)
    bench.network.host_port, right = bench.stranger, bench.network.host_port
    bench.network.drop_terminal_ends()
    await until(lambda: bench.network.connections > 1)
    before = posted(bench)  # what was at the host already is committed by now
    await until(lambda: bench.network.connections > 2)
    assert posted(bench) == before < SALES
    bench.network.host_port = right


FAULTS = (
    killed,
    replies_vanish,
    black_hole,
    half_open,
    crumbs,
    junk,
    late_and_twice,
    impostor,
)


async def open_stranger(folder: Path):
    """A TLS server with a certificate of its own making -> (server, port)."""
    tls.create(folder)
    context = tls.server_context(folder)

    async def talk(reader, writer):
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    return server, server.sockets[0].getsockname()[1]


def still_stored(bench):
    key = provision.seal_key(provision.read(bench.provision_path))
    found = journal.sales(bench.firmware, bench.flash_path, key)
    return [r for r in found["rows"] if r["kind"] == "stored" and r["seq"] > found["released"]]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_queue_is_banked_once_through(fault, play, tmp_path):
    async def story(bench):
        server, bench.stranger = await open_stranger(tmp_path / "stranger")
        bench.pins.set_wifi(True)
        await fault(bench)
        await until(lambda: posted(bench) == SALES, 40)
        for _ in range(40):
            if not still_stored(bench):
                break
            await asyncio.sleep(0.25)
        server.close()
        assert still_stored(bench) == []
        assert ledger.totals(bench.acquirer.data) == {
            "net_fen": FEN,
            "count": SALES,
            "imbalance_fen": 0,
        }

    play(story, with_a_queue)
