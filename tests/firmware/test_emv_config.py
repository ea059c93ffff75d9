"""The "emv" section: what is wrong with it is said by field, and what is right can be used."""

import emv_cases
from emv_card import ca_key

from emv import config

_RID = bytes.fromhex("A000000333")


def _section(**more):
    found = emv_cases.section("A000000333010101", 7, "36004080")
    found["ca_keys"] = [ca_key(_RID)]
    found.update(more)
    return found


def _complaint(section):
    try:
        config.load(section)
    except config.ConfigError as error:
        return str(error)
    return None


def _with(where, **changes):
    section = _section()
    section[where][0].update(changes)
    return section


def test_a_good_section_loads():
    found = config.load(_section(version=7))
    assert found.version == 7
    app = found.applications[0]
    assert (app.kernel, app.ttq, app.limit_fen) == (7, bytes.fromhex("36004080"), 500000)
    assert found.terminal[0x9F1A] == b"\x01\x56"
    assert found.terminal[0x9F1E] == b"SIM00001"


def test_errors_name_the_field():
    for section, field in (
        ([], "emv"),
        (_section(country="15"), "emv.country"),
        (_section(country=156), "emv.country"),
        (_section(version="1"), "emv.version"),
        (_section(version=True), "emv.version"),
        (_section(terminal_serial="MUCH TOO LONG"), "emv.terminal_serial"),
        (_section(applications=[]), "emv.applications"),
        (_section(applications={}), "emv.applications"),
        (_with("applications", aid="A0"), "emv.applications[0].aid"),
        (_with("applications", ttq="360040"), "emv.applications[0].ttq"),
        (_with("applications", ttq="zz004080"), "emv.applications[0].ttq"),
        (_with("applications", limit_fen=-1), "emv.applications[0].limit_fen"),
        (_with("applications", floor_limit_fen=None), "emv.applications[0].floor_limit_fen"),
        (_with("applications", kernel="7"), "emv.applications[0].kernel"),
        (_with("ca_keys", rid="A0"), "emv.ca_keys[0].rid"),
        (_with("ca_keys", exponent="02"), "emv.ca_keys[0].exponent"),
        (_with("ca_keys", sha1="00" * 20), "emv.ca_keys[0].sha1"),
        (_with("ca_keys", index="E2"), "emv.ca_keys[0].sha1"),
        (_with("ca_keys", expires="2032"), "emv.ca_keys[0].expires"),
        (_with("ca_keys", expires="2032-13-01"), "emv.ca_keys[0].expires"),
        (_section(hotlist=["62"]), "emv.hotlist[0]"),
        (_section(hotlist=["62-621"]), "emv.hotlist[0]"),
        (_section(hotlist=[{}]), "emv.hotlist[0]"),
        (_section(revoked=[{"rid": "A000000333", "index": "E1"}]), "emv.revoked[0].serial"),
        (_section(revoked=["A000000333"]), "emv.revoked[0]"),
    ):
        complaint = _complaint(section)
        assert complaint and complaint.startswith(field + ":"), (field, complaint)


def test_a_kernel_2_application_needs_its_own_fields():
    section = emv_cases.section("A0000000041010", 2)
    assert _complaint(section).startswith("emv.applications[0].limit_device_cvm_fen:")


def test_a_key_is_given_until_its_last_day():
    found = config.load(_section())
    assert found.ca_key(_RID + b"\xe1", (2032, 12, 31))[1] == 3
    assert found.ca_key(_RID + b"\xe1", (2033, 1, 1)) is None
    assert found.ca_key(_RID + b"\xe2", (2026, 1, 1)) is None
    assert found.ca_key(bytes(5) + b"\xe1", (2026, 1, 1)) is None


def test_published_keys_carry_their_checksum():
    if not emv_cases.present():
        return emv_cases.ABSENT
    loaded = 0
    for key in emv_cases.each("capk", "keys"):
        weak = key["bits"] < 768 or key["bits"] > 1984 or key["exponent"] == "02"
        complaint = _complaint(_section(ca_keys=[emv_cases.ca_key(key)]))
        assert weak == bool(complaint), (key["rid"], key["index"], complaint)
        loaded += not complaint
    assert loaded > 100
    return None


def test_the_hotlist_knows_ranges_and_single_cards():
    found = config.load(_section(hotlist=["622848-622849", "153d78ffa7bd6184"]))
    assert found.hotlisted("6228481234567890")
    assert found.hotlisted("6228491234567890")
    assert not found.hotlisted("6228501234567890")
    assert found.hotlisted("6210948000000011")
    assert not found.hotlisted("6210948000000029")


def test_applications_that_may_not_pay_offline_have_a_floor_limit_of_nothing():
    found = config.load(_section())
    app = found.applications[0]
    configured = app.floor_limit_fen
    found.allow_offline([b"\xa0\0\0\0\4"])
    assert app.over_floor(1)
    found.allow_offline([app.aid[:5]])
    assert app.floor_limit_fen == configured
    found.allow_offline([])
    assert app.floor_limit_fen == configured
