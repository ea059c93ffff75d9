"""A reset that would lose something: the terminal says what, the host releases just that.

0800 with network code 381, DE 63.1B and 63.1C of docs/protocol.md. Numbers are big endian.
"""

from message import fields as f

_CODE = "381"

# What would be lost.
STORED = 1
IN_DOUBT = 2
FOR_PEOPLE = 3  # refused by the host, or unreadable
RETURNS = 4
UNSETTLED = 5  # posted, in a batch that is not settled


def statement(released, highest, losses):
    """-> bytes: sequence numbers up to `released` owe nothing, `highest` was used last; `losses`:
    [(what, count, sum in fen)]."""
    head = released.to_bytes(4, "big") + highest.to_bytes(4, "big")
    items = [
        bytes((what,)) + n.to_bytes(2, "big") + fen.to_bytes(6, "big") for what, n, fen in losses
    ]
    return head + b"".join(items)


def ask(messages, said, batch, held):
    """-> (key, bytes, nonce) of the question whether a reset may lose what `said` states."""
    return messages.network(_CODE, batch, held, [(f.LOSS, said)])


def is_released(reply, nonce, said, terminal_id, token_is_right):
    """Whether this is the host's release of just this loss, by this terminal, for this question.

    `token_is_right(said, token)` checks what only the host of this very incarnation can make.
    """
    if not reply.trusted or reply.nonce() != nonce or reply.code != "00":
        return False
    token = reply.private.get(f.RELEASE, b"")
    return token_is_right(b"\x08\x10" + nonce + terminal_id.encode() + said, token)
