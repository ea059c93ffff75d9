"""The few small files that the terminal writes itself, beside what was provisioned.

`replace` is one step: a power cut leaves the old file or the new one (LittleFS, and every system
that renames over an existing file). Whatever the file system cannot do raises OSError.
"""

import os
from errno import ENOENT

from micropython import const

_FILLER = "filler"
_BLOCK_BYTES = const(4096)
_ENOSPC = const(28)  # the errno module of most ports does not name it


class Folder:
    def __init__(self, provision_path, is_flash=False):
        """`provision_path`: the file that was provisioned; `is_flash`: the file system is all the
        terminal's own, and what was removed stays in its blocks until they are used again."""
        at = provision_path.rfind("/") + 1
        self._path, self.provisioned = provision_path[:at], provision_path[at:]
        self._is_flash = is_flash

    def read(self, name):
        """The content, or None if there is no such file."""
        try:
            with open(self._path + name, "rb") as file:
                return file.read()
        except OSError as error:
            if error.errno != ENOENT:
                raise
            return None

    def write(self, name, data):
        """Not in one step: a power cut may leave half of it."""
        with open(self._path + name, "wb") as file:
            file.write(data)

    def replace(self, name, by):
        """The file `by` takes the name and the place of `name`."""
        os.rename(self._path + by, self._path + name)

    def remove(self, name):
        try:
            os.remove(self._path + name)
        except OSError as error:
            if error.errno != ENOENT:
                raise

    def scrub(self, feed):
        """Uses every free block once, so that nothing is left of what was removed. This takes a
        minute; `feed` keeps the watchdog content."""
        if not self._is_flash:
            return
        block = bytes(_BLOCK_BYTES)
        try:
            with open(self._path + _FILLER, "wb") as file:
                while True:
                    file.write(block)
                    feed()
        except OSError as error:
            if error.errno != _ENOSPC:
                raise
        self.remove(_FILLER)
