"""Runs inside MicroPython: what a flash image holds, as JSON. `journal_dump.py IMAGE KEY MOST`.

The image is read from its file page by page and never written; `MOST` bounds the records told.
"""

import json
import struct
import sys
from binascii import crc32, unhexlify

from image import File

from crypto.seal import Sealer
from journal import Damaged, NotAJournal, WrongKey, scan, settle
from journal.page import BLANK, PAGE_BYTES, VOIDS, Page
from journal.reader import Reader
from journal.sector import SLOTS, Sectors
from terminal import batch, sale_record
from terminal.kinds import BATCH, TOTALS

_MARK_BYTES = 28


def _sector(device, sectors, page, whole, index):
    """([number, erases, slots in use], positions that hold neither a record nor nothing)."""
    number = sectors.number(index)
    device.readblocks(index, whole, 0)
    used, torn = 0, []
    for slot in range(SLOTS):
        at = (1 + slot) * PAGE_BYTES
        if whole[at : at + PAGE_BYTES] != BLANK:
            used += 1
            page.raw[:] = whole[at : at + PAGE_BYTES]
            if number not in (None, -1) and not page.parse():
                torn.append(number * SLOTS + slot)
    return [number, sectors.erases(index), used], torn


def _count_in_mark(whole):
    """How many sectors the journal had when this one was marked; None where no mark is intact."""
    checksum = struct.unpack_from("<I", whole, _MARK_BYTES)[0]
    if whole[:4] == b"TJE1" and crc32(whole[:_MARK_BYTES]) == checksum:
        return struct.unpack_from("<H", whole, 12)[0]
    return None


def _sale(kind, payload):
    """[number, amount in fen (a return's is below zero), time of day, masked card number], or None
    if it is no sale."""
    if kind in (TOTALS, BATCH):
        return None
    try:
        sale = sale_record.unpack(payload)
    except sale_record.BadSale:
        return None
    return [sale.number, sale.signed_fen, "%02d:%02d:%02d" % sale.time[3:], sale.masked_pan]


def _batch(kind, payload):
    """[number, counted up to, {product: (count, fen)}, number of the one that is being closed or
    None] of a record about a batch, else None."""
    if kind not in (TOTALS, BATCH):
        return None
    try:
        told = batch.unpack(payload)
    except batch.BadBatch:
        return None
    closing = told.closing.number if told.closing else None
    return [told.number, told.counted, told.totals, closing]


def _records(sectors, reader, found, most):
    """[pos, seq, kind, whether it stands for an earlier one, sale, batch], newest first."""
    if found.pos is None:
        return
    for count, (pos, kind, seq, payload) in enumerate(scan.history(sectors, reader, found.pos, -1)):
        if count >= most and seq <= found.released:
            return
        copy = bool(reader.page.flags & VOIDS)
        yield [pos, seq, kind, copy, _sale(kind, payload), _batch(kind, payload)]


def _contents(device, sealer, most):
    sectors, page = Sectors(device), Page(sealer)
    reader = Reader(sectors, page)
    whole = memoryview(bytearray((1 + SLOTS) * PAGE_BYTES))
    rows, torn, marked = [], [], 0
    for index in range(sectors.count):
        row, bad = _sector(device, sectors, page, whole, index)
        rows.append(row)
        torn += bad
        marked = _count_in_mark(whole) or marked
    said = {"sectors": rows, "torn": torn, "records": [], "marked": marked}
    try:
        found = settle.find(sectors, reader)
    except (NotAJournal, WrongKey, Damaged) as error:
        said["error"] = "%s: %s" % (type(error).__name__, error)
        return said
    said["records"] = list(_records(sectors, reader, found, most))
    said["released"], said["next_seq"] = found.released, found.top + 1
    said["open"], said["last"] = found.number, found.pos
    said["boot"] = {"keeps": found.pos, "voids_from": found.void, "writes_at": found.next}
    return said


def main(path, key, most):
    with open(path, "rb") as file:
        json.dump(_contents(File(file), Sealer(unhexlify(key)), int(most)), sys.stdout)


main(*sys.argv[1:])
