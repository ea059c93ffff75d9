"""AES-DUKPT against the published vectors (ANSI X9.24-3 and its supplement)."""

import pytest

from host_tools.acquirer import dukpt

BASE_KEY = bytes.fromhex("FEDCBA9876543210F1F1F1F1F1F1F1F1")
KEY_ID = bytes.fromhex("1234567890123456")
PIN_ENCRYPTION = 0x1000


def test_the_initial_key():
    assert dukpt.initial_key(BASE_KEY, KEY_ID).hex().upper() == "1273671EA26AC29AFA4D1084127652A1"


@pytest.mark.parametrize(
    ("counter", "usage", "key"),
    [
        (1, PIN_ENCRYPTION, "AF8CB133A78F8DC2D1359F18527593FB"),
        (1, dukpt.MAC_REQUEST, "A2DC23DE6FDE0824A2BC321E08E4B8B7"),
        (1, dukpt.MAC_REPLY, "DBB463945B286C07CD3AD82EE96FD9C9"),
        (1, dukpt.MAC_RECEIPT, "85675439D18D7F1158BD8E3EAA3D502B"),
        (1, dukpt.DATA_ENCRYPTION, "A35C412EFD41FDB98B69797C02DCD08F"),
        (2, PIN_ENCRYPTION, "D30BDC73EC9714B000BEC66BDB7B6D09"),
        (2, dukpt.MAC_REQUEST, "484C3B06E8562704528CD5B46FB12FB6"),
        (3, PIN_ENCRYPTION, "7D69F01F3B45449F62C7816ECE723268"),
        (3, dukpt.DATA_ENCRYPTION, "EF17F6AB45B4820C93A3DCB21BC491AD"),
        (8, PIN_ENCRYPTION, "4D9DF3FBEE3448FC3E676D04320A90F5"),
        (8, dukpt.MAC_REQUEST, "6FD572E5D59E618875F193484F9178FB"),
    ],
)
def test_working_keys(counter, usage, key):
    initial = dukpt.initial_key(BASE_KEY, KEY_ID)
    keys = dukpt.TransactionKeys(initial, KEY_ID, counter)
    assert keys.working_key(usage).hex().upper() == key


@pytest.mark.parametrize(("counter", "usable"), [(1, True), (0xFFFF, True), (0x1FFFF, False)])
def test_counters_with_more_than_16_ones_are_skipped(counter, usable):
    assert dukpt.counter_is_usable(counter) == usable
