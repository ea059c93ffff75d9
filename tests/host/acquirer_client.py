"""A small terminal for the acquirer's tests: speaks docs/protocol.md over TLS, keeps nothing."""

import base64
import copy
import itertools
import os
import socket
import ssl
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import iso8583
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.x509 import load_der_x509_certificate

from host_tools import issuer
from host_tools.acquirer import setup
from host_tools.acquirer.dukpt import DATA_ENCRYPTION, MAC_RECEIPT, MAC_REPLY, TransactionKeys
from host_tools.acquirer.fields import SPEC
from host_tools.acquirer.wire import cmac, parse_private
from host_tools.cards import tlv

MASTER_KEY = "0123456789ABCDEFFEDCBA9876543210"
PAN = "6210948000000011"
POOR, BLOCKED, EXPIRED, UNREACHABLE, STRANGER = (
    "6210948000000029",
    "6210948000000045",
    "6210948000000037",
    "6210948000000052",
    "6210948000000060",
)
OPENING_FEN = 100_000_000
MERCHANT = "104110000000001"

ISSUER = {
    "master_keys": {"621094": MASTER_KEY},
    "accounts": [
        {"pan": PAN, "balance_fen": OPENING_FEN, "status": "active", "limit_fen": 5_000_000},
        {"pan": POOR, "balance_fen": 100, "status": "active"},
        {"pan": BLOCKED, "balance_fen": OPENING_FEN, "status": "blocked"},
        {"pan": EXPIRED, "balance_fen": OPENING_FEN, "status": "expired"},
        {"pan": UNREACHABLE, "balance_fen": OPENING_FEN, "status": "unreachable"},
    ],
}

_MAC_REQUEST = 0x2000
_TYPES = {"0200": "22", "0201": "22", "0220": "30", "0221": "30", "0400": "22", "0401": "22"}


class Acquirer:
    """The real program in a process of its own, over a directory made by the real set-up."""

    def __init__(self, data: Path):
        self.data = data
        self._numbers = itertools.count(1)
        setup.create(data, ISSUER)

    def start(self) -> None:
        command = [sys.executable, "-m", "host_tools.acquirer", "--data", self.data, "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        word, port = self.process.stdout.readline().split()
        assert word == b"ready"
        self.port = int(port)

    def another_node(self) -> "Acquirer":
        """One more process on the same directory."""
        node = copy.copy(self)
        node.start()
        return node

    def kill(self) -> None:
        """SIGKILL: nothing of the process gets to clean up."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(10)

    def terminal(self, terminal_id: str = "") -> "Terminal":
        terminal_id = terminal_id or f"{next(self._numbers):08d}"
        provision = setup.enroll(self.data, f"SIM{terminal_id}", terminal_id, MERCHANT)
        return Terminal(self, terminal_id, provision)


@contextmanager
def running(data: Path):
    acquirer = Acquirer(data)
    acquirer.start()
    try:
        yield acquirer
    finally:
        acquirer.kill()


class Sale:
    """One sale as the journal of a terminal would hold it: what never changes about it."""

    def __init__(self, number: int, amount_fen: int, pan: str, kind: str, psn: str = "01"):
        self.number = number
        self.amount_fen = amount_fen
        self.id = os.urandom(16)
        self.time = datetime(2026, 10, 14, 9, 30, number % 60, tzinfo=UTC)
        self.pan, self.psn = pan, psn
        self.track2 = bytes.fromhex(f"{pan}D2912201000000000F")
        self.chip = self._chip(kind)

    def _chip(self, kind: str) -> dict[int, bytes]:
        chip = {
            0x82: bytes.fromhex("7C00"),
            0x95: bytes(5),
            0x9A: bytes.fromhex("261014"),
            0x9C: b"\0",
            0x5F2A: b"\x01\x56",
            0x9F02: bytes.fromhex(f"{self.amount_fen:012d}"),
            0x9F03: bytes(6),
            0x9F10: issuer.issuer_application_data(kind),
            0x9F1A: b"\x01\x56",
            0x9F36: self.number.to_bytes(2, "big"),
            0x9F37: os.urandom(4),
        }
        key = issuer.card_key(bytes.fromhex(MASTER_KEY), self.pan, bytes.fromhex(self.psn))
        chip[0x9F26] = issuer.cryptogram(key, chip)
        return chip


class Return:
    """Some of a sale that is given back, or all of it."""

    def __init__(self, number: int, original: Sale, amount_fen: int, how: str):
        self.number = number
        self.original = original
        self.amount_fen = amount_fen
        self.how = how  # the type in DE 60
        self.id = os.urandom(16)
        self.time = datetime(2026, 10, 14, 10, 30, number % 60, tzinfo=UTC)


class Terminal:
    def __init__(self, acquirer: Acquirer, terminal_id: str, provision: dict):
        self.acquirer = acquirer
        self.id = terminal_id
        self.host = provision["host"]
        self.key_id = bytes.fromhex(provision["keys"]["ikid"])
        self.initial_key = bytes.fromhex(provision["keys"]["initial_key"])
        self.batch = 1
        self.challenge = b""  # of the last 63.11
        self._asked = 0
        self._numbers = itertools.count(1)

    def keys(self, counter: int) -> TransactionKeys:
        return TransactionKeys(self.initial_key, self.key_id, counter)

    def sale(self, amount_fen: int = 1000, pan: str = PAN, kind: str = issuer.ARQC) -> Sale:
        return Sale(next(self._numbers), amount_fen, pan, kind)

    def offline_sale(self, amount_fen: int = 1000, pan: str = PAN) -> Sale:
        return self.sale(amount_fen, pan, issuer.TC)

    def give_back(self, original: Sale, amount_fen: int = 0, how: str = "25") -> Return:
        """Some of the sale, or all of it."""
        return Return(next(self._numbers), original, amount_fen or original.amount_fen, how)

    def deferred_message(self, mti: str, sale: Sale, more: dict[int, bytes] | None = None) -> bytes:
        """0200 or 0201 of a sale that neither card nor bank has approved yet."""
        return self.message(mti, sale, {0x0E: b"\1", **(more or {})}, de60=f"36{self.batch:06d}000")

    def call_off_message(self, mti: str, sale: Sale) -> bytes:
        """0420 or 0421: the merchant has taken a deferred sale back."""
        return self.message(mti, sale)

    def return_message(self, mti: str, given: Return, original: bytes = b"", **changed: str):
        """0220 or 0221 as a frame body. `original` stands for DE 63.0D."""
        number = given.original.number.to_bytes(4, "big")
        captured = bytes.fromhex(given.time.strftime("%Y%m%d%H%M%S") + "01")
        private = {0x01: given.id, 0x04: captured, 0x0D: original or given.original.id + number}
        fields = {
            **self._common(given),
            "3": "200000",
            "22": "0002",
            "60": f"{given.how}{self.batch:06d}000",
        }
        fields |= {name.removeprefix("de"): value for name, value in changed.items()}
        return self.packed(mti, fields, private, given.number)

    def _common(self, sale: Sale | Return) -> dict[str, str]:
        return {
            "4": f"{sale.amount_fen:012d}",
            "11": f"{(sale.number - 1) % 999_999 + 1:06d}",
            "12": sale.time.strftime("%H%M%S"),
            "13": sale.time.strftime("%m%d"),
            "25": "00",
            "49": "156",
            **self._names(sale.number),
        }

    def message(
        self, mti: str, sale: Sale, more: dict[int, bytes] | None = None, **changed: str
    ) -> bytes:
        """A financial request as a frame body; `changed` overwrites fields: de4="..."; `more`
        private data."""
        fields = {
            **self._common(sale),
            "3": "000000",
            "22": "0072",
            "60": f"{_TYPES.get(mti, '36')}{self.batch:06d}000",
        }
        if mti in ("0400", "0401", "0420", "0421"):
            fields["39"] = "98"
        else:
            fields |= {
                "23": f"{int(sale.psn):04d}",
                "55": tlv.encode_all(sale.chip.items()).hex(),
                "62": self.encrypted(sale).hex(),
            }
        captured = bytes.fromhex(sale.time.strftime("%Y%m%d%H%M%S") + "01")
        private = {0x01: sale.id, 0x04: captured, **(more or {})}
        fields |= {name.removeprefix("de"): value for name, value in changed.items()}
        return self.packed(mti, fields, private, sale.number)

    def code_message(
        self,
        mti: str,
        sale: Sale,
        digits: str = "",
        more: dict[int, bytes] | None = None,
        **changed: str,
    ) -> bytes:
        """A sale by pay code, its repeat 0201, or its reversal, as a frame body."""
        fields = {
            **self._common(sale),
            "3": "000000",
            "22": "0320",
            "60": f"27{self.batch:06d}000",
        }
        if mti in ("0400", "0401"):
            fields["39"] = "98"
        else:
            data = bytes.fromhex(digits + "f" * (len(digits) % 2))
            fields["62"] = self._encrypted(sale, data).hex()
        captured = bytes.fromhex(sale.time.strftime("%Y%m%d%H%M%S") + "01")
        fields |= {name.removeprefix("de"): value for name, value in changed.items()}
        private = {0x01: sale.id, 0x04: captured, **(more or {})}
        return self.packed(mti, fields, private, sale.number)

    def encrypted(self, sale: Sale) -> bytes:
        return self._encrypted(sale, sale.track2)

    def _encrypted(self, sale: Sale, data: bytes) -> bytes:
        key = self.keys(sale.number).working_key(DATA_ENCRYPTION)
        return Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor().update(data)

    def network(
        self,
        code: str = "001",
        stan: int = 1,
        nonce: bytes = bytes(16),
        held: bytes = bytes(8),
        more: dict[int, bytes] | None = None,
    ) -> bytes:
        fields = {"11": f"{stan:06d}", "60": f"00{self.batch:06d}{code}", **self._names(0)}
        return self.packed("0800", fields, {0x06: nonce, **(more or {})}, 0, held)

    def closing(self, identity: bytes, totals: bytes = b"", listed: int | None = None) -> bytes:
        """0500 for the open batch; `listed`: that many items have been sent."""
        private = {0x01: identity, 0x12: totals}
        if listed is not None:
            private[0x13] = listed.to_bytes(2, "big")
        return self._about_batch("0500", "201", private)

    def list_of(self, identity: bytes, first: int, items: bytes, mti: str = "0320") -> bytes:
        private = {0x01: identity, 0x13: first.to_bytes(2, "big") + items}
        return self._about_batch(mti, "202", private)

    def _about_batch(self, mti: str, code: str, private: dict[int, bytes]) -> bytes:
        self._asked += 1
        fields = {"11": f"{self._asked:06d}", "60": f"00{self.batch:06d}{code}", **self._names(0)}
        return self.packed(mti, fields, private, 0)

    def _names(self, counter: int) -> dict[str, str]:
        ksn = self.key_id + counter.to_bytes(4, "big")
        return {"41": self.id, "42": MERCHANT, "53": ksn.hex()}

    def packed(
        self,
        mti: str,
        fields: dict,
        private: dict[int, bytes],
        counter: int,
        held: bytes = bytes(8),
    ) -> bytes:
        """The message with DE 7, what the terminal holds, and a right MAC."""
        private = {**private, 0x05: held}
        packed = (bytes((tag, len(value))) + value for tag, value in private.items())
        fields = {
            "t": mti,
            "7": datetime.now(UTC).strftime("%m%d%H%M%S"),
            "63": b"".join(packed).hex(),
            **fields,
            "64": "00" * 8,
        }
        body, _ = iso8583.encode({k: v for k, v in fields.items() if v}, SPEC)
        return self.signed(bytes(body), counter)

    def signed(self, body: bytes, counter: int) -> bytes:
        """The message with its last eight bytes replaced by a right MAC."""
        return body[:-8] + cmac(self.keys(counter).working_key(_MAC_REQUEST), body[:-8])[:8]

    def connect(self, node: Acquirer | None = None, **tls) -> "Line":
        return Line(self, node or self.acquirer, **tls)

    def ask(self, body: bytes) -> "Reply":
        """One request on a connection of its own."""
        with self.connect() as line:
            return line.ask(body)


class Line:
    """One TLS connection, with the terminal's certificate unless told otherwise."""

    def __init__(self, terminal: Terminal, node: Acquirer, context: ssl.SSLContext | None = None):
        self.terminal = terminal
        raw = socket.create_connection(("127.0.0.1", node.port), timeout=10)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context = context or client_context(terminal)
        self.socket = context.wrap_socket(raw, server_hostname=terminal.host["name"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, body: bytes) -> None:
        self.socket.sendall(len(body).to_bytes(2, "big") + body)

    def receive(self) -> "Reply":
        """The next reply; EOFError when the host closed the line."""
        length = int.from_bytes(self._exactly(2), "big")
        return Reply(self.terminal, self._exactly(length))

    def ask(self, body: bytes) -> "Reply":
        self.send(body)
        return self.receive()

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def is_closed_by_host(self) -> bool:
        try:
            return self.socket.recv(1) == b""
        except (ConnectionError, ssl.SSLError):
            return True


class Reply:
    """A reply whose MAC was checked; `token` only if it is right."""

    def __init__(self, terminal: Terminal, body: bytes):
        self.body = body
        self.fields, _ = iso8583.decode(body, SPEC)
        self.private = parse_private(bytes.fromhex(self.fields["63"]))
        keys = terminal.keys(int(self.fields["53"][16:], 16))
        assert cmac(keys.working_key(MAC_REPLY), body[:-8])[:8] == body[-8:], "the reply's MAC"
        self.token = self.private.get(0x03)
        if self.token:
            said = self.private[0x01] + (self.rrn + self.fields["60"][2:8] + self.code).encode()
            said = bytes.fromhex(self.mti) + said
            assert cmac(keys.working_key(MAC_RECEIPT), said) == self.token, "the receipt token"

    @property
    def mti(self) -> str:
        return self.fields["t"]

    @property
    def code(self) -> str:
        return self.fields["39"]

    @property
    def rrn(self) -> str:
        return self.fields["37"]

    @property
    def wanted(self) -> int:
        """Which item of the list the host wants next."""
        return int.from_bytes(self.private[0x13], "big")

    def lasting(self) -> dict[str, str]:
        """What a stored reply must say again: everything but sending time and MAC."""
        return {name: value for name, value in self.fields.items() if name not in ("7", "64")}


def client_context(terminal: Terminal, with_certificate: bool = True) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    host = {name: base64.b64decode(terminal.host[name]) for name in ("ca", "cert", "key")}
    context.load_verify_locations(cadata=host["ca"])
    if with_certificate:
        pem = load_der_x509_certificate(host["cert"]).public_bytes(serialization.Encoding.PEM)
        key = serialization.load_der_private_key(host["key"], None).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path = terminal.acquirer.data / f"{terminal.key_id.hex()}.pem"
        path.write_bytes(pem + key)
        context.load_cert_chain(path)
    return context
