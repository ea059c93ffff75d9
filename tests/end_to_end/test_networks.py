"""Two networks: the terminal goes on through the other one, and what it owes is banked once."""

import asyncio

from host_tools import audit


async def _banked(bench):
    """Waits until nothing is owed any more; the audit's verdict."""
    for _ in range(100):
        result = audit.audit(bench)
        if result["pending"] == result["in_doubt"] == 0:
            return result
        await asyncio.sleep(0.2)
    raise AssertionError(f"not banked: {result}")


async def _sell(bench, *ends):
    screen = await bench.sell(1250, "unionpay-debit", *ends)
    await bench.press("X")
    return screen


def test_sales_go_on_through_the_backup_network(play):
    async def story(bench):
        await bench.online()
        await bench.set_backup(True)
        await bench.set_network("down")
        await asyncio.sleep(0.3)
        await bench.online()
        assert (await _sell(bench)).startswith("approved")
        result = await _banked(bench)
        assert (result["lost"], result["doubled"], result["banked"]) == (0, 0, 1)

    play(story)


def test_a_doubt_on_one_network_is_settled_over_the_other(play):
    async def story(bench):
        await bench.online()
        await bench.set_backup(True)
        await bench.set_network("drop")
        screen = await bench.sell(4200, "unionpay-debit", "in_doubt", seconds=30)
        assert screen.startswith("in_doubt")
        await bench.screens.wait("returned", since=len(bench.screens.shown) - 1, seconds=30)
        result = audit.audit(bench)
        assert (result["lost"], result["doubled"], result["returned"]) == (0, 0, 1)

    play(story, reply_ms=1500)
