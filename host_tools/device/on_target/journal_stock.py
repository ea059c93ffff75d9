"""Runs inside MicroPython: puts stored sales into a flash image, as sales without a network do.

`journal_stock.py IMAGE PROVISION SALES`; SALES has one JSON object a line (host_tools/uplink).
"""

import json
import os
import sys
import time
from binascii import unhexlify

from image import Image

from crypto import dukpt
from crypto.seal import Sealer
from journal import Journal
from terminal import settings
from terminal.book import STORED, Book
from terminal.hostkeys import HostKeys
from terminal.sale_record import Sale


class Outcome:
    """What the kernel says of a card that approved by itself."""

    cvm = 0
    oda = 1

    def __init__(self, said):
        self.masked_pan = said["masked_pan"]
        self.kernel = said["kernel"]
        self.chip = {int(tag, 16): unhexlify(value) for tag, value in said["chip"].items()}
        self.chip[0x57] = unhexlify(said["track2"])


def _sale(book, keys, batch, said):
    number = book.reserve()
    sale = Sale(number, os.urandom(16), batch, said["amount_fen"], time.gmtime()[:6], True)
    book.open_intent(sale)
    sale.take_outcome(Outcome(said), lambda track2: keys.encrypt_card_data(number, track2))
    book.open(STORED, sale, number)
    book.put_back(number)


def main(path, provision, sales):
    found = settings.load(provision)
    image = Image(path)
    journal = Journal(image, Sealer(found.keys.seal_key), os.urandom)
    journal.mount()
    book = Book(journal, dukpt.counter_is_usable)
    book.load()
    keys = HostKeys(found.keys.ikid, found.keys.initial_key)
    with open(sales) as file:
        for line in file:
            _sale(book, keys, found.terminal.batch, json.loads(line))
    image.save(path)


main(*sys.argv[1:])
