"""Voids and refunds at the model host, after docs/protocol.md."""

from micropython import const

CODE = "200000"  # DE 3
ORIGINAL = const(13)  # DE 63

_POSTED = b"\1"


def give_back(host, row, request):
    """-> response code, always with a token. All that it does is one commit."""
    private = request[2]
    identity, number = private[ORIGINAL][:16], int.from_bytes(private[ORIGINAL][16:], "big")
    original = host.row_of(identity)
    if original is None or original.counter != number:
        return "25"
    if not original.posted:  # declined, reversed, or a return itself
        return "12"
    if original.returned_fen + row.amount_fen > original.amount_fen:
        return "13"
    original.returned_fen += row.amount_fen
    host.issuer.give_back(row, original)
    row.posting = _POSTED
    return "00"
