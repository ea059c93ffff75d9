"""What a transaction is asked for, what it ends with, and the marks it yields on the way."""

from micropython import const

# Yielded between APDUs, which are bytes; answered with send(None).
COMMIT = const(1)  # the next APDU cannot be taken back: make the intent durable first
CARD_DONE = const(2)  # the card may leave the field; what follows needs no card

# Outcome.result
APPROVED = const(1)  # by the card, offline, authenticated: nobody else needs to be asked
ONLINE = const(2)  # the issuer decides
DECLINED = const(3)
TRY_AGAIN = const(4)  # the same card, presented again
OTHER_CARD = const(5)  # this card, or this interface of it, will not do
SEE_PHONE = const(6)  # the customer has something to do on the phone, then presents it again
SELECT_NEXT = const(7)  # between kernel and entry point only: the card's next application

# Outcome.cvm
NO_CVM = const(0)
SIGNATURE = const(1)
ONLINE_PIN = const(2)
DEVICE = const(3)  # the customer's phone or watch has verified its owner

# Outcome.oda: offline data authentication
NOT_DONE = const(0)
OK = const(1)
FAILED = const(2)

# Every Outcome.reason there is.
REASONS = (
    "offline_approved",
    "online_needed",
    "card_declined",  # the card said no
    "card_blocked",  # on our hotlist
    "card_expired",
    "usage_not_allowed",  # the issuer does not allow this kind of payment here
    "oda_failed",  # the card could not prove that it is genuine
    "cvm_failed",  # the amount needs the holder to be verified, and no way was found
    "terminal_declined",  # terminal action analysis (kernels 2 and 5)
    "relay_suspected",  # the card answered too late to be this near (kernel 2)
    "card_lost",  # it left the field, or fell silent
    "card_error",  # it answered against the rules
    "card_not_supported",
    "amount_over_limit",
    "use_other_interface",
    "see_phone",
)


class Ended(Exception):
    """The transaction cannot go on. Carries a result and a reason, never a word from the card."""

    def __init__(self, result, reason):
        super().__init__(reason)
        self.result = result
        self.reason = reason


class Request:
    """One payment to make: `date` (yy, mm, dd), `time` (h, m, s), `unpredictable` 4 random bytes.

    `online_able`: the link is up, so an online cryptogram is preferred. `relay`: (ticks_us, random)
    for relay resistance (kernel 2), or None where the reader cannot time its exchanges.
    `other_fen`: the part of the amount that is cash back.
    Raises ValueError on what no card should be shown: an amount out of range, a clock that is off.
    """

    def __init__(
        self,
        amount_fen,
        currency,
        type,
        date,
        time,
        unpredictable,
        sequence,
        online_able,
        relay=None,
        other_fen=0,
    ):
        if not 0 <= amount_fen < 10**12:
            raise ValueError("amount_fen")
        if not 0 <= other_fen <= amount_fen:
            raise ValueError("other_fen")
        if not (0 <= date[0] < 100 and 1 <= date[1] <= 12 and 1 <= date[2] <= 31):
            raise ValueError("date")
        if len(unpredictable) != 4:
            raise ValueError("unpredictable")
        if len(currency) != 4 or not currency.isdigit():
            raise ValueError("currency")
        self.amount_fen = amount_fen
        self.other_fen = other_fen
        self.currency = currency
        self.type = type
        self.date = tuple(date)
        self.time = tuple(time)
        self.unpredictable = unpredictable
        self.sequence = sequence
        self.online_able = online_able
        self.relay = relay


class Outcome:
    """How it ended. `chip` maps tag to bytes: all that is worth forwarding."""

    def __init__(self, result, reason):
        self.result = result
        self.reason = reason
        self.cvm = NO_CVM
        self.oda = NOT_DONE
        self.aid = b""
        self.label = ""
        self.kernel = 0
        self.masked_pan = ""
        self.pan_hash = b""
        self.chip = {}
