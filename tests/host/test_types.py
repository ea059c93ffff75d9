"""Static types: the firmware against each port's own stubs, the host tools against CPython."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import install_stubs  # noqa: E402

# board -> what is checked for it. The virtual board stands for all code that knows no board.
FIRMWARE = {
    "unix": ["firmware", "boards/unix"],
    "esp32s3": ["firmware/drivers", "boards/esp32s3/board.py"],
    "pico2w": ["firmware/drivers", "boards/pico2w/board.py"],
}
