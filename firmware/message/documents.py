"""Signed documents of the acquirer on the wire: versions held and offered, and chunks of one.

DE 63.15 and 63.16 of docs/protocol.md. Numbers are big endian.
"""

from message import codec
from message import fields as f

# Kinds of documents, and the network code that asks for each.
PARAMETERS = 1
NOTICES = 2
KINDS = (PARAMETERS, NOTICES)
_CODES = {PARAMETERS: "360", NOTICES: "372"}

# Why a document was refused.
WRONG_SIGNATURE = 1
OLDER = 2
FOR_ANOTHER = 3
UNKNOWN_FIELD = 4
WRONG_VALUE = 5
NO_DOCUMENT = 6
NOT_STORED = 7
TOO_LONG = 8
REASONS = {
    WRONG_SIGNATURE: "wrong signature",
    OLDER: "not newer than the one in use",
    FOR_ANOTHER: "for another terminal",
    UNKNOWN_FIELD: "unknown field",
    WRONG_VALUE: "value missing or out of range",
    NO_DOCUMENT: "not a document of this kind",
    NOT_STORED: "the file system cannot keep it",
    TOO_LONG: "longer than 4,096 bytes",
}
LONGEST_BYTES = 4096  # of a document with its signature
_LONGEST_FIELD = 40

_HEAD_BYTES = 8  # of a chunk: version u32, length of the whole u16, offset u16


class Refused(Exception):
    """A document that is not taken; the text is for people."""

    def __init__(self, code, field=""):
        self.code = code
        self.field = field[:_LONGEST_FIELD]
        super().__init__(REASONS[code] + (": " + self.field if field else ""))


def held(versions, refused=None):
    """63.15 of a request. `refused`: (kind, version, Refused) of the last one, or None."""
    value = b"".join([versions[kind].to_bytes(4, "big") for kind in KINDS])
    if refused:
        kind, version, why = refused
        value += bytes((kind,)) + version.to_bytes(4, "big") + bytes((why.code,))
        value += why.field.encode()
    return (f.PARAMETER_VERSION, value)


def offered(reply):
    """{kind: newest version}; 0 where the host has none for this terminal."""
    raw = reply.private.get(f.PARAMETER_VERSION, b"")
    return {kind: int.from_bytes(raw[4 * i : 4 * i + 4], "big") for i, kind in enumerate(KINDS)}


def request(messages, coming, batch, holding):
    """-> (key, bytes, nonce) of the 0800 that asks for the next chunk. `holding`: DE 63.05.

    `coming` has kind, version, and data: what has come so far. If the host's newest version is
    another one, it answers with the beginning of that.
    """
    wanted = coming.version.to_bytes(4, "big") + len(coming.data).to_bytes(2, "big")
    return messages.network(_CODES[coming.kind], batch, holding, [(f.PARAMETER_CHUNK, wanted)])


def chunk(reply):
    """-> (version, length of the whole document, offset, bytes), or None: it has none.

    Raises BadMessage.
    """
    raw = reply.private.get(f.PARAMETER_CHUNK)
    if raw is None:
        return None
    if len(raw) <= _HEAD_BYTES:
        raise codec.BadMessage("an empty chunk")
    numbers = [int.from_bytes(raw[a:b], "big") for a, b in ((0, 4), (4, 6), (6, 8))]
    return numbers[0], numbers[1], numbers[2], raw[_HEAD_BYTES:]
