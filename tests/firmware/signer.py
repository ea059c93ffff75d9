"""Signed documents for tests, by a small RSA key that signs nothing else."""

import json
from binascii import unhexlify
from hashlib import sha256

MODULUS = unhexlify(
    "b41cd3ec1f8135954676cff30d06716e8f4268815d71818d5b5afacf8026a8b8667c015980f5089396be32a1"
    "7a4540038555423435c81b5bc24613363e36a99c05cedbb5acf5ae190dec82af850abd6fa8e7ac1b6b46c58e"
    "58b6854fdcc71b558e958e017bc8f89b8312d9a20d4c84e82f6d67da8f66942968f48d7fb59ed47f"
)
_PRIVATE = unhexlify(
    "654db590a063af3ca7a659eded8c8b2e511b5be62f2591656d55adae19f9247a9b01f24c6230efc2fb4d3cf2"
    "ffef8542b5b2af8ae81905f24541deba6aa19a213a7b8df44ce249044cf58ca1c44cb7a4f5f7d663e42c052f"
    "d1edb96434ed163193a81671eee882183c8a63601aa77ca250dd8680684f1a4c6039a468d80b0ec1"
)
_SHA256_INFO = unhexlify("3031300d060960864801650304020105000420")


def raw(block):
    """The private operation on a whole block."""
    n = int.from_bytes(MODULUS, "big")
    number = pow(int.from_bytes(block, "big"), int.from_bytes(_PRIVATE, "big"), n)
    return number.to_bytes(len(MODULUS), "big")


def padded(message):
    """RFC 8017 9.2."""
    digest = _SHA256_INFO + sha256(message).digest()
    return b"\0\1" + b"\xff" * (len(MODULUS) - 3 - len(digest)) + b"\0" + digest


def signed(content):
    """The document as it travels."""
    body = json.dumps(content).encode()
    return body + raw(padded(body))


def parameters(version=1, policy=None, **more):
    limits = {
        "sale_limit_fen": 100000,
        "stored_count_limit": 5,
        "stored_sum_limit_fen": 200000,
    }
    limits.update(policy or {})
    content = {
        "format": "tapstone-parameters/1",
        "version": version,
        "merchant_id": "M00000000000001",
        "policy": limits,
    }
    content.update(more)
    return content


def notices(version=1, *several, **more):
    content = {"format": "tapstone-notices/1", "version": version, "notices": list(several)}
    content.update(more)
    return content


def notice(**changes):
    made = {
        "from": [2026, 11, 25, 18, 0],
        "to": [2026, 11, 25, 20, 0],
        "recovery": [2026, 11, 25, 20, 30],
        "scope": "all",
        "zh": "系统",
        "en": "Planned work on the network.",
    }
    made.update(changes)
    return made
