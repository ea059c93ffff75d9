"""The model host is restored from a backup, and asks for what it has forgotten (docs/protocol.md).

Sign-in and echo say how far a terminal's sales are acknowledged; what lies beyond what the host has
noted, and beyond the last receipt that it knows, is asked for once more.
"""

from micropython import const

from crypto.cmac import cmac

PROOF = const(11)
_ACKNOWLEDGED, _AGAIN_FROM = const(15), const(17)
_SIGN_IN = "001"
_STAYS = ("00", "09", "12")  # approved; the customer is being asked; reversed before
_OWN_KEY = bytes(range(100, 116))  # no terminal has it


def proof(row):
    """DE 63.0B of a sale that was posted under this reference."""
    said = row.key, row.fingerprint, row.fields[37], row.fields[38]
    return cmac(_OWN_KEY, repr(said).encode())


def posted_before(host, row, request):
    """-> response code of a sale that this host has approved and forgotten; None: one that somebody
    has made up."""
    _, fields, private, _, _ = request
    row.fields = {37: fields[37], 38: fields[38]}
    if private[PROOF] != proof(row):
        return None
    host.post(row)
    return "00"


def is_brought_back(row, request):
    """Whether this host declined a late copy of what it had approved and forgotten."""
    return PROOF in request[2] and row.fields[39] not in _STAYS


class Memory:
    """What is noted of each terminal: how far all is here, and from where on it is asked for.

    `first`: terminals that the host knows begin with this number.
    """

    def __init__(self, first):
        self._first = first
        self._noted = {}  # key id -> [number, first number that is asked for or None]
        self.restorings = 0  # another challenge after each: no backup has it
        self.missing = 0  # sales that terminals have said they do not hold any more

    def copy(self):
        twin = Memory(self._first)
        twin._noted = {key_id: list(noted) for key_id, noted in self._noted.items()}
        twin.missing = self.missing
        return twin

    def hear(self, request, knows, answer):
        """Takes what an 0800 says; `knows(reference)`. Adds to the answer's private data."""
        _, fields, said, keys, _ = request
        if _ACKNOWLEDGED not in said:
            return
        raw = said[_ACKNOWLEDGED]
        number, beyond = int.from_bytes(raw[:4], "big"), int.from_bytes(raw[4:6], "big")
        noted = self._noted.setdefault(keys.key_id, [self._first - 1, None])
        signs_in = fields[60][8:] == _SIGN_IN
        told, challenge = said.get(_AGAIN_FROM, bytes(6)), self.restorings.to_bytes(8, "big")
        done = not signs_in and int.from_bytes(told[:4], "big") == noted[1]
        done = done and told[6:] == challenge
        if done:
            self.missing += int.from_bytes(told[4:6], "big")
        if done or noted[1] is None and knows(raw[6:].decode()):
            noted[:] = [number, None]
        elif signs_in:
            if noted[1] is None and (beyond or number > noted[0]):
                noted[1] = noted[0] + 1
            if noted[1] is not None:
                answer[_AGAIN_FROM] = noted[1].to_bytes(4, "big") + challenge


def _copies(rows):
    return {key: row.copy() for key, row in rows.items()}


class Backup:
    """All that the bank knew at a moment."""

    def __init__(self, host, check):
        self._rows = _copies(host.by_key)
        self._balances = dict(host.issuer.balances)
        self._used_codes = set(host.used_codes)
        self._settlements = host.settlements.copied()
        self._memory = host.memory.copy()
        self._books = check.books()

    def restore(self, host, check):
        host.by_key = _copies(self._rows)
        host.used_codes = set(self._used_codes)
        host.settlements.restore(self._settlements)
        host.issuer.balances.update(self._balances)
        before = host.memory
        host.memory = self._memory.copy()
        host.memory.missing, host.memory.restorings = before.missing, before.restorings + 1
        host.ids = {(row.id, row.key[3]): row for row in host.by_key.values()}
        host.given = {row.fields[37] for row in host.by_key.values() if row.fields}
        check.forget(self._books, host.ids)
