"""What a merchant's contract says: the fee of a sale, and to which business date it belongs."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from host_tools import jsonfile
from host_tools.errors import Unusable

FILE = "terms.json"
_ONE = 10_000  # basis points
_RANGES = {
    "fee_bp": (0, _ONE),
    "fee_cap_fen": (0, 10**9),
    "utc_offset_min": (-720, 840),
    "pays_after_days": (0, 366),
}
_FAST_CLOCK = timedelta(minutes=10)  # a capture that is further ahead of us is no time


@dataclass(frozen=True)
class Terms:
    """`fee_bp`: basis points of the amount. `cut_off`: local time at which a business date ends."""

    fee_bp: int = 60
    fee_cap_fen: int = 2000
    cut_off: time = time(23, 0)
    utc_offset_min: int = 480
    pays_after_days: int = 1

    def fee_fen(self, amount_fen: int) -> int:
        """The fee of one sale, rounded half up; of a return (less than 0) it is given back."""
        fee = min((abs(amount_fen) * self.fee_bp * 2 + _ONE) // (2 * _ONE), self.fee_cap_fen)
        return fee if amount_fen >= 0 else -fee

    def pays_on(self, business_date: date) -> date:
        return business_date + timedelta(days=self.pays_after_days)

    def business_date(self, captured_at: str, trusted: bool, now: datetime) -> date:
        """By capture (local, YYYYMMDDhhmmss) if that clock was trusted, else by arrival (UTC)."""
        local = now.replace(tzinfo=None) + timedelta(minutes=self.utc_offset_min)
        captured = _time(captured_at) if trusted else None
        at = captured if captured and captured <= local + _FAST_CLOCK else local
        return at.date() if at.time() < self.cut_off else at.date() + timedelta(days=1)


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S")  # noqa: DTZ007 the terminal's local time
    except ValueError:
        return None


def load(directory: Path) -> Terms:
    """The terms in `terms.json` of the acquirer's directory; what is not there is as above."""
    path = directory / FILE
    if not path.exists():
        return Terms()
    said = jsonfile.read(path)
    try:
        return _terms(said)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unusable(f"{path}: {error}: nobody is charged by such terms; mend it") from error


def _terms(said: dict[str, Any]) -> Terms:
    """Raises KeyError, TypeError, ValueError."""
    for name, value in said.items():
        if name == "cut_off":
            continue
        least, most = _RANGES[name]
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"{name} is a whole number from {least} to {most}")
    if "cut_off" in said:
        said = {**said, "cut_off": time.fromisoformat(said["cut_off"])}
    return Terms(**said)
