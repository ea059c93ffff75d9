"""Modules that are imported for one job and let go: the heap of the terminal belongs to sales."""

import gc
import sys


def load(name):
    """The module of this name, "package.module"; whoever loads it lets it go."""
    return __import__(name, None, None, ("",))


def let_go(*names):
    """Forgets them: what only they held is free again."""
    for name in names:
        package, _, leaf = name.partition(".")
        sys.modules.pop(name, None)
        if leaf and hasattr(sys.modules.get(package), leaf):
            delattr(sys.modules[package], leaf)
    if names:
        gc.collect()
