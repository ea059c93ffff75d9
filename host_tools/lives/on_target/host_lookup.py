"""Status look-up at the model host: what became of one sale (docs/protocol.md)."""

from binascii import unhexlify

from micropython import const

ASKED = "401"  # network code in DE 60
STATUS = const(16)

_UNKNOWN, _POSTED, _DECLINED, _RETURNED = const(0), const(1), const(3), const(4)
_REFUSED, _WAITS = const(5), const(6)
_RECEIVED, _NO_DATE = unhexlify("20261122040506"), bytes(4)


def status(rows, identity):
    """DE 63.10 of a sale, by its row or by that of its reversal. `rows`: (transaction id, class of
    the message) -> Row."""
    sale, reversal = rows.get((identity, "2")), rows.get((identity, "4"))
    row = sale or reversal
    if row is None:
        return bytes((_UNKNOWN,)) + b"0" * 12 + bytes(17)
    said = bytes((_state(sale),)) + (row.fields[37] + row.fields[39]).encode()
    closed = b"\0" if row.settled is None else b"\1"
    return said + _RECEIVED + unhexlify(row.key[1]) + closed + _NO_DATE


def _state(sale):
    if sale is None:
        return _REFUSED
    if sale.confirms_ms is not None:
        return _WAITS
    if sale.fields[39] != "00":
        return _DECLINED
    return _POSTED if sale.posted else _RETURNED
