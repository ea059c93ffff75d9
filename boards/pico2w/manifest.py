# ruff: noqa: F821  the words of MicroPython's manifest language
"""What is frozen into the firmware: code runs from flash and needs no file system."""

include("$(BOARD_DIR)/manifest.py")
freeze("../../firmware")
module("board.py")
