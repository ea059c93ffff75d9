"""Sales that nobody has approved: allowed by signed parameters, decided by the bank once it can be
asked, with the power failing in between."""

import asyncio
from datetime import UTC, datetime

from host_tools import audit
from host_tools.acquirer import ledger, publishing, templates


def _allow(bench):
    """The acquirer signs that this terminal may."""
    (row,) = ledger.enrolled(bench.acquirer.data)
    content = templates.MAKERS["parameters"](row, datetime.now(UTC))
    content["policy"]["deferred"] = True
    publishing.publish(bench.acquirer.data, content)


async def _in_use(bench):
    for _ in range(100):
        (row,) = ledger.enrolled(bench.acquirer.data)
        if row["parameters"]:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError("the parameters are not in use")


async def _defer(bench, card):
    assert await bench.sell(40000, card, "confirm") == "confirm defer_sure"
    since = len(bench.screens.shown)
    await bench.press("E")
    assert await bench.screens.wait("deferred", since=since) == "deferred"
    await bench.press("X")
    await bench.screens.wait("amount", since=since)


def test_the_bank_decides_later_and_the_merchant_hears_of_the_one_it_declined(play):
    async def story(bench):
        await bench.online()
        await _in_use(bench)
        await bench.set_network("down")
        await _defer(bench, "unionpay-debit")
        await _defer(bench, "no-funds")
        assert audit.audit(bench)["pending"] == 2
        bench.power_cut()
        await bench.terminal.gone()
        bench.power_on()
        await bench.set_network("up")
        await bench.screens.wait("denied", seconds=30)
        since = len(bench.screens.shown)
        await bench.press("E")
        await bench.screens.wait("amount", since=since)
        return audit.audit(bench)

    verdict = play(story, before_open=_allow)
    assert verdict["lost"] == verdict["doubled"] == verdict["pending"] == 0
    assert verdict["captured"] == verdict["banked"] == 1
    assert verdict["banked_fen"] == 40000
