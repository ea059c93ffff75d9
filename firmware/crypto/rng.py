"""The one random source: unpredictable numbers, transaction ids, nonces, keys.

A hash-based generator in the manner of NIST SP 800-90A (SHA-256), seeded and reseeded from the
board's entropy, because `os.urandom` of some ports is not made for keys. Nothing else in the
firmware may be used for secrets; a test fails if anything imports `random`.
"""

from hashlib import sha256

from micropython import const

_RESEED_AFTER = const(1024)


class EntropyFailed(Exception):
    """The board's entropy did not pass the start-up test: no key or nonce may be made."""


def _check(entropy):
    """Start-up test in the spirit of SP 800-90B 4.4: no stuck source, no repeated sample."""
    samples = [entropy(32) for _ in range(4)]
    if any(len(s) != 32 for s in samples) or len(set(samples)) != len(samples):
        raise EntropyFailed("the entropy source repeats itself")
    seen = set()
    for sample in samples:
        seen.update(sample)
    # 128 random bytes hold about 101 distinct values; below 60 means a broken source.
    if len(seen) < 60:
        raise EntropyFailed("the entropy source is stuck")
    return b"".join(samples)


class Random:
    """`Random(entropy)(n)` -> n bytes. `entropy(n)` is the board's hardware source."""

    def __init__(self, entropy):
        self._entropy = entropy
        self._state = sha256(b"tapstone seed" + _check(entropy)).digest()
        self._uses = 0

    def _step(self):
        self._uses += 1
        if self._uses % _RESEED_AFTER == 0:
            self._state = sha256(b"reseed" + self._state + self._entropy(32)).digest()
        out = sha256(b"\0" + self._state).digest()
        # The old state cannot be found from the new one: what was given out stays secret.
        self._state = sha256(b"\1" + self._state + self._uses.to_bytes(4, "big")).digest()
        return out

    def __call__(self, count):
        out = b""
        while len(out) < count:
            out += self._step()
        return out[:count]
