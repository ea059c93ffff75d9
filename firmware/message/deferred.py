"""The request for a sale that was stored with neither card nor bank having approved it
(docs/protocol.md): the bank decides when it comes."""

from message import again
from message import fields as f
from message.host import REASON_OTHER

_TYPE = "36"
_NO_LINE = b"\1"  # why it was not asked when the card was here


def build(messages, mti, sale, held):
    """-> (key, bytes) of 0200 or its repeat 0201, with the card's ARQC."""
    fields, private = _parts(messages, sale)
    return messages.finished(mti, sale, fields, private, held)


def granted(messages, mti, sale, held):
    """-> (key, bytes) of 0201: one that the host has approved before, with its own proof."""
    fields, private = _parts(messages, sale)
    return again.with_proof(messages, mti, sale, fields, private, held)


def called_off(messages, mti, sale, held):
    """-> (key, bytes) of 0420 or its repeat 0421: the merchant has taken it back."""
    return messages.reversal(mti, sale, REASON_OTHER, held, _TYPE)


def _parts(messages, sale):
    fields, private = messages.with_card(sale, _TYPE)
    private.append((f.DEFERRED, _NO_LINE))
    return fields, private
