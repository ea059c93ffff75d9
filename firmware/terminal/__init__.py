"""The use cases: what a merchant does with the terminal, and what it does on its own."""

VERSION = "0.1.0"  # of the firmware, as in pyproject.toml
