"""What the journal promises, one behaviour each. Power cuts have their own place: tests/faults."""

import gc
import os

from ram_flash import BLOCK, PAGE, RamFlash

from crypto.seal import Sealer
from journal import Damaged, Full, HoldsJournal, Journal, NotAJournal, WrongKey
from journal.page import VOIDS, Page

KEY = b"test key, 16 b.."
TOKEN = b"receipt-token-16"


def journal_on(flash, key=KEY):
    return Journal(flash, Sealer(key), os.urandom)


def restarted(flash):
    journal = journal_on(flash)
    journal.mount()
    return journal


def fresh(blocks=8, program_bytes=32):
    flash = RamFlash(blocks, program_bytes)
    journal_on(flash).format()
    return flash, restarted(flash)


def fill(journal):
    while True:
        try:
            journal.append(1, journal.next_seq, b"sale %d" % journal.next_seq)
        except Full:
            return


def shown(journal):
    return [record[1:] for record in journal.live()]


def raises(kind, function, *arguments):
    try:
        function(*arguments)
    except kind:
        return True
    return False


# Life


def test_a_blank_flash_is_no_journal_and_stays_blank():
    flash = RamFlash()
    assert raises(NotAJournal, journal_on(flash).mount)
    assert flash.programs == flash.erases == 0


def test_a_journal_is_never_formatted_again():
    flash, journal = fresh()
    journal.append(1, 1, b"kept")
    assert raises(HoldsJournal, journal_on(flash).format)
    assert shown(restarted(flash)) == [(1, 1, b"kept")]


def test_another_key_does_not_open_it_and_changes_nothing():
    flash, journal = fresh()
    journal.append(1, 1, b"secret")
    before = bytes(flash.data)
    assert raises(WrongKey, journal_on(flash, b"another test key").mount)
    assert flash.data == before


def test_a_device_that_is_too_small_is_refused():
    for blocks in (2, 3):
        assert raises(ValueError, journal_on, RamFlash(blocks))
    fresh(4)


def test_an_erase_that_fails_by_its_result_alone_is_an_error():
    flash = RamFlash()
    flash.erase_result = -22
    assert raises(OSError, journal_on(flash).format)


# Records


def test_what_was_appended_is_there_after_a_restart_byte_by_byte():
    flash, journal = fresh()
    lengths = (0, 1, 215, 216, 217, 431, 432)
    written = [(1 + i, 1 + i, os.urandom(n)) for i, n in enumerate(lengths)]
    for record in written:
        journal.append(*record)
    assert shown(journal) == written
    journal = restarted(flash)
    assert shown(journal) == written
    assert journal.next_seq == len(lengths) + 1


def test_read_gives_the_record_at_a_position():
    _, journal = fresh()
    short, long = journal.append(3, 1, b"short"), journal.append(4, 2, b"l" * 400)
    assert journal.read(short) == (3, 1, b"short")
    assert journal.read(long) == (4, 2, b"l" * 400)
    assert raises(Damaged, journal.read, long + 1)
    assert raises(Damaged, journal.read, long + 2)


def test_what_cannot_be_a_record_is_refused():
    _, journal = fresh()
    for record in ((0, 1, b""), (32, 1, b""), (1, 0, b""), (1, 1, b"x" * 433)):
        assert raises(ValueError, journal.append, *record), record
    assert shown(journal) == []


def test_a_number_can_have_more_than_one_record():
    """A sale and its ending, or its reversal, share the sequence number."""
    flash, journal = fresh()
    for record in ((1, 1, b"a"), (1, 2, b"b"), (4, 1, b"a ended")):
        journal.append(*record)
    journal = restarted(flash)
    assert shown(journal) == [(1, 1, b"a"), (1, 2, b"b"), (4, 1, b"a ended")]
    assert journal.next_seq == 3


def test_nothing_of_a_payload_can_be_read_on_the_flash():
    flash, journal = fresh()
    journal.append(1, 1, b"621094000000")
    assert b"621094000000" not in bytes(flash.data)


def test_a_page_is_sealed_with_a_new_nonce_each_time():
    flash, journal = fresh(16)
    for seq in range(1, 60):
        journal.append(1, seq, b"the same")
    nonces = [bytes(flash.data[at + 16 : at + 28]) for at in range(0, 5 * 4096, PAGE) if at % 4096]
    nonces = [nonce for nonce in nonces if nonce != b"\xff" * 12]
    assert len(set(nonces)) == len(nonces) >= 60


def test_a_changed_header_is_noticed_even_with_a_right_checksum():
    flash, journal = fresh()
    pos = journal.append(1, 1, b"ten fen")
    journal.append(1, 2, b"more")
    page = Page(Sealer(KEY))
    at = (1 + pos) * PAGE
    page.raw[:] = flash.data[at : at + PAGE]
    page.raw[4] = 9  # the sequence number
    page.raw[252:] = __import__("struct").pack("<I", __import__("binascii").crc32(page.raw[:252]))
    flash.data[at : at + PAGE] = page.raw
    assert shown(journal) == [(1, 2, b"more")]
    assert journal.damage == [pos]


# Release


def test_what_is_released_is_no_longer_live_but_still_history():
    _, journal = fresh()
    for seq in range(1, 6):
        journal.append(1, seq, b"%d" % seq)
    journal.release(3, TOKEN)
    assert journal.released == 3
    assert [seq for _, seq, _ in shown(journal)] == [4, 5]
    assert [seq for _, _, seq, _ in journal.history()] == [5, 4, 3, 2, 1]


def test_what_is_released_can_be_read_again_from_a_number_on_while_the_log_goes_on():
    flash, journal = fresh()
    for _ in range(40):
        journal.append(1, journal.next_seq, b"sale")
    journal.release(40, TOKEN)
    seen = []
    for _, _, seq, _ in journal.since(12):
        seen.append(seq)
        journal.append(2, journal.next_seq, b"of now")  # sectors fill up meanwhile
        if len(seen) == 25:
            break
    assert seen == list(range(12, 37))
    assert [seq for _, _, seq, _ in journal.since(60)][:1] == [60]


def test_a_receipt_that_comes_twice_or_late_changes_nothing():
    _, journal = fresh()
    for seq in range(1, 6):
        journal.append(1, seq, b"")
    for seq in (4, 4, 2):
        journal.release(seq, TOKEN)
    assert journal.released == 4


def test_a_release_needs_a_token_or_nothing_owed_and_a_record():
    _, journal = fresh()
    journal.append(1, 1, b"")
    assert raises(ValueError, journal.release, 1, b"short")
    assert raises(ValueError, journal.release, 2, TOKEN)
    journal.release(1, b"")
    assert raises(ValueError, journal.append, 1, 1, b"its number is released")


def test_a_release_survives_a_restart_with_every_program_unit():
    for unit in (1, 16, 32, 256):
        flash, journal = fresh(8, unit)
        for seq in range(1, 10):
            journal.append(1, seq, b"")
        journal.release(7, TOKEN)
        for _ in range(4):  # the second one sees that no record has carried it
            journal.idle()
        journal = restarted(flash)
        assert journal.released == 7, unit
        assert [seq for _, seq, _ in shown(journal)] == [8, 9]


def test_a_release_costs_one_small_program():
    flash, journal = fresh()
    fill_sector(journal)  # in a sector that this life has begun, there are units
    flash.forget()
    for seq in range(1, 8):
        journal.release(seq, TOKEN)
    assert (flash.programs, flash.erases) == (7, 0)
    assert restarted(flash).released == 7


def fill_sector(journal):
    for _ in range(16):
        journal.append(1, journal.next_seq, b"")
        journal.idle()


# Room


def test_full_is_refused_before_anything_is_written():
    flash, journal = fresh(5)
    fill(journal)
    before = bytes(flash.data)
    live = shown(journal)
    assert journal.room() == 0
    assert raises(Full, journal.append, 1, journal.next_seq, b"x")
    assert flash.data == before
    assert shown(restarted(flash)) == live


def test_room_says_how_many_records_fit():
    _, journal = fresh(6)
    while journal.room() > 17:
        journal.append(1, journal.next_seq, b"")
    room = journal.room()
    for _ in range(room):
        journal.append(1, journal.next_seq, b"")
    assert raises(Full, journal.append, 1, journal.next_seq, b"")


def test_release_makes_room_again():
    _, journal = fresh(6)
    fill(journal)
    journal.release(journal.next_seq - 1, TOKEN)
    assert journal.room() > 20
    fill(journal)


def test_endless_restarts_of_a_full_journal_lose_nothing_and_never_fill_it():
    flash, journal = fresh(5)
    fill(journal)
    live, top = shown(journal), journal.next_seq
    for _ in range(150):
        journal = restarted(flash)
        journal.idle()
    assert shown(journal) == live
    assert journal.next_seq == top
    assert journal.damage == []


def test_a_wrecked_sector_is_told_however_often_the_journal_starts():
    flash, journal = fresh(5)
    fill(journal)
    flash.data[:BLOCK] = os.urandom(BLOCK)
    for _ in range(20):
        journal = restarted(flash)
        assert [seq for _, seq, _ in shown(journal)] == list(range(14, 29))
        assert journal.damage == list(range(15))


def test_half_a_mark_in_the_reserve_of_a_full_journal_is_no_damage():
    flash, journal = fresh(4)
    fill(journal)
    live = shown(journal)
    flash.data[3 * BLOCK : 3 * BLOCK + 8] = b"TJE\0\0\0\0\0"  # a start was cut off there
    journal = restarted(flash)
    assert shown(journal) == live
    assert journal.damage == []
    assert journal.room() == 0


class Dying(RamFlash):
    """Erases, but programs nothing any more."""

    def writeblocks(self, block, buffer, offset):
        raise OSError(5)


def test_idle_erases_nothing_that_a_forgotten_release_would_bring_back():
    flash, journal = fresh(4, 256)  # without units: a release is durable with the next record only
    fill(journal)
    live = shown(journal)
    for _ in range(20):  # wherever in the reserve the restarts have come to
        restarted(flash)
        dying = Dying(4, 256)
        journal = restarted(flash)
        journal._sectors._device = dying
        dying.data[:] = flash.data
        journal.release(journal.next_seq - 1, TOKEN)
        raises(OSError, journal.idle) or raises(OSError, journal.idle)
        left = RamFlash(4, 256)
        left.data[:] = dying.data
        assert shown(restarted(left)) == live


class Cut(Exception):
    pass


class Torn(RamFlash):
    """The power fails in each program of a record: half of it is there, or all of it."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.cuts = []

    def writeblocks(self, block, buffer, offset):
        half = bytes(buffer[: PAGE // 2]) + b"\xff" * (PAGE // 2)
        whole = offset == 0 or len(self.cuts) % 2
        super().writeblocks(block, buffer if whole else half, offset)
        if offset:
            self.cuts.append(block * BLOCK + offset)
            raise Cut


def seen_by_nobody(flash, cuts):
    """A copy in which nothing can be read of what was being programmed in the cuts."""
    copy = copied(flash)
    for at in cuts:
        if copy.data[at] != 0xFF:
            copy.data[at : at + PAGE] = bytes(PAGE)
    return copy


def copied(flash, kind=RamFlash):
    copy = kind(flash.blocks, flash.program_bytes)
    copy.data[:] = flash.data
    return copy


def test_starts_that_read_a_note_erase_nothing_that_others_need_who_cannot_read_it():
    for restarts in range(18):  # wherever in the reserve they have come to
        flash, journal = fresh(8, 256)  # without units: a release needs a record
        fill(journal)
        for _ in range(restarts):
            journal = restarted(flash)
        top = journal.next_seq - 1
        journal.release(45, TOKEN)
        while journal.idle():
            pass
        torn = copied(flash, Torn)
        torn.cuts.append(flash.record_at(journal._last))
        for _ in range(30):
            assert raises(Cut, journal_on(torn).mount)
            again = restarted(seen_by_nobody(torn, torn.cuts))
            assert [seq for _, seq, _ in shown(again)] == list(range(again.released + 1, top + 1))
            assert again.damage == []


class Marking(RamFlash):
    """The power fails when a sector has its mark and nothing else."""

    def writeblocks(self, block, buffer, offset):
        super().writeblocks(block, buffer, offset)
        if offset == 0:
            raise Cut


def test_where_a_note_was_going_when_the_power_went_the_next_start_goes_too():
    """Its mark may be a lap ahead: what was written past it, no later start would look for."""
    cuts = 0
    for restarts in range(2, 40):
        flash, journal = fresh(8, 256)  # without units: a release needs a record
        for seq in (1, 2):
            journal.append(1, seq, b"sale")
        for _ in range(restarts):
            journal = restarted(flash)
        flash = journal._sectors._device = copied(flash, Marking)
        journal.release(1, TOKEN)
        cuts += raises(Cut, journal.idle) or raises(Cut, journal.idle)
        flash = copied(flash)
        journal = restarted(flash)
        for _ in range(40):
            journal.append(1, journal.next_seq, b"sale")
        assert shown(restarted(flash)) == shown(journal), restarts
    assert cuts > 10


def test_a_record_is_found_where_it_was_written_also_when_a_note_has_moved_it():
    for restarts in range(1, 18):
        flash, journal = fresh(8, 256)  # without units: a release needs a record
        fill(journal)
        for _ in range(restarts):
            journal = restarted(flash)
        positions = [(pos, seq) for pos, _, seq, _ in journal.live()]
        journal.release(45, TOKEN)
        while journal.idle() or journal.idle():
            pass
        for pos, seq in positions:
            assert seq <= 45 or journal.read(pos)[1] == seq


# Cost


def test_an_append_is_one_program_when_idle_has_run():
    flash, journal = fresh()
    for _ in range(60):
        while journal.idle():
            pass
        flash.forget()
        pos = journal.append(1, journal.next_seq, b"x" * 200)
        assert flash.erases == 0
        assert flash.programs == (1 if pos % 15 else 2)  # a sector's first record brings its mark
        journal.release(journal.next_seq - 1, TOKEN)


def test_an_append_erases_by_itself_if_idle_never_runs():
    flash, journal = fresh()
    for seq in range(1, 200):
        journal.append(1, seq, b"")
        journal.release(seq, TOKEN)
    assert [seq for _, seq, _ in shown(journal)] == []
    assert flash.erases > 10


def test_idle_does_at_most_one_erase():
    flash, journal = fresh()
    for seq in range(1, 100):
        journal.append(1, seq, b"")
        journal.release(seq, TOKEN)
        flash.forget()
        journal.idle()
        assert flash.erases <= 1


def test_an_open_journal_needs_little_memory():
    flash, _ = fresh(24)
    gc.collect()
    before = gc.mem_alloc()
    journal = restarted(flash)
    for _ in journal.live():
        pass
    gc.collect()
    assert gc.mem_alloc() - before < 8192  # 4 KB where a word has 32 bits


# Damage


def test_a_record_that_rotted_is_told_and_the_others_flow():
    flash, journal = fresh()
    positions = [journal.append(1, seq, b"%d" % seq) for seq in range(1, 6)]
    at = flash.damage(positions[2])
    raw = bytes(flash.data[at : at + PAGE])
    journal = restarted(flash)
    assert [seq for _, seq, _ in shown(journal)] == [1, 2, 4, 5]
    assert journal.damage == [positions[2]]
    assert raises(Damaged, journal.read, positions[2])
    assert flash.data[at : at + PAGE] == raw


def test_a_release_is_noted_also_when_the_newest_record_has_rotted():
    flash, journal = fresh(8, 256)  # without units: a release needs a record
    for seq in range(1, 4):
        newest = journal.append(1, seq, b"")
    flash.damage(newest)
    journal.release(2, TOKEN)
    journal.idle()
    assert journal.idle()  # no record has carried it since the call before
    assert restarted(flash).released == 2


def test_an_alarm_is_told_once_and_ends_with_the_release():
    flash, journal = fresh()
    positions = [journal.append(1, seq, b"") for seq in range(1, 6)]
    flash.damage(positions[1])
    journal = restarted(flash)
    shown(journal), shown(journal)
    assert journal.damage == [positions[1]]
    journal.release(4, TOKEN)
    journal.append(1, 6, b"carries the release")
    journal = restarted(flash)
    assert [seq for _, seq, _ in shown(journal)] == [5, 6]
    assert journal.damage == []


def test_half_a_long_record_is_not_shown():
    flash, journal = fresh()
    journal.append(1, 1, b"a")
    pos = journal.append(1, 2, b"b" * 400)
    journal.append(1, 3, b"c")
    flash.damage(pos + 1)
    assert [seq for _, seq, _ in shown(journal)] == [1, 3]
    assert journal.damage == [pos, pos + 1]


def test_a_sector_whose_mark_is_lost_is_still_read():
    flash, journal = fresh(8)
    for seq in range(1, 50):
        journal.append(1, seq, b"")
    flash.data[4096:4128] = bytes(32)
    journal = restarted(flash)
    assert [seq for _, seq, _ in shown(journal)] == list(range(1, 50))


def test_a_journal_whose_newest_sectors_are_gone_is_damaged_not_empty():
    flash, journal = fresh(9)
    for seq in range(1, 80):
        journal.append(1, seq, b"")
    for pos in range(30, 90):
        flash.damage(pos)
    assert raises(Damaged, journal_on(flash).mount)


# Walking


def test_live_stays_right_while_records_come_and_go():
    _, journal = fresh()
    for seq in range(1, 41):
        journal.append(1, seq, b"%d" % seq)
    seen = []
    for _, _, seq, payload in journal.live():
        assert payload == b"%d" % seq
        seen.append(seq)
        if seq <= 40:
            journal.append(2, journal.next_seq, b"%d" % journal.next_seq)
        if seq == 10:
            journal.release(20, TOKEN)
    assert seen[:10] == list(range(1, 11))
    assert 15 not in seen and seen[-1] > 60
    assert seen == sorted(seen)


def test_history_reaches_back_until_a_sector_was_erased():
    _, journal = fresh(5)
    for seq in range(1, 200):
        journal.append(1, seq, b"")
        journal.release(seq, b"")
    seqs = [seq for _, _, seq, _ in journal.history()]
    assert seqs == list(range(199, 199 - len(seqs), -1))
    assert len(seqs) >= 45


def test_the_copy_of_a_start_is_shown_in_place_of_the_original():
    flash, journal = fresh()
    journal.append(1, 1, b"a")
    original = journal.append(1, 2, b"b" * 300)
    for _ in range(3):
        journal = restarted(flash)
    copies = [pos for pos, _, seq, _ in journal.live() if seq == 2]
    assert len(copies) == 1 and copies[0] > original
    assert [seq for _, _, seq, _ in journal.history()] == [2, 1]
    page = Page(Sealer(KEY))
    at = (1 + copies[0]) * PAGE
    page.raw[:] = flash.data[at : at + PAGE]
    assert page.parse() and page.flags & VOIDS and page.origin == original
