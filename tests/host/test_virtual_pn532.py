"""The virtual PN532: clients that we did not write accept it; and the corners they never visit."""

import asyncio
import os
import shutil
import subprocess

import pytest
from nfc.clf import ContactlessFrontend, RemoteTarget, pn532, transport
from nfc.tag import activate
from reader_rig import PPSE, SELECT_PPSE, SampleCard, digest, digest_command, give, given

from host_tools.simulator import hsu
from host_tools.simulator.pn532 import PN532
from host_tools.simulator.pty_door import PtyDoor

UID = SampleCard().uid
WAKE = b"\x55\x55" + bytes(14)


@pytest.fixture
def door():
    with PtyDoor() as door:
        yield door


# --- libnfc


def libnfc(program: str, package: str, door: PtyDoor) -> subprocess.Popen:
    """Starts a program of libnfc on the door; without the program, skips the test (never in CI)."""
    if not shutil.which(program):
        missing = f"{program} is not installed (Debian: {package}): libnfc does not check us"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return subprocess.Popen(
        [program],
        env={**os.environ, "LIBNFC_DEVICE": f"pn532_uart:{door.path}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def spaced(data: bytes) -> str:
    return data.hex("|").replace("|", "  ")


@pytest.mark.needs_tool
@pytest.mark.parametrize(
    ("kind", "title"), [("A", "ISO/IEC 14443A (106 kbps)"), ("B", "ISO/IEC 14443-4B (106 kbps)")]
)
def test_nfc_list_shows_the_card(door, kind, title):
    door.chip.place(SampleCard(kind))
    shown, _ = libnfc("nfc-list", "libnfc-bin", door).communicate(timeout=20)
    assert title in shown
    assert spaced(UID) in shown
    assert "1 ISO14443" in shown


@pytest.mark.needs_tool
def test_nfc_list_shows_no_card_where_none_is(door):
    shown, _ = libnfc("nfc-list", "libnfc-bin", door).communicate(timeout=20)
    assert "NFC device: user defined device opened" in shown
    assert "target(s) found" not in shown


@pytest.mark.needs_tool
@pytest.mark.parametrize("kind", ["A", "B"])
def test_nfc_poll_notices_that_the_card_goes(door, kind):
    door.chip.place(SampleCard(kind))
    with libnfc("nfc-poll", "libnfc-examples", door) as poll:
        shown = ""
        while "Waiting for card removing" not in shown:
            character = poll.stdout.read(1)
            assert character, shown
            shown += character
        door.chip.remove()
        rest, _ = poll.communicate(timeout=20)
    assert spaced(UID) in shown
    assert "done" in rest


# --- nfcpy


@pytest.fixture
def frontend(door):
    frontend = ContactlessFrontend()
    frontend.device = pn532.init(transport.TTY(door.path))
    yield frontend
    frontend.close()


@pytest.mark.parametrize("kind", ["A", "B"])
def test_nfcpy_talks_to_the_card(door, frontend, kind):
    card = SampleCard(kind)
    door.chip.place(card)
    tag = activate(frontend, frontend.sense(RemoteTarget(f"106{kind}")))
    assert tag.type == "Type4Tag"
    assert tag.transceive(SELECT_PPSE) == PPSE
    for length in (256, 602):
        assert tag.transceive(give(length)) == given(length)
    assert tag.transceive(digest_command(600)) == digest(digest_command(600))


@pytest.mark.parametrize("kind", ["A", "B"])
def test_nfcpy_notices_that_the_card_goes(door, frontend, kind):
    door.chip.place(SampleCard(kind))
    tag = activate(frontend, frontend.sense(RemoteTarget(f"106{kind}")))
    assert tag.is_present
    door.chip.remove()
    assert not tag.is_present
    assert frontend.sense(RemoteTarget(f"106{kind}")) is None


@pytest.mark.parametrize("kind", ["A", "B"])
def test_nfcpy_waits_for_a_card_that_thinks(door, frontend, kind):
    card = SampleCard(kind, thinking_ms=200)
    door.chip.place(card)
    tag = activate(frontend, frontend.sense(RemoteTarget(f"106{kind}")))
    assert tag.transceive(SELECT_PPSE) == PPSE
    assert card.ran == [SELECT_PPSE]


@pytest.mark.parametrize(
    "fault",
    [
        "silent",
        "noise_before_ack",
        "nack_for_ack",
        "no_answer",
        "noise_before_answer",
        "long_preamble",
        "short_preamble",
        "no_postamble",
        "bad_length_checksum",
        "bad_checksum",
        "half_answer",
        "wrong_answer",
        "error_frame",
    ],
)
def test_nfcpy_notices_what_is_broken_on_purpose(door, frontend, fault):
    chipset = frontend.device.chipset
    assert chipset.get_firmware_version() == bytes.fromhex("32010607")
    door.chip.inject(fault)
    with pytest.raises((OSError, pn532.Chipset.Error)):
        chipset.get_firmware_version()


def test_nfcpy_does_not_start_without_an_ack(door):
    door.chip.inject("no_ack")
    with pytest.raises(OSError):
        pn532.init(transport.TTY(door.path))


# --- corners


class Host:
    """Says bytes to a chip and keeps what it says."""

    def __init__(self, sleep=None):
        self.heard = b""
        self.chip = PN532(self._hear, sleep)
        self.chip.feed(WAKE)

    def _hear(self, data):
        self.heard += data

    def say(self, data: bytes) -> bytes:
        """What the chip writes at once."""
        self.heard = b""
        self.chip.feed(data)
        return self.heard

    def command(self, code: int, data: bytes = b"") -> bytes:
        """The answer's data; the chip must acknowledge and answer at once."""
        heard = self.say(hsu.encode(bytes((0xD4, code)) + data))
        assert heard.startswith(hsu.ACK)
        (answer,) = hsu.Deframer().feed(heard[len(hsu.ACK) :])
        assert answer[:2] == bytes((0xD5, code + 1))
        return answer[2:]


@pytest.fixture
def host():
    return Host()


def command(code: int, data: bytes = b"") -> bytes:
    return hsu.encode(bytes((0xD4, code)) + data)


VERSION = command(0x02)
VERSION_ANSWER = hsu.encode(bytes.fromhex("d50332010607"))


def test_a_sleeping_chip_needs_five_edges(host):
    host.chip.power_cycle()
    assert host.say(VERSION[:3]) == b""
    host.chip.power_cycle()
    assert host.say(bytes(4) + b"\x55") == b""
    assert host.say(VERSION) == hsu.ACK + VERSION_ANSWER


def test_a_broken_command_is_not_acknowledged(host):
    assert host.say(VERSION[:-2] + b"\x2b\x00") == b""
    assert host.say(VERSION) == hsu.ACK + VERSION_ANSWER


@pytest.mark.parametrize("bad", [command(0x99), command(0x00), hsu.encode(b"\xd5\x02")])
def test_a_senseless_command_gets_an_error_frame(host, bad):
    assert host.say(bad) == hsu.ACK + hsu.ERROR


def test_a_nack_repeats_the_answer(host):
    host.say(VERSION)
    assert host.say(hsu.NACK) == VERSION_ANSWER


def test_the_speed_changes_with_the_hosts_ack(host):
    host.command(0x10, b"\x07")
    assert host.chip.baud == 115200
    host.say(hsu.ACK)
    assert host.chip.baud == 921600


def test_a_search_without_end_ends_when_a_card_comes(host):
    assert host.say(command(0x4A, b"\x01\x00")) == hsu.ACK
    host.heard = b""
    host.chip.place(SampleCard())
    assert UID in host.heard


def test_a_search_without_end_ends_with_an_ack(host):
    assert host.say(command(0x4A, b"\x01\x00")) == hsu.ACK
    host.say(hsu.ACK)
    host.chip.place(SampleCard())
    assert host.heard == b""


@pytest.mark.parametrize("kind", ["A", "B"])
def test_the_chips_own_iso_dep_carries_long_apdus(host, kind):
    host.chip.place(SampleCard(kind, fsci=5, thinking_ms=200))
    assert host.command(0x4A, b"\x01\x00" if kind == "A" else b"\x01\x03\x00")[:2] == b"\x01\x01"
    long = digest_command(400)
    assert host.command(0x40, b"\x41" + long[:262]) == b"\x00"
    assert host.command(0x40, b"\x01" + long[262:]) == b"\x00" + digest(long)
    first = host.command(0x40, b"\x01" + give(300))
    assert first == b"\x40" + given(300)[:262]
    assert host.command(0x40, b"\x01") == b"\x00" + given(300)[262:]


def test_an_exchange_without_a_target_is_refused(host):
    assert host.command(0x40, b"\x01" + SELECT_PPSE) == b"\x27"


def test_switching_the_field_off_restarts_the_card(host):
    host.command(0x32, b"\x05\x00\x00\x00")
    host.chip.place(SampleCard())
    host.command(0x4A, b"\x01\x00")
    host.command(0x52, b"\x00")  # deselected: it stays silent
    assert host.command(0x4A, b"\x01\x00") == b"\x00"
    host.command(0x32, b"\x01\x00")
    assert UID in host.command(0x4A, b"\x01\x00")


def test_a_card_that_leaves_at_an_apdu_is_gone(host):
    card = SampleCard()
    card.leaves_at = SELECT_PPSE
    host.chip.place(card)
    host.command(0x4A, b"\x01\x00")
    assert host.command(0x40, b"\x01" + SELECT_PPSE) == b"\x01"
    assert host.chip.card is None


def test_an_unknown_fault_is_refused(host):
    with pytest.raises(ValueError, match="no such fault"):
        host.chip.inject("no_akc")


def test_air_and_thinking_take_the_time_that_the_clock_gives():
    """20 bytes there and 25 back at 106 kbit/s are about 5 ms; the card thinks for 30."""
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    async def session():
        host = Host(sleep)
        host.chip.place(SampleCard(thinking_ms=30))
        host.say(command(0x4A, b"\x01\x00"))
        await asyncio.sleep(0)
        slept.clear()
        host.say(command(0x40, b"\x01" + SELECT_PPSE))
        await asyncio.sleep(0)
        return host.heard

    assert PPSE in asyncio.run(session())
    assert 0.033 < sum(slept) < 0.037
