"""Terminal verification results: processing restrictions, CVM lists, floor limit."""

import emv_cases

from emv import cvm, entry, restrictions, tlv
from emv.config import Application


def _objects(named):
    return {int(tag, 16): bytes.fromhex(value) for tag, value in named.items()}


def _judged(card, terminal):
    tvr = bytearray(5)
    restrictions.judge(card, terminal, tvr)
    return tvr.hex().upper()


def test_the_processing_restriction_cases():
    cases = emv_cases.load("tvr")
    if cases is None:
        return emv_cases.ABSENT
    for case in cases["processing_restrictions"]:
        found = _judged(_objects(case["card"]), _objects(case["terminal"]))
        assert found == case["expect"]["tvr_95"], case["id"]
    return None


def test_the_cvm_list_cases():
    cases = emv_cases.load("tvr")
    if cases is None:
        return emv_cases.ABSENT
    for case in cases["cvm_list_parse"]:
        try:
            x, y, rules = cvm.parse(bytes.fromhex(case["hex"]))
        except tlv.TlvError:
            assert "error" in case, case["hex"]
            continue
        assert (x, y) == (case["x"], case["y"])
        assert rules == [(int(a, 16), int(b, 16)) for a, b in case["rules"]]
    return None


def test_the_floor_limit_cases_without_a_log():
    """GET DATA and the transaction log belong to contact kernels; their cases are left out."""
    cases = emv_cases.load("tvr")
    if cases is None:
        return emv_cases.ABSENT
    for case in cases["terminal_risk_management"]:
        if "9F14" in case["card"] and case["expect"]["tvr_95"] != "0000000000":
            continue
        if case["id"] == "TRM-04":
            continue  # exceeded by the log only
        app = Application(b"", 2)
        app.floor_limit_fen = int(case["terminal"]["9F1B"], 16)
        request = emv_cases.request(int(case["terminal"]["81"], 16))
        exceeded = entry.Combination(app, request).floor_exceeded
        assert exceeded == (case["expect"]["tvr_95"] == "0000008000"), case["id"]
    return None


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
