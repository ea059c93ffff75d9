"""The host's secrets in one file, and what is computed with them. Test keys, not for live cards."""

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from host_tools import jsonfile
from host_tools.acquirer import dukpt
from host_tools.errors import Unusable

Random = Callable[[int], bytes]
_NAME = "keys.json"
PROOF_BYTES = 16


@dataclass(frozen=True, repr=False)
class HostKeys:
    """`base_key` is the DUKPT base derivation key, `master_keys` the issuers', by BIN, `wallet_key`
    the one that pay codes are checked with."""

    base_key: bytes
    base_key_id: bytes
    pan_key: bytes
    master_keys: dict[str, bytes]
    wallet_key: bytes

    def initial_key(self, key_id: bytes) -> bytes:
        return dukpt.initial_key(self.base_key, key_id)

    def transaction(self, key_id: bytes, counter: int) -> dukpt.TransactionKeys:
        return dukpt.TransactionKeys(self.initial_key(key_id), key_id, counter)

    def prove(self, said: bytes) -> bytes:
        """What this host alone can make and check: terminals share no key with it for this."""
        said = b"tapstone posting proof" + said
        return hmac.new(self.base_key, said, hashlib.sha256).digest()[:PROOF_BYTES]

    def hash_pan(self, pan: str) -> str:
        """What stands for a card number in the database: it matches, but does not tell."""
        return hmac.new(self.pan_key, pan.encode(), hashlib.sha256).hexdigest()


def load(directory: Path) -> HostKeys:
    """Raises FileNotFoundError where `setup.create` has not been, Unusable where it is spoilt."""
    stored = jsonfile.read(directory / _NAME)
    try:
        return _keys(stored)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unusable(
            f"{directory / _NAME} is spoilt: put the right one back. Without it no terminal can be"
            " answered, and no card found in the books"
        ) from error


def _keys(stored: dict) -> HostKeys:
    return HostKeys(
        bytes.fromhex(stored["base_key"]),
        bytes.fromhex(stored["base_key_id"]),
        bytes.fromhex(stored["pan_key"]),
        {bin_: bytes.fromhex(key) for bin_, key in stored["master_keys"].items()},
        bytes.fromhex(stored["wallet_key"]),
    )


def create(directory: Path, master_keys: dict[str, str], random: Random) -> HostKeys:
    """Makes the host's own keys once; issuer master keys may be added later."""
    path = directory / _NAME
    stored = jsonfile.read(path) if path.exists() else _fresh(random)
    stored["master_keys"] |= master_keys
    write_private(path, json.dumps(stored, indent=2).encode())
    return load(directory)


def _fresh(random: Random) -> dict:
    return {
        "note": "test keys, not for live cards",
        "base_key": random(16).hex(),
        "base_key_id": random(4).hex(),
        "pan_key": random(32).hex(),
        "wallet_key": random(32).hex(),
        "master_keys": {},
    }


def write_private(path: Path, data: bytes) -> None:
    """Replaces the file as a whole, readable by its owner only."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
