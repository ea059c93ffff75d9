"""The message that asks for a payment by a code on the customer's phone (docs/protocol.md)."""

from message.host import NO_NETWORK_CODE, type_of


def with_code(messages, sale):
    """-> (fields, private) of a message that carries the code."""
    fields, private = messages.financial(sale)
    fields[60] = type_of(sale) + "%06d" % sale.batch + NO_NETWORK_CODE
    fields[62] = sale.card_data
    return fields, private


def request(messages, mti, sale, held):
    """-> (key, bytes) of 0200, or 0201 that asks for the same again."""
    fields, private = with_code(messages, sale)
    return (mti[:2], fields[11]), messages.pack(mti, sale.number, fields, private, held)
