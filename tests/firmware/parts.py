"""Real parts for tests, put together small: keys, identity, a sale with chip data, a reply."""

import os
from binascii import hexlify
from binascii import unhexlify as unhex

from ram_flash import RamFlash

from crypto.rng import Random
from message import codec
from message import fields as f
from message.host import HostMessages
from terminal.hostkeys import HostKeys
from terminal.sale_record import Sale

IKID = unhex("1234567890123456")
INITIAL_KEY = unhex("1273671EA26AC29AFA4D1084127652A1")
NOW = (2026, 11, 22, 4, 5, 6)
HELD = (0, 0)


class Identity:
    terminal_id = "T0000001"
    merchant_id = "M00000000000001"
    currency = "156"


class Outcome:
    """What the kernel says of a card of the test range."""

    masked_pan = "621094******0011"
    pan_hash = b"\1\2\3\4"
    kernel = 7
    cvm = 0
    oda = 1
    label = "UnionPay Debit"

    def __init__(self, **extra):
        self.chip = {
            0x57: unhex("6210948000000011D32122010000000000000F")[:19],
            0x5F34: b"\1",
            0x82: unhex("2000"),
            0x84: unhex("A000000333010101"),
            0x9F10: unhex("07010103A0B800"),
            0x9F26: unhex("1122334455667788"),
            0x9F36: unhex("001E"),
            0x9F37: unhex("52BF4585"),
        }


def random():
    return Random(os.urandom)


def place(name):
    """A folder for the files of a test, below what is built: of this process alone."""
    path = "build/test-%s-%s/" % (name, hexlify(os.urandom(6)).decode())
    os.mkdir(path)
    return path


def keys():
    return HostKeys(IKID, INITIAL_KEY)


def messages():
    return HostMessages(Identity, keys(), random(), lambda: NOW)


def sale(number=7, amount_fen=1234):
    made = Sale(number, bytes(range(16)), 1, amount_fen, NOW, True)
    made.take_outcome(Outcome(), lambda track2: keys().encrypt_card_data(number, track2))
    return made


def given_back(original, number=9, amount_fen=300, how="25"):
    """A return of the sale `original`."""
    made = Sale(number, bytes(range(number, number + 16)), 1, amount_fen, NOW, True)
    made.give_back(original, how)
    return made


class Host:
    """The other side of the keys: replies with right MACs and tokens, as docs/protocol.md says."""

    def __init__(self):
        from crypto.dukpt import Dukpt

        self._keys = Dukpt(IKID, INITIAL_KEY)

    def _cmac(self, usage, counter, body):
        from crypto.cmac import cmac

        return cmac(self._keys.working_key(usage, counter), body)

    def reply(self, request, code, token=True, rrn="123456789012", **private):
        """The reply to a request frame; `private` by hexadecimal tag, as t06=nonce."""
        mti, asked, _ = codec.unpack(request)
        counter = int.from_bytes(asked[53][-4:], "big")
        fields = {n: asked[n] for n in (3, 4, 11, 12, 13, 41, 42, 49, 53, 60) if n in asked}
        fields[7], fields[39] = asked[7], code
        said = codec.unpack_private(asked[63])
        items = [(int(tag[1:], 16), value) for tag, value in private.items()]
        answer_mti = mti[:2] + {"00": "10", "20": "30", "21": "30", "01": "10"}[mti[2:]]
        if f.TRANSACTION_ID in said and mti != "0800":
            fields[37] = rrn
            items.append((f.TRANSACTION_ID, said[f.TRANSACTION_ID]))
            if token:
                text = fields[37] + asked[60][2:8] + code
                items.append((f.RECEIPT_TOKEN, self._token(counter, answer_mti, said, text)))
        elif f.TRANSACTION_ID in said:
            items.append((f.TRANSACTION_ID, said[f.TRANSACTION_ID]))
        if f.NONCE in said and f.NONCE not in [tag for tag, _ in items]:
            items.append((f.NONCE, said[f.NONCE]))
        fields[63] = codec.pack_private(items)
        return codec.pack(answer_mti, fields, lambda b: self._cmac(0x2001, counter, b)[:8])

    def _token(self, counter, mti, said, text):
        return self._cmac(0x2002, counter, unhex(mti) + said[f.TRANSACTION_ID] + text.encode())


class Session:
    """As much of a session as what the host remembers needs."""

    def __init__(self):
        self.extras, self.listeners, self.reference = [], [], ""
        self.ready, self.has_news = True, False


Flash = RamFlash


def journal(flash, formatted=True):
    from crypto.seal import Sealer
    from journal import Journal

    made = Journal(flash, Sealer(bytes(16)), random())
    if not formatted:
        made.format()
    made.mount()
    return made
