"""A host restored from a backup: how it is found out, and the messages that tell it once more."""

from micropython import const

from message import fields as f
from message.pay_code import with_code

_ONLINE_SALE = "22"
_NUMBER_BYTES, _CHALLENGE_BYTES = const(4), const(8)


def acknowledged(number, beyond, reference):
    """How far the host has acknowledged: all up to `number`, so many `beyond` it, and, where it is
    known, the reference of what it recorded last: a host that does not find that has forgotten."""
    said = number.to_bytes(_NUMBER_BYTES, "big") + beyond.to_bytes(2, "big")
    return f.ACKNOWLEDGED, said + reference.encode()


def told_again(first, challenge, missing):
    """All from the number `first` on was told once more, as was asked with this challenge, but so
    many sales that are not kept."""
    said = first.to_bytes(_NUMBER_BYTES, "big") + missing.to_bytes(2, "big")
    return f.AGAIN_FROM, said + challenge


def wanted_from(reply):
    """(the number from which on the host wants to be told once more, its challenge), or None."""
    raw = reply.private.get(f.AGAIN_FROM, b"")
    if len(raw) != _NUMBER_BYTES + _CHALLENGE_BYTES:
        return None
    return int.from_bytes(raw[:_NUMBER_BYTES], "big"), raw[_NUMBER_BYTES:]


def posted(messages, mti, sale, held):
    """-> (key, bytes) of 0201: an online sale that the host had posted, with its own proof."""
    if sale.pay_code:
        fields, private = with_code(messages, sale)
    else:
        fields, private = messages.with_card(sale, _ONLINE_SALE)
    return with_proof(messages, mti, sale, fields, private, held)


def with_proof(messages, mti, sale, fields, private, held):
    """The message of these parts, with what the host had answered to it."""
    reference, approval, _ = sale.answer
    fields[37] = "{:<12}".format(reference)
    if approval:
        fields[38] = "{:<6}".format(approval)
    private.append((f.PROOF, sale.proof))
    return messages.finished(mti, sale, fields, private, held)
