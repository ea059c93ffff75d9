"""The field table of `docs/protocol.md` for pyiso8583, and what each request must carry."""

from typing import Any

# DE 63, private data.
TRANSACTION_ID = 0x01
RECEIPT_TOKEN = 0x03
CAPTURE_TIME = 0x04
HELD = 0x05
NONCE = 0x06
HOST_TIME = 0x07
TEXT_ZH = 0x09
TEXT_EN = 0x0A
PROOF = 0x0B
POSTING = 0x0C
ORIGINAL = 0x0D
DEFERRED_FLAG = 0x0E
ACKNOWLEDGED = 0x0F
STATUS = 0x10
AGAIN_FROM = 0x11
TOTALS = 0x12
LIST = 0x13
DIFFERENCES = 0x14
DOCUMENT_VERSIONS = 0x15
DOCUMENT_CHUNK = 0x16
QR_STATE = 0x18
BUSINESS_DATE = 0x19
PADDING = 0x1A
LOSS = 0x1B
RELEASE = 0x1C

PRIVATE_BYTES = {
    TRANSACTION_ID: 16,
    CAPTURE_TIME: 8,
    HELD: 8,
    NONCE: 16,
    ORIGINAL: 20,
    DEFERRED_FLAG: 1,
}

NUMERIC = ("3", "4", "7", "11", "12", "13", "22", "23", "25")
MAC = "64"


def _fixed(encoding: str, length_bytes: int) -> dict[str, Any]:
    return {"data_enc": encoding, "len_enc": "bcd", "len_type": 0, "max_len": length_bytes}


def _counted(encoding: str, prefix_bytes: int, most_bytes: int) -> dict[str, Any]:
    return {
        "data_enc": encoding,
        "len_enc": "bcd",
        "len_type": prefix_bytes,
        "max_len": most_bytes,
    }


# A field that this protocol does not have is longer than any frame, so that pyiso8583 reports it
# in its own way, with all fields before it: enough to answer "format error" instead of nothing.
_UNKNOWN = _fixed("b", 4096)

SPEC: dict[str, dict[str, Any]] = {
    **{str(number): _UNKNOWN for number in range(1, 193)},
    "h": _fixed("b", 0),
    "t": _fixed("b", 2),
    "p": _fixed("b", 8),
    "1": _fixed("b", 8),
    "3": _fixed("b", 3),
    "4": _fixed("b", 6),
    "7": _fixed("b", 5),
    "11": _fixed("b", 3),
    "12": _fixed("b", 3),
    "13": _fixed("b", 2),
    "22": _fixed("b", 2),
    "23": _fixed("b", 2),
    "25": _fixed("b", 1),
    "37": _fixed("ascii", 12),
    "38": _fixed("ascii", 6),
    "39": _fixed("ascii", 2),
    "41": _fixed("ascii", 8),
    "42": _fixed("ascii", 15),
    "49": _fixed("ascii", 3),
    "53": _counted("b", 1, 12),
    "55": _counted("b", 2, 510),
    "60": _counted("ascii", 2, 11),
    "62": _counted("b", 2, 64),
    "63": _counted("b", 2, 510),
    MAC: _fixed("b", 8),
}

REPLY_TO = {
    "0800": "0810",
    "0200": "0210",
    "0201": "0210",
    "0220": "0230",
    "0221": "0230",
    "0400": "0410",
    "0401": "0410",
    "0420": "0430",
    "0421": "0430",
    "0500": "0510",
    "0320": "0330",
    "0321": "0330",
}

# Not about one sale: these use DUKPT counter 0.
MANAGEMENT = ("0800", "0500", "0320", "0321")

# A return is an advice, told apart by its processing code.
RETURN = "return"
_SALE_CODE, _RETURN_CODE = "000000", "200000"
# A sale by pay code is told apart by its type in DE 60.
PAY_CODE = "pay code"
# So is a sale that was stored with neither card nor bank having approved it.
DEFERRED = "deferred"

_NETWORK = {"7", "11", "41", "42", "53", "60", "63", MAC}
_COMMON = _NETWORK | {"3", "4", "12", "13", "22", "25", "49"}
_SALE = _COMMON | {"23", "55", "62"}
_REVERSAL = _COMMON | {"39"}

REQUIRED = {
    "0200": _SALE,
    "0201": _SALE | {"37", "38"},
    "0220": _SALE,
    "0221": _SALE,
    "0400": _REVERSAL,
    "0401": _REVERSAL,
    "0420": _REVERSAL,
    "0421": _REVERSAL,
    **dict.fromkeys(MANAGEMENT, _NETWORK),
    RETURN: _COMMON,
    PAY_CODE: _COMMON | {"62"},
    DEFERRED: _SALE,
}

_FINANCIAL_PRIVATE = {TRANSACTION_ID, CAPTURE_TIME, HELD}
_OF_A_LIST = {TRANSACTION_ID, HELD, LIST}
REQUIRED_PRIVATE = {
    **dict.fromkeys(REQUIRED, _FINANCIAL_PRIVATE),
    "0800": {NONCE, HELD},
    "0201": _FINANCIAL_PRIVATE | {PROOF},
    "0500": {TRANSACTION_ID, HELD, TOTALS},
    "0320": _OF_A_LIST,
    "0321": _OF_A_LIST,
    RETURN: _FINANCIAL_PRIVATE | {ORIGINAL},
    DEFERRED: _FINANCIAL_PRIVATE | {DEFERRED_FLAG},
}

# DE 60: the type digits that a request may carry.
VOID, REFUND = "23", "25"
_BY_CODE = "27"
_DEFERRED = "36"
BATCH_TYPES = {
    **dict.fromkeys(MANAGEMENT, ("00",)),
    "0200": ("22",),
    "0201": ("22",),
    "0220": ("30",),
    "0221": ("30",),
    "0400": ("22", _BY_CODE),
    "0401": ("22", _BY_CODE),
    RETURN: (VOID, REFUND),
    PAY_CODE: (_BY_CODE,),
    DEFERRED: (_DEFERRED,),
    "0420": (_DEFERRED,),
    "0421": (_DEFERRED,),
}

# DE 3 of a financial request.
PROCESSING_CODE = {**dict.fromkeys(REQUIRED, _SALE_CODE), RETURN: _RETURN_CODE}

ECHOED = ("3", "4", "11", "12", "13", "41", "42", "49", "53", "60")


def form(mti: str, processing_code: str, batch: str) -> str:
    """What these tables are asked for: the message type, or RETURN, PAY_CODE or DEFERRED.

    `batch`: DE 60.
    """
    if mti in ("0220", "0221") and processing_code == _RETURN_CODE:
        return RETURN
    if mti in ("0200", "0201") and batch.startswith(_BY_CODE):
        return PAY_CODE
    if mti in ("0200", "0201") and batch.startswith(_DEFERRED):
        return DEFERRED
    return mti
