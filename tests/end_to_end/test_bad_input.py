"""Garbage on any wire, wrong certificates, a full journal: nothing hangs, nothing is lost, and the
merchant can read why."""

import asyncio
import os
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from test_sale import _right, _settled

from host_tools import audit
from host_tools.acquirer import tls


class JunkCard:
    """A card whose every answer is random, of random length."""

    kind, uid, fsci = "A", b"\x08\1\2\3", 8

    def apdu(self, command):
        return os.urandom(os.urandom(1)[0]) + b"\x90\x00"


async def _still_sells(bench):
    """However it was treated before: the next sale works."""
    await bench.press("XX")
    await bench.online()
    assert await bench.sell(1250, "unionpay-debit") == "approved"
    return await _settled(bench)


async def _junk(bench, wire, seconds):
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        bench.wires.send(wire, os.urandom(24))
        await asyncio.sleep(0.01)


def test_noise_on_the_readers_wire_costs_at_most_one_tap(play):
    async def story(bench):
        await bench.online()
        since = len(bench.screens.shown)
        await bench.press("500E")
        await bench.screens.wait("present", "declined", since=since)
        await _junk(bench, "uart1", 2)
        return await _still_sells(bench)

    _right(play(story), captured=1, banked_fen=1250)


def test_noise_on_the_pins_presses_no_key(play):
    async def story(bench):
        await bench.online()
        since = len(bench.screens.shown)
        await _junk(bench, "gpio", 2)
        bench.wires.send("gpio", b"\nin 5\nin x 1\nin 5 9\n\n")
        assert not [s for s in bench.screens.shown[since:] if s != "amount"]
        return await _still_sells(bench)

    _right(play(story), captured=1, banked_fen=1250)


def test_a_card_that_talks_nonsense_is_told_to_go(play):
    async def story(bench):
        await bench.online()
        bench.cards["junk"] = JunkCard()
        screen = await bench.sell(500, "junk")
        assert screen.split()[0] in ("declined", "try_again")
        del bench.cards["junk"]
        return await _still_sells(bench)

    _right(play(story), captured=1, banked_fen=1250)


def test_every_key_at_any_time_harms_nothing(play):
    async def story(bench):
        await bench.online()
        await bench.press("LM82EXMMCDD0E123XELXX")
        return await _still_sells(bench)

    _right(play(story), captured=1, banked_fen=1250)


def _other_authority(bench):
    """The acquirer's server certificate is from somebody else; terminals' are still known."""
    folder = bench.acquirer.data / "tls"
    theirs = folder / "theirs"
    tls.create(theirs)
    for name in ("server.pem", "server.key"):
        (folder / name).write_bytes((theirs / name).read_bytes())


def _expired(bench):
    folder = bench.acquirer.data / "tls"
    key = ec.generate_private_key(ec.SECP256R1())
    ends, tls._VALID_TO = tls._VALID_TO, datetime(2020, 1, 1, tzinfo=UTC)
    try:
        certificate = tls._issue(folder, tls.SERVER_NAME, key, ExtendedKeyUsageOID.SERVER_AUTH)
    finally:
        tls._VALID_TO = ends
    tls._write(folder, "server", certificate, key)


@pytest.mark.parametrize("spoil", [_other_authority, _expired])
def test_a_wrong_server_certificate_stops_the_upload_and_keeps_every_sale(play, spoil):
    async def story(bench):
        await bench.screens.wait("report", seconds=30)
        assert "report net_impostor" in bench.screens.shown
        await bench.press("X")
        assert await bench.sell(900, "visa") == "stored"
        await asyncio.sleep(2)
        return audit.audit(bench)

    verdict = play(story, before_open=spoil)
    assert verdict["captured"] == verdict["pending"] == 1
    assert verdict["banked"] == verdict["lost"] == 0


def test_the_stored_sales_limit_refuses_before_the_card_is_read(play):
    async def story(bench):
        await bench.online()
        await bench.set_network("down")
        since = len(bench.screens.shown)
        await bench.press("490000E")
        await bench.screens.wait("present", since=since)
        await bench.press("X")
        assert await bench.sell(19000, "visa") == "stored"
        await bench.press("X")
        since = len(bench.screens.shown)
        await bench.press("490000E")
        assert (
            await bench.screens.wait("refused", "present", since=since) == "refused offline_limit"
        )
        await bench.press("X")
        await bench.set_network("up")
        return await _settled(bench)

    _right(play(story), captured=1, banked_fen=19000)
