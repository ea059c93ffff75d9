"""The day is settled: from the menu of the terminal to the acquirer's statement."""

import asyncio

from host_tools.acquirer import ledger


async def _until(bench, wanted, since, seconds=40):
    """-> the first of the `wanted` screens that was shown."""
    for _ in range(int(seconds / 0.1)):
        for shown in bench.screens.shown[since:]:
            if shown in wanted:
                return shown
        await asyncio.sleep(0.1)
    raise TimeoutError(f"waited for {wanted}, saw {bench.screens.shown[since:]}")


async def _begin_to_settle(bench):
    """-> from where on the screens are those of the settlement."""
    while True:
        since = len(bench.screens.shown)
        await bench.press("M2")
        first = await _until(bench, ("report settle_sure", "report settled_balanced"), since)
        await bench.press("E")
        if first == "report settle_sure":
            return since
        await bench.press("X")  # that was the one which a power cut had left half done


async def _settle(bench):
    await _until(bench, ("report settled_balanced",), await _begin_to_settle(bench))


async def _sell(bench, amount_fen, card, outcome):
    assert (await bench.sell(amount_fen, card, outcome)).startswith(outcome)
    await bench.press("X")


async def _sold(bench):
    """One sale online, two offline that are banked, and one that the bank declines."""
    await bench.online()
    await _sell(bench, 1250, "unionpay-debit", "approved")
    await bench.set_network("down")
    await _sell(bench, 3600, "unionpay-credit", "stored")
    await _sell(bench, 1880, "visa", "stored")
    await bench.set_network("up")
    await bench.online()
    await _sell(bench, 500, "no-funds", "declined")


def _statements(bench):
    path = bench.acquirer.data
    return [ledger.statement(path, s["reference"]) for s in ledger.settled(path)]


def _fen(statement):
    return sorted(line["amount_fen"] for line in statement["lines"])


def test_the_day_is_settled_from_the_menu_to_the_fen(play):
    async def story(bench):
        await _sold(bench)
        await _settle(bench)
        await bench.press("E")
        return _statements(bench), ledger.totals(bench.acquirer.data)

    [statement], totals = play(story)
    assert _fen(statement) == [1250, 1880, 3600]
    assert statement["differences"] == []
    assert statement["gross_fen"] == totals["net_fen"] == 6730
    assert statement["net_fen"] == 6730 - statement["fee_fen"]
    assert statement["declared"] == [
        {"product": "online sale", "currency": "156", "count": 1, "fen": 1250},
        {"product": "offline sale", "currency": "156", "count": 2, "fen": 5480},
    ]


def test_a_reply_that_is_lost_closes_the_batch_once(play):
    async def story(bench):
        await bench.online()
        await _sell(bench, 700, "visa", "approved")
        await bench.set_network("drop")
        since = await _begin_to_settle(bench)
        while not ledger.settled(bench.acquirer.data):
            await asyncio.sleep(0.1)
        await bench.set_network("up")
        await _until(bench, ("report settled_balanced",), since)
        return _statements(bench)

    [statement] = play(story)
    assert _fen(statement) == [700]


def test_a_power_cut_while_the_batch_is_closed_is_made_good(play):
    async def story(bench):
        await bench.online()
        await _sell(bench, 700, "visa", "approved")
        await bench.set_network("drop")
        await _begin_to_settle(bench)
        while not ledger.settled(bench.acquirer.data):
            await asyncio.sleep(0.1)
        bench.power_cut()
        await bench.terminal.gone()
        await bench.set_network("up")
        bench.power_on()
        await bench.online()
        await _sell(bench, 900, "visa", "approved")
        await _settle(bench)
        return _statements(bench)

    second, first = play(story)
    assert (_fen(first), _fen(second)) == ([700], [900])
    assert (first["batch"], second["batch"]) == ("000001", "000002")
