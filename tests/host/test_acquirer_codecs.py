"""Two implementations of docs/protocol.md check each other: the firmware's codec, inside
MicroPython, and the acquirer on pyiso8583."""

import json
import subprocess
from pathlib import Path

import iso8583
import pytest
from acquirer_client import MERCHANT

from host_tools import issuer, paths
from host_tools.acquirer import ledger
from host_tools.acquirer.fields import SPEC
from host_tools.acquirer.wire import cmac

CONSOLE = Path(__file__).parent / "on_target" / "message_console.py"


class Firmware:
    """The terminal's own messages, made and read in its own interpreter."""

    def __init__(self, terminal):
        self.terminal = terminal
        self.process = subprocess.Popen(
            [paths.micropython(), "-X", "heapsize=512k", CONSOLE],
            env={"MICROPYPATH": f"{paths.firmware_dir()}:.frozen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.write([terminal.key_id.hex(), terminal.initial_key.hex(), terminal.id, MERCHANT])

    def write(self, value):
        print(json.dumps(value), file=self.process.stdin, flush=True)

    def ask(self, *question):
        self.write(question)
        return json.loads(self.process.stdout.readline())

    def frame(self, what, mti, sale=None):
        said = sale and {
            "number": sale.number,
            "id": sale.id.hex(),
            "amount_fen": sale.amount_fen,
            "track2": sale.track2.hex(),
            "chip": {str(tag): value.hex() for tag, value in sale.chip.items()},
        }
        return bytes.fromhex(self.ask(what, mti, said) if said else self.ask(what, mti))

    def send(self, *what):
        """Over the terminal's own connection; -> what the firmware makes of the reply."""
        reply = self.terminal.ask(self.frame(*what))
        return self.ask("read", reply.body.hex())


@pytest.fixture
def firmware(acquirer):
    firmware = Firmware(acquirer.terminal())
    yield firmware
    firmware.process.stdin.close()
    firmware.process.wait(10)


def test_sign_in(firmware):
    reply = firmware.send("network", "001")
    assert (reply["mti"], reply["code"], reply["trusted"]) == ("0810", "00", True)
    assert reply["private"]["6"] == bytes(range(16)).hex()
    (row,) = [
        r
        for r in ledger.enrolled(firmware.terminal.acquirer.data)
        if r["terminal_id"] == firmware.terminal.id
    ]
    assert (row["held_count"], row["held_fen"]) == (2, 345)


@pytest.mark.parametrize(
    ("mti", "kind", "reply_mti"),
    [("0200", issuer.ARQC, "0210"), ("0220", issuer.TC, "0230"), ("0221", issuer.TC, "0230")],
)
def test_a_sale_made_by_the_firmware_is_paid_and_its_reply_is_believed(
    firmware, mti, kind, reply_mti
):
    sale = firmware.terminal.sale(1234, kind=kind)
    reply = firmware.send("sale", mti, sale)
    assert (reply["mti"], reply["code"]) == (reply_mti, "00")
    assert reply["trusted"] and reply["token"]
    known = ledger.transactions(firmware.terminal.acquirer.data)[sale.id.hex()]
    assert (known["state"], known["amount_fen"], known["rrn"]) == ("posted", 1234, reply["rrn"])


def test_a_reversal_made_by_the_firmware_takes_its_sale_back(firmware):
    sale = firmware.terminal.sale(1234)
    firmware.send("sale", "0200", sale)
    reply = firmware.send("reversal", "0400", sale)
    assert (reply["mti"], reply["code"], reply["token"]) == ("0410", "00", True)
    again = firmware.send("reversal", "0401", sale)
    assert (again["code"], again["rrn"], again["token"]) == ("00", reply["rrn"], True)


@pytest.mark.parametrize("what", ["network", "sale", "reversal"])
def test_both_codecs_pack_the_same_bytes(firmware, what):
    mti = {"network": "0800", "sale": "0200", "reversal": "0400"}[what]
    if what == "network":
        frame, counter = firmware.frame("network", "301"), 0
    else:
        sale = firmware.terminal.sale()
        frame, counter = firmware.frame(what, mti, sale), sale.number
    fields, _ = iso8583.decode(frame, SPEC)
    assert fields["t"] == mti
    packed, _ = iso8583.encode(fields, SPEC)
    assert bytes(packed) == frame
    key = firmware.terminal.keys(counter).working_key(0x2000)
    assert cmac(key, frame[:-8])[:8] == frame[-8:]


def test_a_decline_is_read_with_its_text(firmware):
    sale = firmware.terminal.sale(5_000_001)
    reply = firmware.send("sale", "0200", sale)
    assert (reply["code"], reply["token"]) == ("61", True)
    assert "limit" in bytes.fromhex(reply["private"]["10"]).decode()
