"""Card profiles: who a virtual card is and how it behaves, read from `profiles/*.toml`."""

from calendar import monthrange
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomllib

_PROFILES = Path(__file__).with_name("profiles")
_TEST_BINS = ("621094", "476173", "541333", "353011")


class BadProfile(Exception):
    """A profile that must not become a card; the message says which and why."""


@dataclass(frozen=True)
class Profile:
    """One card. Amounts in fen; hex strings where the card holds bytes."""

    id: str
    order: int  # of appearance
    name: str
    name_zh: str
    note: str
    scheme: str  # unionpay, visa, mastercard, jcb
    aids: tuple[str, ...]  # highest priority first
    label: str
    pan: str
    expiry: str  # YYYY-MM
    psn: str = "01"
    ctq: str = "4000"  # card transaction qualifiers: signature if the terminal wants verification
    offline_limit_fen: int = 0  # the card approves up to this by itself ...
    offline_total_fen: int = 0  # ... and up to this between two online cryptograms
    balance_fen: int = 0  # of the account; of a credit card the free line of credit
    credit: bool = False
    status: str = "active"  # of the account: active, blocked, expired
    revoked: bool = False  # carries the withdrawn one of its issuer's certificates
    declines: bool = False  # answers every transaction with an AAC
    wrong_signature: bool = False  # signs something else than the terminal expects
    hotlisted: bool = False  # its number is on the terminals' hotlist
    short_records: bool = False  # its records end in the middle of their last object
    padding: bool = False  # 00 bytes between the objects of its records
    torn_at: int = 0  # leaves the field with this APDU of a tap: carried out, answer lost
    slow_ms: int = 0  # thinks that long about each APDU

    def __post_init__(self) -> None:
        if self.bin not in _TEST_BINS or not _luhn(self.pan):
            raise BadProfile(f"{self.id}: {self.pan} is not a valid test card number")

    @property
    def bin(self) -> str:
        return self.pan[:6]

    @property
    def yymm(self) -> str:
        return self.expiry[2:4] + self.expiry[5:7]

    @property
    def last_day(self) -> str:
        """YYMMDD of the last day the card is good for."""
        year, month = (int(part) for part in self.expiry.split("-"))
        return f"{self.yymm}{monthrange(year, month)[1]}"


def load_all() -> list[Profile]:
    """All profiles that come with the package, in order of appearance."""
    profiles = [_load(path) for path in _PROFILES.glob("*.toml")]
    return sorted(profiles, key=lambda profile: profile.order)


def _load(path: Path) -> Profile:
    fields: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        return Profile(id=path.stem, aids=tuple(fields.pop("aids")), **fields)
    except (KeyError, TypeError) as error:
        raise BadProfile(f"{path.stem}: {error}") from error


def _luhn(pan: str) -> bool:
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(pan)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0
