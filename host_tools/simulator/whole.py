"""Whether what lies in a data folder belongs together: asked before anything is made in it anew."""

from pathlib import Path

from host_tools.device import provision
from host_tools.errors import Unusable, is_there

# Made with the provisioning, each for the others: made anew, one of them would not fit. An acquirer
# without its ledger would know of no sale, one with other keys of no terminal.
_TOGETHER = (
    "flash.bin",
    "acquirer/acquirer.db",
    "acquirer/keys.json",
    "acquirer/tls/ca.pem",
    "cards/keys.json",
)
_BEGIN_ANEW = "begin anew with --fresh, which forgets all sales"


def check(data: Path) -> None:
    """Raises Unusable where a part is missing or spoilt that cannot be made again."""
    if (data / "provision.json").exists():
        provision.read(data / "provision.json")
        for name in _TOGETHER:
            if not is_there(data / name):
                raise Unusable(
                    f"{data / name} is missing or empty: it belongs to the provision.json here."
                    f" Put it back, or {_BEGIN_ANEW}."
                )
    elif _holds_something(data / "flash.bin") and not is_being_reset(data):
        raise Unusable(
            f"{data / 'flash.bin'} may hold sales, but provision.json with its key is missing."
            f" Put it back, move the image away, or {_BEGIN_ANEW}."
        )


def is_being_reset(data: Path) -> bool:
    """The power failed in a factory reset: the terminal goes on with it when it starts."""
    return (data / "reset").exists()


def _holds_something(flash: Path) -> bool:
    return flash.exists() and bool(flash.read_bytes().strip(b"\xff"))
