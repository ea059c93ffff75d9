"""The message that gives money back: a void or a refund (docs/protocol.md)."""

from message import fields as f


def build(messages, mti, given, held):
    """-> (key, bytes) of 0220 or its repeat 0221. `given`: a Sale that has an `original`.

    It names the original and nothing of the card: whose money it is, the host knows.
    """
    identity, number, how = given.original
    fields, private = messages.financial(given, how)
    fields[3] = "200000"
    fields[22] = "0002"  # no card is read for it
    private.append((f.ORIGINAL, identity + number.to_bytes(4, "big")))
    return messages.finished(mti, given, fields, private, held)
