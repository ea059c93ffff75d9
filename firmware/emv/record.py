"""A card session written down for `tapstone emv replay`, without what belongs to the card's holder.

Card numbers keep their first six and last four digits wherever they stand, other private objects
become zeros, and of an answer that does not parse only the status is kept.
"""

from micropython import const

from . import tlv

_MAX_DEPTH = const(5)  # of templates: one more than the kernels read
_SHORTEST_NUMBER = const(12)  # digits of a card number
_NUMBER = 0x5A
_TRACK_2 = (0x57, 0x9F6B)
# Zeroed whole: track 1, holder's name, discretionary data, account reference, and the certificate
# out of which anybody reads the number.
_PRIVATE = (0x56, 0x5F20, 0x9F0B, 0x9F1F, 0x9F20, 0x9F24, 0x9F46)


def recorded(transaction, tell):
    """The same generator as `transaction`; at its end the session goes to tell(text), line by line.

    The lines together are one JSON document of the format emv-cases/session/1.
    """
    exchanges, answer = [], None
    while True:
        try:
            step = transaction.send(answer)
        except StopIteration as end:
            _tell(exchanges, tell)
            return end.value
        answer = yield step
        if not isinstance(step, int):
            exchanges.append((bytes(step), bytearray(answer or b"")))


def _tell(exchanges, tell):
    numbers = set()
    known = [(command, _hidden(reply, numbers)) for command, reply in exchanges]
    tell('{"format": "emv-cases/session/1", "id": "recorded", "apdus": [')
    for at, (command, reply) in enumerate(known, 1):
        pair = _masked(command, numbers), _masked(reply, numbers)
        tell('["%s", "%s"]%s' % (pair + ("," if at < len(known) else "",)))
    tell("]}")


def _hidden(reply, numbers):
    """The reply (a bytearray) without private objects; its status alone if it does not parse."""
    try:
        _hide(memoryview(reply)[:-2], numbers)
    except tlv.TlvError:
        return reply[-2:]
    return reply


def _hide(data, numbers, depth=_MAX_DEPTH):
    """Overwrites private objects where they stand; card numbers go into the set, as digits."""
    if depth == 0:
        raise tlv.TlvError("nesting")
    for tag, value in tlv.objects(data):
        if _is_template(tag):
            _hide(value, numbers, depth - 1)
        elif tag == _NUMBER:
            _hide_number(value, "f", numbers)
        elif tag in _TRACK_2:
            _hide_number(value, "d", numbers)
        elif tag in _PRIVATE:
            value[:] = bytes(len(value))


def _hide_number(value, end, numbers):
    """Notes the digits before `end`; behind it only expiry and service code may stay."""
    number, separator, rest = value.hex().partition(end)
    if len(number) < _SHORTEST_NUMBER:
        value[:] = bytes(len(value))
        return
    numbers.add(number)
    if end == "d":
        value[:] = bytes.fromhex(number + separator + rest[:7] + "0" * len(rest[7:]))


def _is_template(tag):
    while tag > 0xFF:
        tag >>= 8
    return tag & 0x20


def _masked(data, numbers):
    """In hex, with every card number cut down wherever it stands: a card may ask for its own."""
    text = data.hex()
    for number in numbers:
        text = text.replace(number, number[:6] + "0" * (len(number) - 10) + number[-4:])
    return text.upper()
