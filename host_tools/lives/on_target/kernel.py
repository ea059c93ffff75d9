"""The place of the kernels. A card in a life is an outcome (see cards.py), so they are left out:
the fewer names MicroPython knows, the quicker it makes a new string.
"""

import sys


class Kernel:
    """Stands where emv.entry, emv.config and emv.record stand; a life gives it `transaction`."""

    ConfigError = ValueError

    def Hotlist(self, section, where):  # noqa: N802  a class in emv.config
        """No card of a life is on one."""


def leave_out():
    """Before anything imports emv."""
    for name in ("config", "entry", "record"):
        sys.modules["emv." + name] = Kernel()
