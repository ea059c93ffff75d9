"""Factory reset with real processes: refused, released, cut off by the power, set up anew."""

import asyncio

from host_tools.acquirer import ledger, reset
from host_tools.device import provision
from host_tools.simulator.bench import TERMINAL_ID, Bench


async def _sells(bench, amount_fen, card, outcome):
    assert (await bench.sell(amount_fen, card, outcome)).startswith(outcome)
    since = len(bench.screens.shown)
    await bench.press("X")
    await bench.screens.wait("amount", since=since)


async def _asks_for_reset(bench, reason):
    """Both questions answered; what the screen says then. Back at the amount."""
    since = len(bench.screens.shown)
    await bench.press("M6E9")
    for _ in range(200):
        if f"report {reason}" in bench.screens.shown[since:]:
            break
        await asyncio.sleep(0.1)
    else:
        raise TimeoutError(f"waited for {reason}, saw {bench.screens.shown[since:]}")
    since = len(bench.screens.shown)
    await bench.press("XX")
    await bench.screens.wait("amount", since=since)


def _files_with(data, secret):
    return [file.name for file in data.iterdir() if file.is_file() and secret in file.read_bytes()]


async def _until_it_is_erased(bench):
    """The power fails while the journal is being erased."""
    secret = provision.read(bench.provision_path)["keys"]["initial_key"].encode()
    await bench.online()
    await _sells(bench, 1250, "unionpay-debit", "approved")
    await _asks_for_reset(bench, "reset_not_allowed")
    await bench.set_network("down")
    await _asks_for_reset(bench, "reset_no_line")
    await bench.set_network("up")
    await bench.online()
    reset.grant(bench.acquirer.data, TERMINAL_ID)
    bench.flash.arm(20, "torn")
    await bench.press("M6E9")
    await bench.dead()
    assert not bench.provision_path.exists()
    assert _files_with(bench.data, secret) == []
    since = len(bench.screens.shown)
    bench.power_on()
    assert await bench.screens.wait("fault", since=since, seconds=40) == "fault not_provisioned"
    assert not (bench.data / "reset").exists()
    assert not bench.flash_path.read_bytes().strip(b"\xff")
    return bench.data


async def _sells_again(data):
    bench = Bench(data)
    bench.prepare()
    await bench.open()
    try:
        await bench.screens.wait("amount", seconds=30)
        await bench.online()
        await _sells(bench, 1250, "unionpay-debit", "approved")
        return ledger.enrolled(bench.acquirer.data), ledger.rows(bench.acquirer.data)
    finally:
        await bench.close()


def test_a_terminal_is_reset_with_the_hosts_release_and_sells_again_as_another(play):
    data = play(_until_it_is_erased)
    (lost,) = reset.listed(data / "acquirer")
    assert (lost["count"], lost["parts"]) == (0, {"unsettled": [1, 1250]})
    terminals, rows = asyncio.run(_sells_again(data))
    assert sorted(terminal["retired"] for terminal in terminals) == [0, 1]
    # The same number and amount under another key id: a sale of its own.
    assert [(row["stan"], row["code"]) for row in rows] == [("000001", "00"), ("000001", "00")]
