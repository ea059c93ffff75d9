"""A customer shows a pay code: the real firmware, the virtual scanner, the real acquirer."""

import asyncio

from host_tools import audit
from host_tools.acquirer import ledger


async def _scan(bench, amount_fen, wallet_id):
    """Keys the amount and shows the phone when it is asked for; how many screens came before."""
    since = len(bench.screens.shown)
    await bench.press(f"{amount_fen}E")
    await bench.screens.wait("present", since=since)
    bench.scan(wallet_id)
    return since


async def _settled(bench, seconds=30):
    for _ in range(int(seconds / 0.2)):
        verdict = audit.audit(bench)
        if verdict["in_doubt"] == 0:
            return verdict
        await asyncio.sleep(0.2)
    raise TimeoutError(f"still in doubt: {verdict}")


def _right(verdict, captured, banked_fen):
    assert verdict["lost"] == verdict["doubled"] == verdict["in_doubt"] == 0
    assert verdict["captured"] == verdict["banked"] == captured
    assert verdict["banked_fen"] == banked_fen


def _balance(bench, account):
    return ledger.balances(bench.acquirer.data)[account]


def test_a_pay_code_pays_once_and_only_the_wallet_it_is_of(play):
    async def story(bench):
        await bench.online()
        since = await _scan(bench, 1250, "code-at-once")
        assert await bench.screens.wait("approved", "declined", since=since) == "approved"
        await bench.press("X")
        since = len(bench.screens.shown)
        await bench.press("600E")
        await bench.screens.wait("present", since=since)
        used = bench.phones.show("code-at-once")
        bench.scan_code(used)
        await bench.screens.wait("approved", since=since)
        await bench.press("X")
        since = len(bench.screens.shown)
        await bench.press("700E")
        await bench.screens.wait("present", since=since)
        bench.scan_code(used)
        assert await bench.screens.wait("declined", since=since) == "declined code_used"
        assert _balance(bench, "wallet 01") == 200_000 - 1850
        return await _settled(bench)

    _right(play(story), captured=2, banked_fen=1850)


def test_the_terminal_waits_while_the_customer_confirms(play):
    async def story(bench):
        await bench.online()
        since = await _scan(bench, 1250, "code-confirms")
        await bench.screens.wait("waiting", since=since)
        assert await bench.screens.wait("approved", "in_doubt", since=since) == "approved"
        return await _settled(bench)

    _right(play(story), captured=1, banked_fen=1250)


def test_a_cancelled_payment_is_closed_at_the_wallet_and_nothing_is_charged(play):
    async def story(bench):
        await bench.online()
        since = await _scan(bench, 1250, "code-never")
        await bench.screens.wait("waiting", since=since)
        await bench.press("X")
        await bench.screens.wait("in_doubt", since=since)
        assert await bench.screens.wait("declined", since=since) == "declined code_not_paid"
        return await _settled(bench)

    _right(play(story), captured=0, banked_fen=0)


def test_what_is_paid_while_nobody_hears_of_it_is_returned(play):
    """The replies are lost, the customer confirms, the merchant cancels."""

    async def story(bench):
        await bench.online()
        since = await _scan(bench, 1250, "code-confirms")
        await bench.screens.wait("waiting", since=since)
        await bench.set_network("drop")
        await asyncio.sleep(8.5)  # so long the customer takes; the wallet is real time
        await bench.press("X")
        await bench.screens.wait("in_doubt", since=since)
        await bench.set_network("up")
        await bench.screens.wait("returned", since=since, seconds=40)
        assert _balance(bench, "wallet 02") == 200_000
        return await _settled(bench)

    verdict = play(story)
    _right(verdict, captured=0, banked_fen=0)
    assert verdict["returned"] == 1


def test_without_a_network_a_pay_code_is_refused_and_a_card_is_taken(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("down")
        since = await _scan(bench, 900, "code-at-once")
        assert await bench.screens.wait("try_again", since=since) == "try_again code_offline"
        bench.tap("visa")
        await bench.screens.wait("stored", since=since)
        bench.remove()
        await bench.set_network("up")
        await bench.online()
        for _ in range(100):
            if not audit.audit(bench)["pending"]:
                break
            await asyncio.sleep(0.2)
        return await _settled(bench)

    _right(play(story), captured=1, banked_fen=900)


def test_noise_from_the_scanner_does_nothing(play):
    async def story(bench):
        await bench.online()
        since = len(bench.screens.shown)
        await bench.press("500E")
        await bench.screens.wait("present", since=since)
        bench.wires.send(
            "uart2", b"\xff\x00 https://example.test/?q=1\r" * 20 + b"7" * 5000 + b"\r"
        )
        bench.tap("visa")
        await bench.screens.wait("approved", since=since)
        bench.remove()
        return await _settled(bench)

    _right(play(story), captured=1, banked_fen=500)
