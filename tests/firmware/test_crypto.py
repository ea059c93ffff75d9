"""Cryptography against published vectors: RFC 4493, X9.24-3; and what sealing must refuse."""

from binascii import unhexlify as unhex

from crypto import ctr, dukpt, rng
from crypto.cmac import cmac, same
from crypto.seal import Sealer

RFC4493_KEY = unhex("2b7e151628aed2a6abf7158809cf4f3c")
RFC4493_TEXT = unhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
IKID = unhex("1234567890123456")
INITIAL_KEY = unhex("1273671EA26AC29AFA4D1084127652A1")
_PIN_ENCRYPTION = 0x1000  # usage of the published vectors: this terminal takes no PIN


def test_cmac_gives_the_four_vectors_of_rfc_4493():
    for length, tag in (
        (0, "bb1d6929e95937287fa37d129b756746"),
        (16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (40, "dfa66747de9ae63030ca32611497c827"),
        (64, "51f0bebf7e3b9d92fc49741779363cfe"),
    ):
        assert cmac(RFC4493_KEY, RFC4493_TEXT[:length]) == unhex(tag)


def test_ctr_gives_the_vector_of_sp_800_38a_shifted_to_a_12_byte_nonce():
    # F.5.1 starts its counter at f0f1..feff; AES-CTR is an XOR with E(counter block), checked here
    # with a counter block that a 12-byte nonce and block number 0 can form.
    from cryptolib import aes

    nonce = bytes(range(12))
    data = bytearray(40)
    ctr.crypt(RFC4493_KEY, nonce, data)
    for block in range(3):
        stream = aes(RFC4493_KEY, 1).encrypt(nonce + block.to_bytes(4, "big"))
        assert data[block * 16 : block * 16 + 16] == stream[: len(data) - block * 16]


def test_ctr_twice_gives_the_text_back():
    data = bytearray(RFC4493_TEXT)
    ctr.crypt(RFC4493_KEY, bytes(12), data)
    assert data != RFC4493_TEXT
    ctr.crypt(RFC4493_KEY, bytes(12), data)
    assert data == RFC4493_TEXT


def test_dukpt_gives_the_published_pin_keys():
    keys = dukpt.Dukpt(IKID, INITIAL_KEY)
    for counter, key in (
        (1, "AF8CB133A78F8DC2D1359F18527593FB"),
        (2, "D30BDC73EC9714B000BEC66BDB7B6D09"),
        (3, "7D69F01F3B45449F62C7816ECE723268"),
    ):
        assert keys.working_key(_PIN_ENCRYPTION, counter) == unhex(key)


def test_dukpt_gives_the_published_mac_and_data_keys():
    keys = dukpt.Dukpt(IKID, INITIAL_KEY)
    assert keys.working_key(dukpt.MAC_REQUEST, 1) == unhex("A2DC23DE6FDE0824A2BC321E08E4B8B7")
    assert keys.working_key(dukpt.DATA_ENCRYPTION, 1) == unhex("A35C412EFD41FDB98B69797C02DCD08F")


def test_dukpt_gives_the_same_keys_in_whatever_order_they_are_asked_for():
    used = dukpt.Dukpt(IKID, INITIAL_KEY)
    for counter in (1, 1000, 1016, 999, 0x1FFFE, 2, 0xFFFF, 1000, 3) + tuple(range(980, 1050)):
        fresh = dukpt.Dukpt(IKID, INITIAL_KEY)
        for usage in (dukpt.MAC_REQUEST, dukpt.MAC_REPLY):
            assert used.working_key(usage, counter) == fresh.working_key(usage, counter)


def test_dukpt_skips_counters_with_more_than_sixteen_ones():
    assert dukpt.counter_is_usable(0xFFFF)
    assert not dukpt.counter_is_usable(0x1FFFF)
    try:
        dukpt.Dukpt(IKID, INITIAL_KEY).working_key(dukpt.MAC_REQUEST, 0x1FFFF)
        raise AssertionError("derived a key for a counter that must be skipped")
    except ValueError:
        pass


def _sealed(sealer, plain):
    body, tag = bytearray(plain), bytearray(8)
    sealer.seal(b"nonce-12byte", b"header", body, tag)
    return body, tag


def test_a_sealed_record_opens_to_what_it_held():
    sealer = Sealer(bytes(16))
    body, tag = _sealed(sealer, b"amount and card data")
    assert body != b"amount and card data"
    assert sealer.open(b"nonce-12byte", b"header", body, tag)
    assert body == b"amount and card data"


def test_any_changed_bit_is_refused_and_the_body_left_alone():
    sealer = Sealer(bytes(16))
    body, tag = _sealed(sealer, b"amount and card data")
    for at in range(len(body)):
        bent = bytearray(body)
        bent[at] ^= 1
        kept = bytes(bent)
        assert not sealer.open(b"nonce-12byte", b"header", bent, tag)
        assert bent == kept
    assert not sealer.open(b"nonce-12byte", b"hEader", body, tag)


def test_another_key_does_not_open_a_record():
    body, tag = _sealed(Sealer(bytes(16)), b"secret")
    assert not Sealer(b"1" * 16).open(b"nonce-12byte", b"header", body, tag)


def test_random_refuses_a_stuck_entropy_source():
    import os

    for broken in (lambda n: bytes(n), lambda n: b"\1\2" * (n // 2), lambda n: os.urandom(n - 1)):
        try:
            rng.Random(broken)
            raise AssertionError("accepted a broken source")
        except rng.EntropyFailed:
            pass


def test_random_numbers_do_not_repeat_over_a_reseed():
    import os

    random = rng.Random(os.urandom)
    seen = {int.from_bytes(random(7), "big") for _ in range(1500)}
    assert len(seen) == 1500
    assert len(random(100)) == 100


def test_same_compares_whole_tags_only():
    assert same(b"abc", b"abc")
    assert not same(b"abc", b"abd")
    assert not same(b"abc", b"abcd")
