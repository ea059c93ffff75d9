"""A sale from tap to ledger, with the network, the power and the acquirer failing in between.

After each story the audit compares three independent witnesses: the terminal's journal, the
acquirer's ledger, and what the cards remember.
"""

import asyncio
import signal

from host_tools import audit


async def _settled(bench, seconds=30):
    """Waits until the terminal holds nothing any more; the audit's verdict."""
    for _ in range(int(seconds / 0.2)):
        verdict = audit.audit(bench)
        if verdict["pending"] == 0 and verdict["in_doubt"] == 0:
            return verdict
        await asyncio.sleep(0.2)
    raise TimeoutError(f"still held: {verdict}")


def _right(verdict, captured, banked_fen):
    assert verdict["lost"] == verdict["doubled"] == 0
    assert verdict["captured"] == verdict["banked"] == captured
    assert verdict["banked_fen"] == banked_fen


def test_a_sale_online_is_paid_and_in_the_ledger(play):
    async def story(bench):
        await bench.online()
        assert await bench.sell(1250, "unionpay-debit") == "approved"
        return await _settled(bench)

    _right(play(story), captured=1, banked_fen=1250)


def test_the_issuer_may_decline_and_nothing_is_posted(play):
    async def story(bench):
        await bench.online()
        assert await bench.sell(1250, "no-funds") == "declined insufficient_funds"
        return await _settled(bench)

    _right(play(story), captured=0, banked_fen=0)


def test_sales_made_without_a_network_are_banked_when_it_is_back(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("down")
        for amount_fen, card in ((3600, "unionpay-credit"), (1880, "visa"), (990, "phone")):
            assert await bench.sell(amount_fen, card) == "stored"
            await bench.press("X")
        assert audit.audit(bench)["pending"] == 3
        await bench.set_network("up")
        return await _settled(bench)

    _right(play(story), captured=3, banked_fen=6470)


def test_a_card_that_is_pulled_away_pays_nothing(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("down")
        assert (await bench.sell(500, "pulled-away")).startswith("try_again")
        await bench.press("X")
        return await _settled(bench)

    _right(play(story), captured=0, banked_fen=0)


def test_a_dropped_reply_is_reversed_and_the_customer_keeps_the_money(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("drop")
        assert (await bench.sell(4200, "unionpay-debit")).startswith("in_doubt")
        await bench.set_network("up")
        await bench.screens.wait("returned", seconds=30)
        return await _settled(bench)

    verdict = play(story, reply_ms=1500)
    _right(verdict, captured=0, banked_fen=0)
    assert verdict["returned"] == 1


def test_the_acquirer_killed_during_upload_posts_each_sale_once(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("down")
        for amount_fen in (100, 200, 300, 400):
            assert await bench.sell(amount_fen, "unionpay-debit") == "stored"
            await bench.press("X")
        await bench.set_network("up")
        for _ in range(4):
            await bench.online()
            await bench.set_acquirer(False, signal.SIGKILL)
            await bench.set_acquirer(True)
        return await _settled(bench)

    _right(play(story), captured=4, banked_fen=1000)


def test_a_terminal_that_starts_again_carries_on(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("down")
        assert await bench.sell(700, "visa") == "stored"
        bench.power_cut()
        await bench.terminal.gone()
        await bench.set_network("up")
        bench.power_on()
        return await _settled(bench)

    _right(play(story), captured=1, banked_fen=700)


def test_a_slow_network_takes_its_time_and_pays_once(play):
    async def story(bench):
        await bench.set_network("slow")
        await bench.online(seconds=30)
        assert await bench.sell(1250, "unionpay-debit", "approved") == "approved"
        return await _settled(bench)

    _right(play(story), captured=1, banked_fen=1250)


def test_the_network_that_goes_while_the_bank_is_asked_leaves_no_doubt_for_long(play):
    async def story(bench):
        await bench.set_network("slow")
        await bench.online(seconds=30)
        since = len(bench.screens.shown)
        await bench.press("800E")
        await bench.screens.wait("present", since=since)
        bench.tap("unionpay-debit")
        await bench.screens.wait("processing", since=since)
        await asyncio.sleep(0.4)  # the request is on its way
        await bench.set_network("down")
        await bench.screens.wait("in_doubt", since=since)
        bench.remove()
        await bench.set_network("up")
        await bench.screens.wait("returned", "declined", since=since, seconds=30)
        return await _settled(bench)

    _right(play(story), captured=0, banked_fen=0)


def test_a_second_tap_of_the_same_card_must_be_meant(play):
    async def story(bench):
        await bench.online()
        assert await bench.sell(600, "visa") == "approved"
        await bench.press("X")
        assert await bench.sell(600, "visa", "confirm") == "confirm second_tap"
        since = len(bench.screens.shown)
        await bench.press("X")
        await bench.screens.wait("amount", since=since)
        assert await bench.sell(600, "visa", "confirm") == "confirm second_tap"
        since = len(bench.screens.shown)
        await bench.press("E")
        await bench.screens.wait("approved", since=since)
        return await _settled(bench)

    _right(play(story), captured=2, banked_fen=1200)


def test_a_mastercard_pays_online_and_offline(play):
    async def story(bench):
        await bench.online()
        assert await bench.sell(600, "mastercard") == "approved"
        await bench.press("X")
        await bench.set_network("down")
        assert await bench.sell(700, "mastercard") == "stored"
        await bench.set_network("up")
        return await _settled(bench)

    _right(play(story), captured=2, banked_fen=1300)


def test_cards_that_must_not_pay_do_not(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("down")
        for card in (
            "expired",
            "wrong-signature",
            "revoked",
            "offline-declines",
            "hotlisted",
            "short-records",
        ):
            screen = await bench.sell(500, card)
            assert screen.split()[0] == "declined", (card, screen)
            await bench.press("X")
        await bench.set_network("up")
        return await _settled(bench)

    _right(play(story), captured=0, banked_fen=0)
