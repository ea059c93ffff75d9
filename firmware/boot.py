"""Runs before main.py, on a device only. It does one thing, and what it does not do is said here.

There are no application slots and no update signatures yet: whatever was flashed is what runs, and
nothing is verified before it does. The watchdog is armed by main.py, through its board.
"""

import sys

# Frozen code comes first. Otherwise the folder /ui, which holds the fonts, would be taken for the
# package of that name, and any file copied onto the device would replace a frozen module.
sys.path.remove(".frozen")
sys.path.insert(0, ".frozen")
