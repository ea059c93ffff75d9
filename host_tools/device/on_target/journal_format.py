"""Runs inside MicroPython: formats a blank flash image. `journal_format.py IMAGE KEY`."""

import os
import sys
from binascii import unhexlify

from image import Image

from crypto.seal import Sealer
from journal import Journal


def main(path, key):
    image = Image(path)
    if any(byte != 0xFF for byte in image.data):
        print("the flash is not blank: it may hold sales. Nothing was changed.")
        sys.exit(1)
    Journal(image, Sealer(unhexlify(key)), os.urandom).format()
    image.save(path)


main(*sys.argv[1:])
