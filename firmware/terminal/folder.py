"""The few small files that the terminal writes itself, beside what was provisioned.

`replace` is one step: a power cut leaves the old file or the new one (LittleFS, and every system
that renames over an existing file). Whatever the file system cannot do raises OSError.
"""

import os
from errno import ENOENT


class Folder:
    def __init__(self, beside):
        """`beside`: the path of a file in the folder."""
        self._path = beside[: beside.rfind("/") + 1]

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
