"""Makes an acquirer in a directory, and enrols terminals. Test keys, not for live cards.

keys.json    base derivation key, key for card numbers, issuer master keys
tls/         certificate authority and server certificate
acquirer.db  accounts, terminals, ledger, signed documents
"""

import base64
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from host_tools import wallet
from host_tools.acquirer import keys, signer, tls
from host_tools.acquirer.book import stamp
from host_tools.acquirer.card import masked
from host_tools.acquirer.schema import accounts, terminals, transaction

_TERMINAL_ID_LENGTH = 8  # DE 41
_MERCHANT_ID_LENGTH = 15  # DE 42


def create(directory: Path, issuer: dict[str, Any], random: keys.Random = os.urandom) -> None:
    """Makes what is not there yet. Known accounts keep their balance.

    `issuer`: {"master_keys": {bin: hex}, "accounts": [{"pan", "balance_fen", "status", and
    optionally "limit_fen"}]}; a status is active, blocked, expired or unreachable.
    """
    directory.mkdir(parents=True, exist_ok=True)
    host_keys = keys.create(directory, issuer["master_keys"], random)
    tls.create(directory / "tls")
    with transaction(directory) as connection:
        for account in issuer["accounts"]:
            _add_account(connection, host_keys, account)
        for each in wallet.WALLETS:
            _add_wallet(connection, host_keys, each)


def enroll(
    directory: Path,
    serial: str,
    terminal_id: str,
    merchant_id: str,
    random: keys.Random = os.urandom,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Registers a terminal under a new initial key; -> its "host" and "keys" provision sections.

    With them goes the key that documents are signed with, if there is a signer by now. Earlier
    incarnations of the same terminal id are retired: they may still empty their queue.
    """
    if len(terminal_id) != _TERMINAL_ID_LENGTH or len(merchant_id) != _MERCHANT_ID_LENGTH:
        raise ValueError("a terminal id has 8 characters and a merchant id 15")
    host_keys = keys.load(directory)
    key_id = host_keys.base_key_id + random(4)
    ca, certificate, secret = tls.enroll(directory / "tls", serial)
    _register(
        directory,
        key_id=key_id.hex(),
        terminal_id=terminal_id,
        merchant_id=merchant_id,
        serial=serial,
        certificate=tls.fingerprint(certificate),
        enrolled_at=stamp(now or datetime.now(UTC)),
    )
    host = {"ca": _base64(ca), "cert": _base64(certificate), "key": _base64(secret)}
    secrets = {"ikid": key_id.hex(), "initial_key": host_keys.initial_key(key_id).hex()}
    if modulus := signer.modulus(directory):
        secrets["signer"] = modulus.hex()
    return {"host": {"name": tls.SERVER_NAME, **host}, "keys": secrets}


def _register(directory: Path, **columns: Any) -> None:
    """Adds the terminal and retires its earlier incarnations, in one transaction."""
    with transaction(directory) as connection:
        same = terminals.c.terminal_id == columns["terminal_id"]
        connection.execute(update(terminals).where(same).values(retired=1))
        connection.execute(terminals.insert().values(**columns))


def _add_account(connection: Connection, host_keys: keys.HostKeys, account: dict) -> None:
    _open(
        connection,
        host_keys.hash_pan(account["pan"]),
        account["balance_fen"],
        card=masked(account["pan"]),
        status=account["status"],
        limit_fen=account.get("limit_fen"),
    )


def _add_wallet(connection: Connection, host_keys: keys.HostKeys, each: wallet.Wallet) -> None:
    card_hash = host_keys.hash_pan(each.account)
    more = {"card": each.account, "status": "active", "confirms_s": each.confirms_s}
    _open(connection, card_hash, each.balance_fen, **more)


def _open(connection: Connection, card_hash: str, balance_fen: int, **columns: Any) -> None:
    """An account, unless it is there."""
    known = select(accounts.c.card_hash).where(accounts.c.card_hash == card_hash)
    if connection.execute(known).first() is None:
        opening = {"opening_fen": balance_fen, "balance_fen": balance_fen}
        connection.execute(accounts.insert().values(card_hash=card_hash, **opening, **columns))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
