"""The provisioning file: what makes a blank terminal one merchant's terminal. Test keys only.

On a board it is `/provision.json` of the file system; the virtual terminal has it in its data
folder. The journal's flash is formatted here and nowhere else: the firmware never formats anything.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from host_tools import jsonfile
from host_tools.device import target
from host_tools.errors import Unusable

FORMAT = "tapstone-provision/1"
_SEAL_KEY_BYTES = 16


def document(
    serial: str, terminal_id: str, merchant_id: str, host: dict, keys: dict, emv: dict
) -> dict:
    """A complete provisioning document; `host` and `keys` come from enrolling at the acquirer."""
    today = datetime.now(UTC)
    return {
        "format": FORMAT,
        "test_keys": True,
        "language": "zh",
        "terminal": {
            "serial": serial,
            "terminal_id": terminal_id,
            "merchant_id": merchant_id,
            "currency": "156",
            "issued": [today.year, today.month, today.day],
            "utc_offset_min": 480,
            "batch": 1,
            "support": "400-000-0000",
        },
        "host": {"address": "127.0.0.1", "port": 1, "reply_ms": 6000, "echo_ms": 15000, **host},
        "keys": {"seal_key": os.urandom(16).hex(), **keys},
        "policy": {
            "sale_limit_fen": 500_000,
            "stored_count_limit": 75,
            "stored_sum_limit_fen": 500_000,
            "stored_age_limit_h": 72,
        },
        "emv": {"currency": "0156", **emv},
    }


def write(path: Path, content: dict) -> None:
    """Replaces the file in one step, so that a cut leaves the old or the new one."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    os.chmod(part, 0o600)
    part.rename(path)


class NoProvisioning(Unusable):
    """The file is something else, or spoilt."""


def read(path: Path) -> dict:
    """Raises OSError, NoProvisioning."""
    try:
        content = jsonfile.read(path)
    except jsonfile.NotJson:
        content = None
    if not isinstance(content, dict) or not _is_whole(content):
        raise NoProvisioning(
            f"{path}: no provisioning document, or a spoilt one. Put the right one back: without"
            " its key nobody can read the sales in that terminal's flash"
        )
    return content


def _is_whole(content: dict) -> bool:
    """As far as the tools use it; the terminal checks every field."""
    try:
        return content["format"] == FORMAT and len(seal_key(content)) == _SEAL_KEY_BYTES
    except (KeyError, TypeError, ValueError):
        return False


def seal_key(content: dict) -> bytes:
    return bytes.fromhex(content["keys"]["seal_key"])


def format_journal(firmware: Path, image: Path, key: bytes) -> None:
    """Formats a blank flash image with the firmware's own code; refuses any other image."""
    target.run(firmware, "journal_format.py", str(image), key.hex())
