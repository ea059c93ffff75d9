"""Every plug between terminal and acquirer, pulled: the step that fails, and the advice."""

import pytest

from host_tools import audit
from host_tools.acquirer import tls


async def _checked(bench, seconds=40):
    """Opens the menu's network check; the advice at its end."""
    since = len(bench.screens.shown)
    await bench.press("X")
    await bench.press("M3")
    for _ in range(20):  # a screen for each step as it is tried, the last one with the advice
        screen = await bench.screens.wait("check", since=since, seconds=seconds)
        since = bench.screens.shown.index(screen, since) + 1
        if screen != "check":
            await bench.press("XX")
            return screen.partition(" ")[2]
    raise AssertionError(bench.screens.shown)


async def _no_plug(bench):
    await bench.online()


async def _network_off(bench):
    await bench.online()
    await bench.set_network("down")


async def _acquirer_off(bench):
    await bench.online()
    await bench.set_acquirer(False)


async def _slow(bench):
    await bench.set_network("slow")
    await bench.online()


async def _drops_replies(bench):
    await bench.online()
    await bench.set_network("drop")


@pytest.mark.parametrize(
    ("pull", "advice", "reply_ms"),
    [
        (_no_plug, "net_all_well", 6000),
        (_network_off, "net_no_link", 6000),
        (_acquirer_off, "net_host_down", 6000),
        (_slow, "net_slow", 6000),
        (_drops_replies, "net_host_silent", 1500),
    ],
)
def test_each_plug_has_its_advice(play, pull, advice, reply_ms):
    async def story(bench):
        await pull(bench)
        return await _checked(bench)

    assert play(story, reply_ms=reply_ms) == advice


def test_somebody_with_another_certificate_is_an_impostor(play):
    """The terminal trusts one authority; this server's certificate is of another one."""

    def replace_the_acquirers_identity(bench):
        folder = bench.acquirer.data / "tls"
        for file in folder.iterdir():
            file.unlink()
        tls.create(folder)

    assert play(_checked, replace_the_acquirers_identity) == "net_impostor"


def test_a_check_in_the_midst_of_trouble_loses_and_doubles_nothing(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("down")
        assert await bench.sell(700, "visa") == "stored"
        assert await _checked(bench) == "net_no_link"
        await bench.set_network("up")
        assert await _checked(bench) == "net_all_well"
        assert await bench.sell(800, "visa") == "approved"
        return audit.audit(bench)

    verdict = play(story)
    assert verdict["lost"] == verdict["doubled"] == verdict["in_doubt"] == verdict["pending"] == 0
    assert verdict["banked_fen"] == 1500
