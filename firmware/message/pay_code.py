"""The message that asks for a payment by a code on the customer's phone (docs/protocol.md)."""

from message.host import type_of


def with_code(messages, sale):
    """-> (fields, private) of a message that carries the code."""
    fields, private = messages.financial(sale, type_of(sale))
    fields[62] = sale.card_data
    return fields, private


def request(messages, mti, sale, held):
    """-> (key, bytes) of 0200, or 0201 that asks for the same again."""
    fields, private = with_code(messages, sale)
    return messages.finished(mti, sale, fields, private, held)
