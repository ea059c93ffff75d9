"""What is provisioned is checked field by field; an error names the field."""

import json

import parts

from terminal import settings
from terminal.settings import BadSettings, Settings

_FILE = parts.place("settings") + "provision.json"


def _document(**policy):
    limits = {"sale_limit_fen": 1, "stored_count_limit": 0, "stored_sum_limit_fen": 0}
    limits.update(policy)
    return {
        "format": "tapstone-provision/1",
        "terminal": {
            "serial": "TEST0001",
            "terminal_id": "T0000001",
            "merchant_id": "M00000000000001",
            "currency": "156",
            "issued": [2026, 11, 22],
            "utc_offset_min": 480,
            "batch": 1,
            "support": "",
        },
        "host": {
            "address": "host",
            "port": 7000,
            "name": "host",
            "reply_ms": 10000,
            "echo_ms": 30000,
            "ca": "AA==",
            "cert": "AA==",
            "key": "AA==",
        },
        "policy": limits,
        "keys": {
            "ikid": "1234567890123456",
            "initial_key": "00" * 16,
            "seal_key": "00" * 16,
        },
        "emv": {"currency": "0156"},
    }


def _refused(document):
    try:
        Settings(document)
    except BadSettings as error:
        return str(error)
    raise AssertionError("it was taken")


def test_what_the_policy_does_not_say_is_on_the_safe_side():
    policy = Settings(_document()).policy
    assert policy.deferred is False
    assert policy.stored_age_limit_h == 72
    assert policy.offline_aids == []


def test_a_policy_may_say_it_all():
    said = {"deferred": True, "stored_age_limit_h": 24, "offline_aids": ["A000000333"]}
    policy = Settings(_document(**said)).policy
    assert policy.deferred is True
    assert policy.stored_age_limit_h == 24
    assert policy.offline_aids == ["A000000333"]


def test_a_wrong_value_is_named():
    wrong = (
        ("stored_age_limit_h", 0),
        ("stored_age_limit_h", "72"),
        ("stored_count_limit", True),
        ("sale_limit_fen", 0),
        ("offline_aids", ["A0"]),
        ("offline_aids", ["A00000033"]),
        ("offline_aids", ["Z000000333"]),
        ("offline_aids", ["A000000333"] * 17),
        ("deferred", 1),
    )
    for field, value in wrong:
        assert _refused(_document(**{field: value})) == "policy.%s is missing or wrong" % field


def test_a_signer_is_a_modulus_of_3072_bits_or_there_is_none():
    document = _document()
    assert Settings(document).signer is None
    document["keys"]["signer"] = "ab" * 384
    assert len(Settings(document).signer) == 384
    document["keys"]["signer"] = "ab" * 256
    assert _refused(document) == "keys.signer is missing or wrong"


def test_a_file_that_is_no_document_says_so():
    for text, why in (("{", "not valid JSON"), (json.dumps([1]), "tapstone-provision/1")):
        with open(_FILE, "w") as file:
            file.write(text)
        try:
            settings.load(_FILE)
        except BadSettings as error:
            assert why in str(error)
        else:
            raise AssertionError("it was taken")
