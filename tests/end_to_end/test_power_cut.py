"""The power fails before, during and after every flash operation of a sale; audited each time."""

import asyncio

import pytest
from test_sale import _settled

from host_tools import audit

HOWS = ("before", "torn", "after")
# Programs of the journal in one sale: intent, stored; or intent, request, paid, acknowledgement.
OPERATIONS = {"down": (1, 2), "up": (1, 2, 3, 4)}


async def _restart(bench):
    since = len(bench.screens.shown)
    bench.power_on()
    await bench.screens.wait("amount", since=since, seconds=30)


async def _sale_with_a_cut(bench, operation, how, amount_fen):
    """One sale with an armed cut. -> whether the power failed."""
    bench.flash.arm(operation, how)
    since = len(bench.screens.shown)
    await bench.press(f"{amount_fen}E")
    if bench.terminal.powered:
        await bench.screens.wait("present", since=since)
        bench.tap("unionpay-debit")
    for _ in range(100):
        if not bench.terminal.powered:
            await bench.terminal.gone()
            bench.remove()
            return True
        await asyncio.sleep(0.05)
    bench.remove()
    bench.flash.disarm()
    await bench.press("X")
    return False


@pytest.mark.parametrize("network", ["down", "up"])
def test_no_cut_loses_or_doubles_a_sale(play, network):
    async def story(bench):
        await bench.online()
        await bench.set_network(network)
        cuts, amount_fen = 0, 1000
        for operation in OPERATIONS[network]:
            for how in HOWS:
                if network == "up":
                    await bench.online()
                amount_fen += 1
                if await _sale_with_a_cut(bench, operation, how, amount_fen):
                    cuts += 1
                    await _restart(bench)
                verdict = audit.audit(bench)
                assert verdict["lost"] == verdict["doubled"] == 0, (operation, how, verdict)
        await bench.set_network("up")
        await bench.online()
        return cuts, await _settled(bench)

    cuts, verdict = play(story)
    assert cuts == len(HOWS) * len(OPERATIONS[network])
    assert verdict["lost"] == verdict["doubled"] == 0
