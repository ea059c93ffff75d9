"""BER-TLV: what no card may get away with. The shared cases run by `tapstone emv check`."""

from emv import tlv


def _refused(data):
    try:
        list(tlv.objects(bytes.fromhex(data)))
    except tlv.TlvError:
        return True
    return False


def test_every_cut_of_a_record_is_refused_or_shorter():
    whole = bytes.fromhex("70145A0847617390010100105F24031912315F340101")
    for size in range(1, len(whole)):
        assert _refused(whole[:size].hex()), size


def test_padding_between_objects_is_skipped():
    assert list(tlv.objects(b"\x00\x00\x82\x01\x07\x00\x84\x00\x00")) == [
        (0x82, b"\x07"),
        (0x84, b""),
    ]


def test_lengths_of_one_and_two_more_bytes():
    assert [len(v) for _, v in tlv.objects(b"\x82\x81\x80" + bytes(128))] == [128]
    assert [len(v) for _, v in tlv.objects(b"\x82\x82\x01\x00" + bytes(256))] == [256]


def test_indefinite_and_longer_lengths_are_refused():
    assert _refused("8280" + "00" * 4)
    assert _refused("8283000001FF")


def test_tags_of_up_to_four_bytes():
    assert list(tlv.objects(bytes.fromhex("DF81170100"))) == [(0xDF8117, b"\0")]
    assert list(tlv.objects(bytes.fromhex("9F8181010100"))) == [(0x9F818101, b"\0")]
    assert _refused("9F818181010100")


def test_too_many_objects_are_refused():
    assert not _refused("8200" * 64)
    assert _refused("8200" * 65)


def test_too_deep_nesting_is_refused():
    def nested(levels):
        data = b"\x82\x00"
        for _ in range(levels):
            data = b"\x61" + bytes((len(data),)) + data
        return data

    assert list(tlv.flatten(nested(4), (0x61,))) == [(0x82, b"")]
    try:
        list(tlv.flatten(nested(6), (0x61,)))
    except tlv.TlvError:
        return
    raise AssertionError("nesting was not bounded")


def test_an_object_that_comes_twice_is_refused():
    try:
        tlv.table(bytes.fromhex("820100820101"))
    except tlv.TlvError:
        return
    raise AssertionError("taken twice")


def test_flatten_opens_only_the_named_templates():
    data = bytes.fromhex("6F0A8401AAA5055000610150")
    assert [tag for tag, _ in tlv.flatten(data, (0x6F, 0xA5))] == [0x84, 0x50, 0x61]


def test_find_follows_a_path():
    data = bytes.fromhex("6F05A503500141")
    assert tlv.find(data, 0x6F, 0xA5, 0x50) == b"A"
    assert tlv.find(data, 0x6F, 0xBF0C) is None
