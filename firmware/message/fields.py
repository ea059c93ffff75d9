"""The field table of `docs/protocol.md`: data element -> (format, length, prefix).

Formats: NUMERIC is packed BCD (values are digit strings), TEXT is ASCII (str), BINARY is bytes.
`length` counts digits, characters or bytes; with a prefix it is the most that is allowed.
`prefix` is the number of packed BCD bytes in front that count what follows (0: fixed length).
"""

from micropython import const

NUMERIC = const(0)
TEXT = const(1)
BINARY = const(2)

MAC_FIELD = const(64)

FIELDS = {
    3: (NUMERIC, 6, 0),  # processing code
    4: (NUMERIC, 12, 0),  # amount
    7: (NUMERIC, 10, 0),  # transmission time
    11: (NUMERIC, 6, 0),  # STAN
    12: (NUMERIC, 6, 0),  # local time
    13: (NUMERIC, 4, 0),  # local date
    22: (NUMERIC, 4, 0),  # entry mode
    23: (NUMERIC, 4, 0),  # card sequence number
    25: (NUMERIC, 2, 0),  # condition code
    37: (TEXT, 12, 0),  # RRN
    38: (TEXT, 6, 0),  # approval code
    39: (TEXT, 2, 0),  # response code
    41: (TEXT, 8, 0),  # terminal id
    42: (TEXT, 15, 0),  # merchant id
    49: (TEXT, 3, 0),  # currency
    53: (BINARY, 12, 1),  # key serial number
    55: (BINARY, 510, 2),  # chip data
    60: (TEXT, 11, 2),  # batch
    62: (BINARY, 64, 2),  # card data, encrypted
    63: (BINARY, 510, 2),  # private data
    MAC_FIELD: (BINARY, 8, 0),
}

# Private data, DE 63.
TRANSACTION_ID = const(0x01)
RECEIPT_TOKEN = const(0x03)
CAPTURE_TIME = const(0x04)
HELD = const(0x05)
NONCE = const(0x06)
HOST_TIME = const(0x07)
TEXT_ZH = const(0x09)
TEXT_EN = const(0x0A)
PROOF = const(0x0B)
POSTING = const(0x0C)
ORIGINAL = const(0x0D)
DEFERRED = const(0x0E)
ACKNOWLEDGED = const(0x0F)
STATUS = const(0x10)
AGAIN_FROM = const(0x11)
TOTALS = const(0x12)
LIST = const(0x13)
DIFFERENCES = const(0x14)
PARAMETER_VERSION = const(0x15)
PARAMETER_CHUNK = const(0x16)
QR_STATE = const(0x18)
BUSINESS_DATE = const(0x19)
PADDING = const(0x1A)
LOSS = const(0x1B)
RELEASE = const(0x1C)
