"""The model host's part in factory resets: it releases what a plan has granted, and notes it.

What a terminal states that it would lose: docs/protocol.md, DE 63.1B.
"""

from micropython import const

CODE = "381"
_LOSS, _RELEASE, _NONCE = const(0x1B), const(0x1C), const(6)
_SALES = (1, 2, 3)  # what the host does not have, returns excepted
_RETURNS = const(4)


class Loss:
    """`count` sales and returns that the host does not have, `fen`: the sum of the sales."""

    def __init__(self, said):
        items = [said[at : at + 9] for at in range(8, len(said), 9)]
        here = [item for item in items if item[0] in _SALES]
        self.fen = sum([int.from_bytes(item[3:], "big") for item in here])
        here += [item for item in items if item[0] == _RETURNS]
        self.count = sum([int.from_bytes(item[1:3], "big") for item in here])


class Resets:
    def __init__(self):
        self.granted = False
        self.losses = []  # as released, oldest first

    def answer(self, fields, private, keys):
        """-> (response code, {tag: bytes}) of an 0810."""
        if not self.granted:
            return "58", {}
        said = private[_LOSS]
        self.losses.append(Loss(said))
        covered = b"\x08\x10" + private[_NONCE] + fields[41].encode() + said
        return "00", {_RELEASE: keys.token(0, covered)}
