"""Terminal verification results: processing restrictions and risk management."""

from emv import restrictions, risk


def _objects(named):
    return {int(tag, 16): bytes.fromhex(value) for tag, value in named.items()}


def _judged(card, terminal):
    tvr = bytearray(5)
    restrictions.judge(card, terminal, tvr)
    return tvr.hex().upper()


def test_offline_sales_in_a_row_are_counted_against_both_limits():
    limits = {0x9F14: b"\x12", 0x9F23: b"\x34"}  # 18 and 52
    for card, atc, last, marks in (
        (limits, 1234, 1216, "0000000000"),
        (limits, 1234, 1215, "0000004000"),
        (limits, 1234, 1182, "0000004000"),
        (limits, 1234, 1181, "0000006000"),
        (limits, None, None, "0000006000"),
        (limits, 1234, None, "0000006000"),
        (limits, None, 0, "0008006000"),
        (limits, 5, 0, "0008000000"),
        (limits, 1234, 1234, "0000006000"),  # a counter that stands still is not believed
        ({0x9F14: b"\x12"}, 1234, 0, "0000000000"),  # without both limits nothing is checked
    ):
        tvr = bytearray(5)
        risk.check_velocity(card, atc, last, tvr)
        assert tvr.hex() == marks, (atc, last)


def test_the_latest_sale_with_the_card_counts_towards_the_floor_limit():
    assert not risk.over_floor(9999, 10000)
    assert risk.over_floor(10000, 10000)
    assert risk.over_floor(5000, 10000, 5000)
    assert not risk.over_floor(5000, 10000, 4999)


_TERMINAL = {
    "9F09": "0002",
    "9F35": "22",
    "9F40": "F000000000",
    "9F1A": "0156",
    "9C": "00",
    "9A": "260412",
}


def test_each_restriction_has_its_bit():
    for card, terminal, tvr in (
        ({}, {}, "0000000000"),
        ({"9F08": "0003"}, {}, "0080000000"),
        ({"5F24": "260412"}, {}, "0000000000"),
        ({"5F24": "260411"}, {}, "0040000000"),
        ({"5F24": "991231"}, {}, "0040000000"),  # 1999
        ({"5F24": "2604AA"}, {}, "0040000000"),  # no date at all
        ({"5F25": "260413"}, {}, "0020000000"),
        ({"9F07": "2100", "5F28": "0156"}, {}, "0000000000"),  # goods at home
        ({"9F07": "2100", "5F28": "0840"}, {}, "0010000000"),
        ({"9F07": "0500", "5F28": "0840"}, {}, "0000000000"),  # services abroad
        ({"9F07": "2100", "5F28": "0156"}, {"9C": "01"}, "0010000000"),
        ({"9F07": "8100", "5F28": "0156"}, {"9C": "01"}, "0000000000"),
        ({"9F07": "8200", "5F28": "0156"}, {"9C": "01", "9F35": "14"}, "0000000000"),
        ({"9F07": "8100", "5F28": "0156"}, {"9C": "01", "9F35": "14"}, "0010000000"),
        ({"9F07": "0180", "5F28": "0156"}, {"9C": "09"}, "0000000000"),
        ({"9F07": "FE00"}, {}, "0010000000"),
    ):
        ours = dict(_TERMINAL)
        ours.update(terminal)
        assert _judged(_objects(card), _objects(ours)) == tvr, (card, terminal)
