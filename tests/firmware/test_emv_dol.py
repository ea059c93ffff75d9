"""Data object lists: the padding rules of Book 3 5.4 one by one."""

from emv import dol, tlv


def _fill(list_hex, values):
    return dol.fill(bytes.fromhex(list_hex), {int(k, 16): bytes.fromhex(v) for k, v in values}.get)


def _one(tag, size, value):
    return _fill("%s%02X" % (tag, size), [(tag, value)]).hex().upper()


def test_what_is_unknown_is_zeros():
    assert _fill("9F5C03" + "9F5A01", []) == bytes(4)


def test_numbers_are_cut_and_padded_on_the_left():
    assert _one("9F02", 8, "000000123456") == "0000000000123456"
    assert _one("9F02", 2, "000000123456") == "3456"


def test_compressed_numbers_are_padded_with_f():
    assert _one("5A", 10, "6210948000000011") == "6210948000000011FFFF"
    assert _one("5A", 4, "6210948000000011") == "62109480"


def test_everything_else_is_cut_and_padded_on_the_right():
    assert _one("9F66", 6, "36004080") == "360040800000"
    assert _one("9F66", 1, "36004080") == "36"


def test_a_list_cut_short_is_refused():
    for cut in ("9F", "9F02", "9F02069F37"):
        try:
            dol.parse(bytes.fromhex(cut))
        except tlv.TlvError:
            continue
        raise AssertionError(cut)


def test_a_list_reads_from_a_view_too():
    assert dol.parse(memoryview(b"\x9f\x02\x06\x9a\x03")) == [(0x9F02, 6), (0x9A, 3)]
