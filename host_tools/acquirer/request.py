"""A request before the database is asked: its keys, its MAC, its format and its card."""

from dataclasses import dataclass
from typing import Any

from host_tools.acquirer import card, dukpt, fields, totals
from host_tools.acquirer.card import Card, PayCode
from host_tools.acquirer.keys import HostKeys
from host_tools.acquirer.wire import Message

_FIRST_SENDING = {
    "0201": "0200",
    "0221": "0220",
    "0321": "0320",
    # An advice of a reversal is one, whoever has decided it.
    **dict.fromkeys(("0401", "0420", "0421"), "0400"),
}
_MOST_STAN = 999_999
CURRENCY = "156"
# How to read who pays.
_READERS = {
    "0200": card.read,
    "0220": card.read,
    fields.DEFERRED: card.read,
    fields.PAY_CODE: card.read_code,
}


@dataclass(frozen=True)
class Request:
    """A message with everything about it that needs no database.

    `mti` is that of the first sending; `certificate` the fingerprint of the connection's client
    certificate; `challenge` what this process asks its sender with (restore.py); `fault` says why
    it can only be refused as ill-formed.
    """

    message: Message
    mti: str
    keys: dukpt.TransactionKeys
    certificate: str
    authentic: bool
    fault: str
    card: Card | PayCode | None
    challenge: bytes

    @property
    def form(self) -> str:
        """What it asks for: its `mti`, or fields.RETURN, PAY_CODE or DEFERRED."""
        return _form(self.message, self.mti)

    def field(self, number: int) -> str:
        return self.message.fields[str(number)]

    @property
    def amount_fen(self) -> int:
        return int(self.field(4))

    @property
    def batch(self) -> str:
        return self.field(60)[2:8]

    @property
    def transaction_id(self) -> str:
        return self.message.private[fields.TRANSACTION_ID].hex()

    @property
    def original(self) -> tuple[str, int] | None:
        """Of a return: transaction id and number of the sale that it gives back."""
        raw = self.message.private.get(fields.ORIGINAL)
        return (raw[:16].hex(), int.from_bytes(raw[16:], "big")) if raw else None

    @property
    def type(self) -> str:
        """The first two digits of DE 60: 22 sale, 27 pay code, 30 offline, 36 deferred, 23 void,
        25 refund."""
        return self.field(60)[:2]

    @property
    def capture_time(self) -> dict[str, Any]:
        """When the terminal's clock said it was, and whether that clock was trusted."""
        raw = self.message.private[fields.CAPTURE_TIME].hex()
        return {"captured_at": raw[:14], "clock_trusted": int(raw[14:])}

    @property
    def sender(self) -> str:
        """Who this is from, for people; an unproven name is not taken."""
        if not self.authentic:
            return f"certificate {self.certificate[:16]}"
        return f"{self.field(41)} {self.message.key_id.hex()}"

    def key(self, kind: str) -> dict[str, str | int]:
        """The business key of this request, or of the other class for the same sale."""
        return {
            "merchant_id": self.field(42),
            "terminal_id": self.field(41),
            "key_id": self.message.key_id.hex(),
            "batch": self.batch,
            "stan": self.field(11),
            "counter": self.message.counter,
            "kind": kind,
        }


def prepare(message: Message, certificate: str, challenge: bytes, host_keys: HostKeys) -> Request:
    """Authenticates a message, checks its format and reads its card."""
    mti = _FIRST_SENDING.get(message.mti, message.mti)
    keys = host_keys.transaction(message.key_id, message.counter)
    authentic = message.mac_is_right(keys.working_key(dukpt.MAC_REQUEST))
    fault, found = message.fault or _fault(message), None
    read = _READERS.get(_form(message, mti))
    if authentic and not fault and read:
        try:
            found = read(message.fields, keys.working_key(dukpt.DATA_ENCRYPTION))
        except card.BadCardData as error:
            fault = str(error)
    return Request(message, mti, keys, certificate, authentic, fault, found, challenge)


def _form(message: Message, mti: str) -> str:
    return fields.form(mti, message.fields.get("3", ""), message.fields.get("60", ""))


def _fault(message: Message) -> str:
    """What makes a decoded message ill-formed; "" for a good one."""
    form = _form(message, message.mti)
    missing = fields.REQUIRED[form] - message.fields.keys()
    unknown_tags = fields.REQUIRED_PRIVATE[form] - message.private.keys()
    if missing or unknown_tags:
        tags = [f"63.{tag:02X}" for tag in sorted(unknown_tags)]
        return "missing: DE " + ", ".join(sorted(missing, key=int) + tags)
    for tag, length_bytes in fields.PRIVATE_BYTES.items():
        if len(message.private.get(tag, bytes(length_bytes))) != length_bytes:
            return f"DE 63.{tag:02X} has the wrong length"
    batch = message.fields["60"]
    if len(batch) != 11 or not batch.isdigit() or batch[:2] not in fields.BATCH_TYPES[form]:
        return "DE 60 does not fit the message type"
    mti = _FIRST_SENDING.get(message.mti, message.mti)
    ill = totals.fault(mti, message.private, fields.TOTALS, fields.LIST)
    return ill or _number_fault(message, form)


def _number_fault(message: Message, form: str) -> str:
    """Sequence number, DUKPT counter and STAN of a sale are one number."""
    counter = message.counter
    if message.mti in fields.MANAGEMENT:
        return "" if counter == 0 else "only what is about one sale has a counter"
    said = (message.fields["3"], message.fields["49"])
    if said != (fields.PROCESSING_CODE[form], CURRENCY):
        return "not a sale in the currency of this host"
    if not int(message.fields["4"]):
        return "DE 4 is zero"
    if not counter or not dukpt.counter_is_usable(counter):
        return "DE 53 has a counter that is not used"
    if int(message.fields["11"]) != (counter - 1) % _MOST_STAN + 1:
        return "DE 11 does not follow from DE 53"
    captured = message.private[fields.CAPTURE_TIME].hex()
    return "" if captured.isdigit() and captured[14:] in ("00", "01") else "DE 63.04 is no time"
