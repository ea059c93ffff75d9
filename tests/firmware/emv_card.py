"""A card made for tests: it has a certificate chain of its own and really signs.

The private keys below are test keys, made for this file and for nothing else.
"""

import hashlib

# (modulus, private exponent)
_CA = (
    0xA8B950D987CFBFDCE3F51E3EDED15D09596C3D0860EC7D1820AAF142EB011EB01CA6C578C8461C38D749A6E8D97F5621B59F84D976EE407755342E74944B4E95F5EE4E843C53F2514B8AF712ACDF2CA6ED3D632A835B9914B51E6AB1D1964A3BB1299C5C8C593AF96BE8B1D6B4BCFD19,  # noqa: E501
    0x707B8B3BAFDFD53DED4E1429E9E0E8B0E64828B0409DA8BAC071F62C9CAB69CABDC483A5DAD96825E4DBC49B3BAA396BCE6A5890F9F42AF92303C18844A1F148B8DE7C5FEDD065457686CCE2AC9C7DF3A135F8A519A4D56A430BCA5E21911069B9393A8E9523A35F0F00C4224D972E23,  # noqa: E501
)
_ISSUER = (
    0x9CBF2A2D553CB96BD4846C858EFF2BE4D08B3CAA220971F7366A8E71C4552FC5A36CC4CA3E33CFB5808F1504A1359803AE6C8E7DAE50A2D7A1042EC65A9BCE2047AE5D19610FEFCE60B85BB230EB2908F2BD3F889D7B701A663C32787D6F195B6B2F1565FECCE1A1,  # noqa: E501
    0x687F71738E287B9D3858485909FF72988B077DC6C15BA14F799C5EF682E3752E6CF32DDC2977DFCE55B4B8ADC0CE6557C99DB452BE5CF00A102E92912C24D79A6B84E5ED4C858A751D7482DCE42F10AE3DDF3DADD4E1EEDA20F589555DDA93CCBF9788DDB99FB463,  # noqa: E501
)
_ICC = (
    0xA3210006EA1E2C2EF8CBFFACD7DBE3A44AA6E0E92429244BAF153672C63D23C2BEBF1F37DF7CF2B35D4EDA65C525363C17C42CC0C6DDE62705BA7C19B499122810FD8B9128B70253145B822C1CB6C451359819051032FD9E73F1E0DB8C34E8AF,  # noqa: E501
    0x6CC0AAAF46BEC81F5087FFC88FE7ED1831C495F0C2C6183274B8CEF72ED36D2C7F2A14CFEA534C779389E6EE836E2426FF5ED85A4B049EF4BD01586FA50A38004734AF6D9675DA783010FDC037935A329EDCCF7116C05F76EF104847D6151F7B,  # noqa: E501
)
_CA_INDEX = b"\xe1"
_signed = {}


def _bytes(number):
    return number.to_bytes(_size(number), "big")


def _size(number):
    size = 0
    while number >> 8 * size:
        size += 1
    return size


def tlv(tag, value):
    """One object; `tag` as an int, `value` as bytes or hex."""
    value = bytes.fromhex(value) if isinstance(value, str) else bytes(value)
    size = len(value)
    length = bytes((size,)) if size < 0x80 else bytes((0x81, size))
    return _bytes(tag) + length + value


def ca_key(rid, expires="2032-12-31"):
    """The provisioning entry of the CA key behind these cards."""
    modulus = _bytes(_CA[0])
    checksum = hashlib.sha1(rid + _CA_INDEX + modulus + b"\x03")
    return {
        "rid": rid.hex(),
        "index": _CA_INDEX.hex(),
        "modulus": modulus.hex(),
        "exponent": "03",
        "sha1": checksum.digest().hex(),
        "expires": expires,
    }


def sign(key, body, *hashed_too):
    """Book 2 A2.1: the message recovery signature over `body`, padded to fit."""
    modulus, private = key
    body += b"\xbb" * (_size(modulus) - 22 - len(body))
    digest = hashlib.sha1(body)
    for part in hashed_too:
        digest.update(part)
    plain = b"\x6a" + body + digest.digest() + b"\xbc"
    if plain not in _signed:  # deterministic, and slow: most cards of a test sign the same
        number = pow(int.from_bytes(plain, "big"), private, modulus)
        _signed[plain] = number.to_bytes(_size(modulus), "big")
    return _signed[plain]


def _certificate(signer, head, subject, *hashed_too):
    """(certificate, remainder) for the public key `subject`."""
    modulus = _bytes(subject[0])
    body = head + bytes((1, 1, len(modulus), 1))
    room = _size(signer[0]) - 22 - len(body)
    rest = modulus[room:]
    return sign(signer, body + modulus[:room], rest, b"\x03", *hashed_too), rest


class Card:
    """Answers commands as a card would. `objects` replaces what its answers hold; None leaves out.

    qVSDC and qUICS: GET PROCESSING OPTIONS returns `cid` as the cryptogram it decided on.
    """

    PDOL = "9F66049F02069F03069F1A0295055F2A029A039C019F3704"
    RELATED = "01" + "5EED5EED"  # and the card transaction qualifiers

    def __init__(self, aid, pan="6210948000000011", cid=0x40, **objects):
        self.aid = bytes.fromhex(aid)
        self.pan = pan
        self.cid = cid
        self.objects = {int(tag[1:], 16): value for tag, value in objects.items()}
        self.log = []
        self.aip = self._value(0x82, "2000")
        self.static = self._static()
        self._records = None

    def _value(self, tag, default):
        value = self.objects.get(tag, default)
        return bytes.fromhex(value) if isinstance(value, str) else value

    def _all(self, pairs):
        """The objects of an answer, those replaced that the test has replaced."""
        found = [(tag, self._value(tag, default)) for tag, default in pairs]
        return b"".join([tlv(tag, value) for tag, value in found if value is not None])

    def _static(self):
        return self._all(((0x5A, self.pan), (0x5F24, "291231"), (0x5F34, "01"), (0x9F4A, "82")))

    def chain(self):
        """The records that hold the certificates."""
        issuer, rest = _certificate(
            _CA, b"\x02" + bytes.fromhex(self.pan[:8]) + b"\x12\x30\x00\x00\x07", _ISSUER
        )
        number = bytes.fromhex(self.pan + "F" * (20 - len(self.pan)))
        icc, icc_rest = _certificate(
            _ISSUER, b"\x04" + number + b"\x12\x29\x00\x00\x01", _ICC, self.static, self.aip
        )
        first = self._all(((0x8F, _CA_INDEX), (0x9F32, "03"), (0x92, rest), (0x90, issuer)))
        return first, self._all(((0x9F47, "03"), (0x9F48, icc_rest), (0x9F46, icc)))

    def sign_dynamic(self, data, *hashed_too):
        """Signed dynamic application data (9F4B) over `data`."""
        return sign(_ICC, b"\x05\x01" + bytes((len(data),)) + data, *hashed_too)

    def __call__(self, command):
        command = bytes(command)
        self.log.append(command)
        return {
            0xA4: self.select,
            0xA8: self.options,
            0xB2: self.record,
            0xAE: self.generate,
        }.get(command[1], self.unknown)(command)

    def unknown(self, command):
        return b"\x6d\x00"

    def generate(self, command):
        return b"\x6d\x00"

    def select(self, command):
        name = command[5 : 5 + command[4]]
        if name == b"2PAY.SYS.DDF01":
            entry = tlv(0x61, tlv(0x4F, self.aid) + tlv(0x87, b"\x01"))
            inside = tlv(0xA5, tlv(0xBF0C, entry))
        elif name == self.aid:
            inside = tlv(0xA5, self._all(((0x50, b"TEST CARD"), (0x9F38, self.PDOL))))
        else:
            return b"\x6a\x82"
        return tlv(0x6F, tlv(0x84, name) + inside) + b"\x90\x00"

    def options(self, command):
        data = command[7:-1]  # behind 83 and its length
        amount, currency, unpredictable = data[4:10], data[23:25], data[29:33]
        qualifiers = self.objects.get(0x9F6C) or "0000"
        related = self._value(0x9F69, self.RELATED + qualifiers) or b""
        signed = self.sign_dynamic(b"\x02\x00\x01", unpredictable, amount, currency, related)
        track = self.pan + "D2912" + "2010000000000"
        answer = (
            (0x82, self.aip),
            (0x94, "08010301"),
            (0x57, track + "F" * (len(track) % 2)),
            (0x9F02, None),  # no business of a card: for the test that says so
            (0x9F66, None),
            (0x9F27, None),
            (0x9F36, "0001"),
            (0x9F26, "0102030405060708"),
            (0x9F10, "07010103" + "%02X" % (self.cid >> 2) + "000001"),
            (0x9F4B, signed),
            (0x9F69, related or None),
            (0x9F6C, "0000"),
        )
        return tlv(0x77, self._all(answer)) + b"\x90\x00"

    def record(self, command):
        if self._records is None:
            self._records = (self.static,) + self.chain()
        return tlv(0x70, self._records[command[2] - 1]) + b"\x90\x00"


class ChipCard(Card):
    """An M/Chip card: it answers GENERATE AC with the lesser of `cid` and what it is asked for.

    `relay`: (minimum, maximum, transmission time) if it does relay resistance.
    """

    PDOL = "9F40059F1A02"
    CDOL1 = "9F02069F03069F1A0295055F2A029A039C019F37049F35019F34039F3303"

    def __init__(self, aid="A0000000041010", pan="5413330089020011", cid=0x40, relay=None, **more):
        self.relay = relay
        self.cdol_data = self.pdol_data = self.answer = self.entropy = None
        self.torn = False
        more.setdefault("t82", "1981" if relay else "1980")
        super().__init__(aid, pan, cid, **more)

    def __call__(self, command):
        if command[1] in (0xEA, 0xD0):
            self.log.append(bytes(command))
            return self.exchange_relay(command) if command[1] == 0xEA else self.recover(command)
        return super().__call__(command)

    def _static(self):
        track = self.pan + "D2912" + "2010000000000"
        return self._all(
            (
                (0x57, track + "F" * (len(track) % 2)),
                (0x5A, self.pan),
                (0x5F24, "291231"),
                (0x5F25, "250101"),
                (0x5F28, "0156"),
                (0x5F34, "01"),
                (0x8C, self.CDOL1),
                (0x8E, "00000000000000001F03"),
                (0x9F07, "FF00"),
                (0x9F08, "0002"),
                (0x9F0D, "0000000000"),
                (0x9F0E, "0000000000"),
                (0x9F0F, "0000000000"),
                (0x9F42, "0156"),
                (0x9F4A, "82"),
                (0x9F51, "9F3704"),
            )
        )

    def options(self, command):
        self.pdol_data = command[7:-1]
        answer = self._all(((0x82, self.aip), (0x94, "08010100" + "10010301")))
        return tlv(0x77, answer) + b"\x90\x00"

    def exchange_relay(self, command):
        self.entropy = command[5:9]
        times = b"".join([n.to_bytes(2, "big") for n in self.relay])
        self.relay_data = b"\x0d\x0e\x0f\x10" + times
        return b"\x80\x0a" + self.relay_data + b"\x90\x00"

    def shown(self):
        """What stands in the answer beside the cryptogram."""
        return (0x9F10, "0110A00003220000"), (0xDF4B, None)

    def generate(self, command):
        self.cdol_data = command[5:-1]
        asked = command[2] & 0xC0
        kind = 0x00 if 0x00 in (asked, self.cid) else 0x80 if 0x80 in (asked, self.cid) else 0x40
        plain = ((0x9F27, bytes((kind,))), (0x9F36, "0102")) + self.shown()
        if command[2] & 0x10:
            self.answer = self._signed(plain, kind)
        else:
            self.answer = plain + ((0x9F26, "1122334455667788"),)
        return None if self.torn else self.last()

    def _signed(self, plain, kind):
        values = self.pdol_data + self.cdol_data + self._all(plain)
        digest = hashlib.sha1(values).digest()
        data = b"\x08RANDOM08" + bytes((kind,)) + bytes.fromhex("8877665544332211") + digest
        if self.entropy:
            data += self.entropy + self.relay_data
        unpredictable = self.cdol_data[25:29]
        return plain[:2] + ((0x9F4B, self.sign_dynamic(data, unpredictable)),) + plain[2:]

    def last(self):
        """The answer to GENERATE AC, and to RECOVER AC after it."""
        return tlv(0x77, self._all(self.answer)) + b"\x90\x00"

    def recover(self, command):
        return self.last() if self.answer else b"\x69\x85"


class SpeedyCard(ChipCard):
    """A JCB card in EMV mode; t9F50 is how it wants its holder verified."""

    PDOL = "9F52019F5303"
    CDOL1 = ChipCard.CDOL1 + "9F5303"

    def __init__(self, aid="A0000000651010", pan="3530111333300000", cid=0x40, **more):
        super().__init__(aid, pan, cid, **more)

    def _static(self):
        return super()._static() + self._all(((0x9F57, None),))

    def options(self, command):
        self.pdol_data = command[7:-1]
        answer = self._all(((0x82, self.aip), (0x94, "10010301")))
        return tlv(0x77, answer) + b"\x90\x00"

    def shown(self):
        return (0x9F10, "07010103900000"), (0x9F50, "00")
