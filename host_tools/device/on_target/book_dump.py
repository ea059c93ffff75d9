"""Runs inside MicroPython: the sales in a flash image, as JSON. `book_dump.py IMAGE KEY`.

The image is mounted in memory by the firmware's own journal, so this is what a start would see.
"""

import json
import os
import sys
from binascii import hexlify, unhexlify

from image import Image

from crypto.seal import Sealer
from journal import Journal
from terminal import sale_record
from terminal.kinds import WORDS


def _hex(data):
    return hexlify(data).decode()


def _row(pos, kind, seq, payload):
    sale = sale_record.unpack(payload)
    return {
        "pos": pos,
        "seq": seq,
        "kind": kind,
        "number": sale.number,
        "id": _hex(sale.id),
        "amount_fen": sale.amount_fen,
        "time": "%02d:%02d:%02d" % sale.time[3:],
        "card": sale.masked_pan,
        "cryptogram": _hex(sale.chip.get(0x9F26, b"")),
        "answer": sale.answer[2],
    }


def main(path, key):
    journal = Journal(Image(path), Sealer(unhexlify(key)), os.urandom)
    journal.mount()
    rows = [_row(*record) for record in journal.history() if record[1] in WORDS]
    json.dump({"released": journal.released, "rows": rows}, sys.stdout)


main(*sys.argv[1:])
