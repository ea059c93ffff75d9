"""Money given back from the list of sales, with the network, the power and the acquirer failing."""

import asyncio
import signal

from host_tools import audit


async def _settled(bench, seconds=30):
    for _ in range(int(seconds / 0.2)):
        verdict = audit.audit(bench)
        if verdict["pending"] == 0 and verdict["in_doubt"] == 0:
            return verdict
        await asyncio.sleep(0.2)
    raise TimeoutError(f"still held: {verdict}")


def _right(verdict, captured, given_back, banked_fen):
    assert verdict["lost"] == verdict["doubled"] == 0
    assert verdict["captured"] == verdict["banked"] == captured
    assert verdict["given_back"] == given_back
    assert verdict["banked_fen"] == banked_fen


async def _sell(bench, amount_fen, screen, card="unionpay-debit"):
    assert await bench.sell(amount_fen, card) == screen
    since = len(bench.screens.shown)
    await bench.press("X")
    await bench.screens.wait("amount", since=since)


def test_a_sale_and_its_refund_made_without_a_network_net_out_when_it_is_back(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("down")
        await _sell(bench, 3600, "stored")
        assert await bench.give_back(600) == "given_back"
        await _sell(bench, 990, "stored")
        assert audit.audit(bench)["pending"] == 3
        await bench.set_network("up")
        return await _settled(bench)

    _right(play(story), captured=2, given_back=1, banked_fen=3990)


def test_a_sale_that_was_paid_online_is_given_back_whole(play):
    async def story(bench):
        await bench.online()
        await _sell(bench, 1250, "approved")
        assert await bench.give_back() == "given_back"
        assert await bench.give_back(place=1) == "report return_all_given"
        return await _settled(bench)

    _right(play(story), captured=1, given_back=1, banked_fen=0)


def test_a_return_survives_the_power_cut_and_a_killed_acquirer(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("down")
        await _sell(bench, 2000, "stored")
        assert await bench.give_back(500) == "given_back"
        assert await bench.give_back(700, place=1) == "given_back"
        bench.power_cut()
        await bench.terminal.gone()
        await bench.set_network("up")
        bench.power_on()
        for _ in range(3):
            await bench.online()
            await bench.set_acquirer(False, signal.SIGKILL)
            await bench.set_acquirer(True)
        return await _settled(bench)

    _right(play(story), captured=1, given_back=2, banked_fen=800)
