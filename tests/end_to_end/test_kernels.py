"""A card of every kernel pays, asking its issuer and without a network, and the money arrives."""

import asyncio

from host_tools import audit

CARDS = ("unionpay-debit", "visa", "mastercard", "jcb")  # kernels 7, 3, 2, 5


async def _banked(bench, seconds=30):
    """The audit's verdict, once nothing is held any more."""
    for _ in range(int(seconds / 0.2)):
        verdict = audit.audit(bench)
        if verdict["pending"] == verdict["in_doubt"] == 0:
            return verdict
        await asyncio.sleep(0.2)
    raise TimeoutError(f"still held: {verdict}")


def test_a_card_of_each_kernel_is_paid_online_and_stored_without_a_network(play):
    async def story(bench):
        await bench.online()
        for card in CARDS:
            assert await bench.sell(1250, card) == "approved", card
            await bench.press("X")
        await bench.set_network("down")
        for card in CARDS:
            assert await bench.sell(2000, card) == "stored", card
            await bench.press("X")
        await bench.set_network("up")
        return await _banked(bench)

    verdict = play(story)
    assert verdict["lost"] == verdict["doubled"] == 0
    assert verdict["captured"] == verdict["banked"] == 2 * len(CARDS)
    assert verdict["banked_fen"] == (1250 + 2000) * len(CARDS)
