"""Offline data authentication: certificates, their expiry, revocation and lengths."""

import emv_cases

from emv import oda

_TODAY = (2019, 8, 19)


def _hex(text):
    return bytes.fromhex(text)


def _card(chain):
    names = {
        0x90: "issuer_certificate_90",
        0x92: "issuer_remainder_92",
        0x9F32: "issuer_exponent_9F32",
        0x9F46: "icc_certificate_9F46",
        0x9F47: "icc_exponent_9F47",
        0x9F48: "icc_remainder_9F48",
        0x93: "signed_static_93",
    }
    return {tag: _hex(chain[name]) for tag, name in names.items() if name in chain}


def _issuer(chain, pan=None, today=_TODAY, revoked=()):
    ca = chain["capk"]
    key = _hex(ca["modulus"]), int(ca["exponent"], 16)
    name = _hex(ca["rid"] + ca["index"])
    return oda.issuer_key(key, name, _card(chain).get, pan or chain["pan"], today, revoked)


def _icc(chain, pan=None):
    static = [_hex(chain["static_data"])]
    return oda.icc_key(_issuer(chain), _card(chain).get, static, pan or chain["pan"], _TODAY)


def _sda(chain):
    return oda.static_data(_issuer(chain), _card(chain).get, [_hex(chain["static_data"])])


def _fails(step, *args, **more):
    try:
        step(*args, **more)
    except oda.OdaError:
        return True
    return False


def test_changed_static_data_fails_sda():
    cases = emv_cases.load("oda")
    if cases is None:
        return emv_cases.ABSENT
    chain = [c for c in cases["chains"] if "sda" in c["expect"]][0]
    for path in ("static_data", "signed_static_93"):
        whole = chain[path]
        chain[path] = "%02X" % (int(whole[:2], 16) ^ 1) + whole[2:]
        assert _fails(_sda, chain), path
        chain[path] = whole
    del chain["signed_static_93"]
    assert _fails(_sda, chain)
    return None


def _chain():
    cases = emv_cases.load("oda")
    return cases and cases["chains"][0]


def test_certificates_are_good_to_the_end_of_their_month():
    chain = _chain()
    if chain is None:
        return emv_cases.ABSENT
    assert not _fails(_issuer, chain, today=(2019, 12, 31))
    assert _fails(_issuer, chain, today=(2020, 1, 1))
    return None


def test_a_revoked_issuer_certificate_is_refused():
    chain = _chain()
    if chain is None:
        return emv_cases.ABSENT
    assert _fails(_issuer, chain, revoked={_hex("A00000000392" + "034969")})
    assert not _fails(_issuer, chain, revoked={_hex("A00000000392" + "034968")})
    return None


def test_certificates_must_be_for_this_card_number():
    chain = _chain()
    if chain is None:
        return emv_cases.ABSENT
    assert _fails(_issuer, chain, pan="4761749001010010")
    assert _fails(_icc, chain, pan="4761739001010011")
    return None


def test_remainder_must_fit_exactly():
    chain = _chain()
    if chain is None:
        return emv_cases.ABSENT
    chain["issuer_remainder_92"] += "00"
    assert _fails(_issuer, chain)
    return None


def test_lengths_of_signature_and_key_must_be_equal():
    chain = _chain()
    if chain is None:
        return emv_cases.ABSENT
    chain["issuer_certificate_90"] = chain["issuer_certificate_90"][2:]
    assert _fails(_issuer, chain)
    return None


def test_an_error_never_holds_card_data():
    chain = _chain()
    if chain is None:
        return emv_cases.ABSENT
    try:
        _icc(chain, pan="4761739001010011")
    except oda.OdaError as error:
        assert not any(c.isdigit() for c in str(error))
        return None
    raise AssertionError("accepted")
