"""Begins anew in a data folder: removes what a bench has made there, and never anything else."""

import shutil
from pathlib import Path

from host_tools.errors import WrongUse

LOCK = "lock"
# All that a bench and its terminal keep in the folder.
MADE = {
    *("acquirer", "cards", "devices", "firmware", "flash.bin", "provision.json", "provision.part"),
    *("language", "notices", "parameters", "reset", "waiting"),
    *("language.part", "notices.part", "parameters.part", "waiting.part"),
}
# One of these is there after the first second of any run.
_MARKS = ("provision.json", "flash.bin", "cards/keys.json", "acquirer/keys.json")
_SHOWN = 3


class NotOurs(WrongUse):
    """There is something in the folder that no bench has made; the text says what."""


def check(data: Path) -> None:
    """Raises NotOurs unless all that is in the folder was made by a bench."""
    found = {each.name for each in data.iterdir()} - {LOCK} if data.is_dir() else set()
    others = sorted(found - MADE)
    if others:
        more = ", ..." if len(others) > _SHOWN else ""
        names = ", ".join(others[:_SHOWN]) + more
        raise NotOurs(f"{data} also holds {names}: nothing was removed. Choose another --data")
    if found and not any((data / mark).exists() for mark in _MARKS):
        raise NotOurs(f"{data} is no terminal's data folder: nothing was removed")


def clear(data: Path) -> None:
    """Removes what a bench has made. Raises NotOurs as `check` does; then nothing was removed."""
    check(data)
    for each in data.iterdir():
        if each.name == LOCK:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()
