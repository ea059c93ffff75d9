"""The `tapstone` program. A person may stop it at any time, also while it is still loading."""

import importlib
import sys

_STOPPED = 130  # 128 + SIGINT


def main() -> None:
    try:
        importlib.import_module("host_tools.cli").main()
    except KeyboardInterrupt:
        sys.exit(_STOPPED)
