"""Runs inside MicroPython: writes a short story into an image. `journal_story.py IMAGE KEY`, and
a third word to have some of the last stored sale given back.
"""

import os
import sys
from binascii import unhexlify

from image import Image

from crypto.seal import Sealer
from journal import Journal
from terminal.book import INTENT, PAID, REQUEST, RETURN, STORED
from terminal.sale_record import Sale

NOW = (2026, 11, 22, 4, 5, 6)


def sale(number, amount_fen):
    made = Sale(number, bytes(16), 1, amount_fen, NOW, True)
    made.masked = unhexlify("6210940011")
    return made


def main(path, key, *gives_back):
    image = Image(path)
    journal = Journal(image, Sealer(unhexlify(key)), os.urandom)
    journal.format()
    journal.mount()
    story = (
        (INTENT, 1, 1000), (REQUEST, 1, 1000), (PAID, 1, 1000), (INTENT, 2, 250), (STORED, 2, 250),
        (INTENT, 3, 75), (STORED, 3, 75), (INTENT, 4, 9900),
    )  # fmt: skip
    for kind, number, amount_fen in story:
        journal.append(kind, number, sale(number, amount_fen).pack())
    journal.release(2, b"receipt-token-16")
    journal.append(INTENT, 5, sale(5, 600).pack())
    if gives_back:
        given = sale(6, 25)
        given.give_back(sale(3, 75), "25")
        journal.append(RETURN, 6, given.pack())
    image.save(path)


main(*sys.argv[1:])
