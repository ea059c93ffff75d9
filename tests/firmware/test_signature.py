"""RSA signatures: what OpenSSL has signed is right, and nothing that only looks like it."""

from binascii import unhexlify

import signer

from crypto.signature import is_right

# By a key of 3,072 bits, as `openssl dgst -sha256 -sign` makes it.
_MESSAGE = b"Tapstone signed document: a test vector"
_MODULUS = unhexlify(
    "97e9b61338a920cf99ab0c28c75cbdb84e27113689c66b72fb484a3b16a22444d8b69aff7d9646cb42b91268"
    "12a81c324eba13cbc86b5ef7ff7547b9d4a616f2b49def65e6696ccabb53cd70f3ca6be3c823ab5efe2f1d68"
    "36c93801dc2997b283b377dcf60ccf7ab2de108d8f29392bc2148bdc71962d23d9b3e7f419dd0b672a797154"
    "7e08c83dee3c926739e512347c1a9bab20f1f86489c561c67e8c14f63a6ea295c91ca2dd0542ff2b8ccab781"
    "aca42587461af74e28be95608f43af78be96044e8052d25d74992509b9bd7208b20a91f025a3dc7d6d935d8a"
    "caf6b3279c4478def37256062a57dee9873f5d7469f2a1eeb589d6759183da6acfdae537831beaa28ad7b603"
    "02947f71a123988a0008ad65d3c08ed195359e5b7b2c17387a8414845152d659b2996bf04639d284f4ed997a"
    "e7b73581db61ae7229ac6a9d815f46275efef9d1412d675b0b0bb703fe7ec38a130b00bdf876af62f85de2c8"
    "644632306d25c84a195eac21e51b49fab5cef60221156097853b09d19413e2b3"
)
_SIGNATURE = unhexlify(
    "18e788fdea4652ee6ec4c3fb3b11ed48d5a5291534f97fd953fe2d280402b9c8b3deb6fd41868c4474526849"
    "b9a0371302a3ad8f882015aebd5f6380235c332643acc3c263c9c99fd1cd02c88540b4453457d5f6f28df3ed"
    "e7e37301e245bc54c4317efe70c30d0046be90b5e7c3b7b5321c39bd09bbfaaba6cfff80cb103369c9019ab8"
    "b9c09e019ac3d6abb29ec91989267b92d23c4cd53679fd56f1d26b3120e1a7aa8c3c59a407f140d4616e7f75"
    "90f2c77c5a9633c5dffc7d2659acb02992ea87e8efb2b5a881cd1518cf76a01a1b2389016dd12a8e2b51b6c8"
    "a29469ad86dc45c3082a6d8b11ce412b55b6e46aff68213808618bbd0e6d80d80623ca11d6d2973471131f89"
    "4d8b74a4b9daf8df0f5b066e247f113cfd5dc62f65b79d718bf216f4033aca790776509712efcc9cd645c5f9"
    "ccf1b840f4c2f782d16e70800a939886a7e018aea9fb0febba020b796bd0716699ecf68eef1dc04c83508b4c"
    "7c3cd9d261d07449feaa5db9ed5b9edf5e55b61b1c08989d900bad03bbc472b6"
)


def _flipped(data, at):
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def test_a_signature_by_another_tool_is_right():
    assert is_right(_MODULUS, _MESSAGE, _SIGNATURE)


def test_one_bit_of_anything_makes_it_wrong():
    assert not is_right(_MODULUS, _flipped(_MESSAGE, 5), _SIGNATURE)
    assert not is_right(_MODULUS, _MESSAGE, _flipped(_SIGNATURE, 383))
    assert not is_right(_flipped(_MODULUS, 100), _MESSAGE, _SIGNATURE)


def test_another_length_is_wrong():
    assert not is_right(_MODULUS, _MESSAGE, _SIGNATURE[1:])
    assert not is_right(_MODULUS, _MESSAGE, b"\0" + _SIGNATURE)
    assert not is_right(_MODULUS, _MESSAGE, b"")


def test_a_number_above_the_modulus_is_wrong():
    """It would be the same number as the right one, modulo n."""
    n = int.from_bytes(signer.MODULUS, "big")
    for message in (bytes((i,)) for i in range(100)):
        more = int.from_bytes(signer.raw(signer.padded(message)), "big") + n
        if more < 1 << 1024:
            break
    assert not is_right(signer.MODULUS, message, more.to_bytes(128, "big"))


def test_nothing_may_hide_behind_a_short_padding():
    good = signer.padded(b"x")
    digest = good[-51:]
    short = b"\0\1" + b"\xff" * 8 + b"\0" + digest
    assert is_right(signer.MODULUS, b"x", signer.raw(good))
    assert not is_right(signer.MODULUS, b"x", signer.raw(short + bytes(128 - len(short))))


def test_another_block_type_is_wrong():
    for start in (b"\0\2", b"\1\1"):
        assert not is_right(signer.MODULUS, b"x", signer.raw(start + signer.padded(b"x")[2:]))
