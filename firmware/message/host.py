"""The messages of `docs/protocol.md`: builds requests, reads replies. Pure: no socket, no journal.

`identity` has terminal_id, merchant_id, currency; `keys` has ksn, mac, reply_mac, receipt
(see `terminal/hostkeys.py`); a sale is anything with the attributes of `terminal/sale_record.Sale`.
"""

from binascii import unhexlify

from micropython import const

from message import codec
from message import fields as f

SIGN_IN = "001"
ECHO = "301"
STATUS = "401"
_NO_NETWORK_CODE = "000"  # in DE 60 of a message about a sale
_NETWORK = const(0)  # the DUKPT counter of network management
_TYPE = {"0200": "22", "0220": "30", "0221": "30"}
_BY_CHIP, _BY_CODE = ("0072", "22"), ("0320", "27")  # entry mode, type of an online sale

REASON_NO_REPLY = "98"
REASON_OTHER = "06"


class Reply:
    """What came back. `trusted`: the MAC was right; `token`: the receipt token, if it was right."""

    def __init__(self, mti, fields, private, trusted, token):
        self.mti = mti
        self.fields = fields
        self.private = private
        self.trusted = trusted
        self.token = token

    @property
    def key(self):
        """What a reply is matched by on its connection: (request class, STAN)."""
        return self.mti[:2], self.fields.get(11)

    @property
    def code(self):
        return self.fields.get(39)

    @property
    def rrn(self):
        return self.fields.get(37, "")

    @property
    def approval(self):
        return self.fields.get(38, "")

    @property
    def proof(self):
        """What proves to the host itself that it has posted the sale (message/again.py)."""
        return self.private.get(f.PROOF, b"")

    def nonce(self):
        return self.private.get(f.NONCE)

    def transaction_id(self):
        return self.private.get(f.TRANSACTION_ID)

    def is_about(self, identity, amount_fen):
        """Whether it says so; an answer about another sale or amount is none."""
        same_amount = self.fields.get(4) == "%012d" % amount_fen
        return same_amount and self.transaction_id() == identity

    def host_time(self):
        """(year, month, day, hour, minute, second) UTC, or None."""
        raw = self.private.get(f.HOST_TIME)
        return bcd_time(raw) if raw is not None and len(raw) == 7 else None


def stan(number):
    """The STAN of the sale with this sequence number: 1 to 999,999, then again from 1."""
    return "%06d" % ((number - 1) % 999999 + 1)


def bcd_time(raw):
    """YYYYMMDDhhmmss, packed -> (year, month, day, hour, minute, second); a date alone -> three."""
    d = [(b >> 4) * 10 + (b & 15) for b in raw]
    return (d[0] * 100 + d[1],) + tuple(d[2:])


def _time(t):
    return "%02d%02d%02d" % (t[3], t[4], t[5])


def type_of(sale):
    """DE 60 type of an online sale, also in its reversal."""
    return (_BY_CODE if sale.pay_code else _BY_CHIP)[1]


class HostMessages:
    def __init__(self, identity, keys, random, utc):
        """`random(n)` gives bytes; `utc()` gives (year, month, day, hour, minute, second)."""
        self._identity = identity
        self._keys = keys
        self._random = random
        self._utc = utc
        self._network_stan = 0

    def pack(self, mti, counter, fields, private, held):
        """-> bytes of a request: adds what all requests have. `private`: [(tag, bytes)]."""
        now = self._utc()
        fields[7] = "%02d%02d" % (now[1], now[2]) + _time(now)
        fields[41] = self._identity.terminal_id
        fields[42] = self._identity.merchant_id
        fields[53] = self._keys.ksn(counter)
        count, total_fen = held
        private.append((f.HELD, count.to_bytes(2, "big") + total_fen.to_bytes(6, "big")))
        fields[63] = codec.pack_private(private)
        return codec.pack(mti, fields, lambda body: self._keys.mac(counter, body))

    def network(self, what, batch, held, more=()):
        """-> (key, bytes, nonce) of an 0800. `what`: the network code; `held`: (count, fen);
        `more`: private data of its own."""
        nonce = self._random(16)
        return self.managed("0800", batch, what, [(f.NONCE, nonce)] + list(more), held) + (nonce,)

    def managed(self, mti, batch, what, private, held):
        """-> (key, bytes) of a message that is about no single sale."""
        self._network_stan = self._network_stan % 999999 + 1
        number = "%06d" % self._network_stan
        fields = {11: number, 60: "00%06d" % batch + what}
        return (mti[:2], number), self.pack(mti, _NETWORK, fields, private, held)

    @property
    def currency(self):
        return self._identity.currency

    def financial(self, sale, kind):
        """-> (fields, private) that all messages about this sale have. `kind`: type in DE 60."""
        t = sale.time
        trusted = "01" if sale.clock_trusted else "00"
        captured = unhexlify("%04d%02d%02d" % t[:3] + _time(t) + trusted)
        fields = {
            3: "000000",
            4: "%012d" % sale.amount_fen,
            11: stan(sale.number),
            12: _time(t),
            13: "%02d%02d" % (t[1], t[2]),
            22: (_BY_CODE if sale.pay_code else _BY_CHIP)[0],
            25: "00",
            49: self._identity.currency,
            60: kind + "%06d" % sale.batch + _NO_NETWORK_CODE,
        }
        return fields, [(f.TRANSACTION_ID, sale.id), (f.CAPTURE_TIME, captured)]

    def sale(self, mti, sale, held):
        """-> (key, bytes) of 0200 (online), 0220 (advice) or 0221 (its repeat)."""
        fields, private = self.with_card(sale, _TYPE[mti])
        return self.finished(mti, sale, fields, private, held)

    def finished(self, mti, sale, fields, private, held):
        """-> (key, bytes): what the reply is matched by, and the message of these parts."""
        return (mti[:2], fields[11]), self.pack(mti, sale.number, fields, private, held)

    def with_card(self, sale, kind):
        """-> (fields, private) of a message that carries the card. `kind`: type in DE 60."""
        fields, private = self.financial(sale, kind)
        fields[23] = "%04x" % sale.card_sequence  # 5F34 is packed BCD already
        fields[55] = codec.pack_chip(sale.chip)
        fields[62] = sale.card_data
        return fields, private

    def reversal(self, mti, sale, reason, held, kind=None):
        """-> (key, bytes) of 0400, 0420 or a repeat. `kind`: type in DE 60, if it is not that of an
        online sale."""
        fields, private = self.financial(sale, kind or type_of(sale))
        fields[39] = reason
        return self.finished(mti, sale, fields, private, held)

    def read(self, frame):
        """A frame -> Reply. Raises BadMessage for what is no message for this terminal.

        A wrong MAC is not an error of the line but an answer that must not be believed: the reply
        comes back with `trusted` False, so that a sale in flight becomes in doubt at once.
        """
        mti, fields, covered = codec.unpack(frame)
        ksn = fields.get(53)
        if ksn is None or ksn[:-4] != self._keys.ksn(_NETWORK)[:-4] or len(ksn) != 12:
            raise codec.BadMessage("another terminal's keys")
        if fields.get(41) != self._identity.terminal_id:
            raise codec.BadMessage("another terminal's reply")
        counter = int.from_bytes(ksn[-4:], "big")
        private = codec.unpack_private(fields.get(63, b""))
        trusted = self._keys.reply_mac_is_right(counter, frame[:covered], fields[64])
        token = self._receipt(mti, counter, fields, private) if trusted else None
        return Reply(mti, fields, private, trusted, token)

    def _receipt(self, mti, counter, fields, private):
        token = private.get(f.RECEIPT_TOKEN)
        identity = private.get(f.TRANSACTION_ID)
        if not token or not identity:
            return None
        text = fields.get(37, "") + fields.get(60, "")[2:8] + fields.get(39, "")
        said = unhexlify(mti) + identity + text.encode()
        return token if self._keys.receipt_is_right(counter, said, token) else None
