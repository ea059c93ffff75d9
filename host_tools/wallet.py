"""Wallets: phones that show pay codes, and how the wallet's issuer knows them again.

A code is good for one payment: 28, the wallet's number (2), a serial number (10), and six digits
that only wallet and issuer can compute. Shared by the simulated phones, which make codes, and the
acquirer, which checks them. Test keys, not for live wallets.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

_PREFIX = "28"
_NUMBER = slice(2, 4)
_SIGNED = slice(0, 14)
_LENGTH = 20


@dataclass(frozen=True)
class Wallet:
    """`confirms_s`: seconds until the customer confirms a payment on the phone, None for never."""

    id: str
    number: int
    name: str
    name_zh: str
    note: str
    balance_fen: int
    confirms_s: int | None

    @property
    def account(self) -> str:
        """What stands where a card has its number."""
        return account_of(f"{_PREFIX}{self.number:02d}")


WALLETS = (
    Wallet("code-at-once", 1, "Pay code", "付款码", "pays at once", 200_000, 0),
    Wallet("code-confirms", 2, "Pay code", "付款码", "the customer confirms after 8 s", 200_000, 8),
    Wallet("code-never", 3, "Pay code", "付款码", "the customer never confirms", 200_000, None),
    Wallet("code-empty", 4, "Pay code", "付款码", "hardly any money in it", 500, 0),
)


class Phones:
    """Makes a fresh code each time one is shown. `clock()`: seconds."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time):
        self._key = key
        self._clock = clock
        self._serial = 0
        self.shown: list[str] = []

    def show(self, wallet_id: str) -> str:
        """The next pay code of that wallet; KeyError if there is none."""
        number = {wallet.id: wallet.number for wallet in WALLETS}[wallet_id]
        self._serial = max(self._serial + 1, int(self._clock()))
        self.shown.append(code(number, self._serial, self._key))
        return self.shown[-1]


def code(number: int, serial: int, key: bytes) -> str:
    signed = f"{_PREFIX}{number:02d}{serial % 10**10:010d}"
    return signed + _check_digits(signed, key)


def is_genuine(digits: str, key: bytes) -> bool:
    """Whether a wallet of this issuer has made the code."""
    check = _check_digits(digits[_SIGNED], key)
    shaped = len(digits) == _LENGTH and digits.isdigit() and digits.startswith(_PREFIX)
    return shaped and hmac.compare_digest(digits[_SIGNED.stop :], check)


def masked(digits: str) -> str:
    """The most of a code that may be shown or stored."""
    return f"{digits[:2]}…{digits[-4:]}"


def account_of(digits: str) -> str:
    return f"wallet {digits[_NUMBER]}"


def _check_digits(signed: str, key: bytes) -> str:
    tag = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(tag[:8], 'big') % 10**6:06d}"
