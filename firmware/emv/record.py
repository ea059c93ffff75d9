"""A card session written down for `tapstone emv replay`, without what belongs to the card's holder.

Card numbers keep their first six and last four digits wherever they stand, other private objects
become zeros, and of an answer that does not parse only the status is kept.
"""

from . import tlv

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
            exchanges.append((bytes(step), b"" if answer is None else bytes(answer)))


def _tell(exchanges, tell):
    hidden = {}
    known = [(command, _readable(reply, hidden)) for command, reply in exchanges]
    lines = ['["%s", "%s"]' % tuple([_masked(part, hidden) for part in pair]) for pair in known]
    tell('{"format": "emv-cases/session/1", "id": "recorded", "apdus": [')
    for number, line in enumerate(lines, 1):
        tell(line + ("," if number < len(lines) else ""))
    tell("]}")


def _readable(reply, hidden):
    """The reply, its private parts noted in `hidden`; its status alone if it does not parse."""
    try:
        _note(reply[:-2], hidden)
    except tlv.TlvError:
        return reply[-2:]
    return reply


def _note(data, hidden):
    """Puts what must not be shown into the dict: digits in hex to what stands in their place."""
    for tag, value in tlv.objects(data):
        digits = value.hex()
        first = tag
        while first > 0xFF:
            first >>= 8
        if first & 0x20:
            _note(value, hidden)
        elif tag == _NUMBER:
            _note_number(digits.rstrip("f"), hidden)
        elif tag in _TRACK_2:
            number, separator, rest = digits.partition("d")
            _note_number(number, hidden)
            hidden[separator + rest] = separator + rest[:7] + "0" * len(rest[7:])
        elif tag in _PRIVATE:
            hidden[digits] = "0" * len(digits)


def _note_number(number, hidden):
    hidden[number] = number[:6] + "0" * (len(number) - 10) + number[-4:]


def _masked(data, hidden):
    text = data.hex()
    for digits, shown in hidden.items():
        if digits:
            text = text.replace(digits, shown)
    return text.upper()
