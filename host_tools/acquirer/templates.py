"""Documents to begin with: complete, publishable as they are, and meant to be edited."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

Terminal = Mapping[str, Any]  # a row of the registry: merchant_id, terminal_id, serial


def _parameters(terminal: Terminal, now: datetime) -> dict[str, Any]:
    soon = now + timedelta(days=2)  # not in the past, whatever the merchant's time zone
    return {
        "format": "tapstone-parameters/1",
        "merchant_id": terminal["merchant_id"],
        "policy": {
            "sale_limit_fen": 500_000,
            "stored_count_limit": 75,
            "stored_sum_limit_fen": 500_000,
            "stored_age_limit_h": 72,
            "offline_aids": [],
            "settle_at": "",
            "deferred": False,
        },
        "fees": {
            "credit": {"rate_bp": 60},
            "debit": {"rate_bp": 50, "cap_fen": 2000},
            "qr": {"rate_bp": 38},
        },
        "settlement": {
            "account": "6222********1234",
            "cycle": "D+1",
            "valid_from": [soon.year, soon.month, soon.day],
        },
        "support": "400-000-0000",
        "hotlist": [],
    }


def _notices(terminal: Terminal, now: datetime) -> dict[str, Any]:
    begins = (now + timedelta(hours=1)).replace(minute=0)
    notice = {
        "from": _moment(begins),
        "to": _moment(begins + timedelta(hours=2)),
        "recovery": _moment(begins + timedelta(hours=3)),
        "scope": "online",
        "zh": "银行系统维护，离线收款不受影响。",
        "en": "Work on the bank's systems. Offline sales go on.",
    }
    return {
        "format": "tapstone-notices/1",
        "merchant_id": terminal["merchant_id"],
        "notices": [notice],
    }


def _moment(time: datetime) -> list[int]:
    return [time.year, time.month, time.day, time.hour, time.minute]


MAKERS: dict[str, Callable[[Terminal, datetime], dict[str, Any]]] = {
    "parameters": _parameters,
    "notices": _notices,
}
