"""The message that gives money back: a void or a refund (docs/protocol.md)."""

from message import fields as f

_NO_NETWORK_CODE = "000"


def build(messages, mti, given, held):
    """-> (key, bytes) of 0220 or its repeat 0221. `given`: a Sale that has an `original`.

    It names the original and nothing of the card: whose money it is, the host knows.
    """
    identity, number, how = given.original
    fields, private = messages.financial(given)
    fields[3] = "200000"
    fields[22] = "0002"  # no card is read for it
    fields[60] = how + "%06d" % given.batch + _NO_NETWORK_CODE
    private.append((f.ORIGINAL, identity + number.to_bytes(4, "big")))
    return (mti[:2], fields[11]), messages.pack(mti, given.number, fields, private, held)
