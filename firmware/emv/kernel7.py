"""Kernel 7 (UnionPay, qUICS): its bits, and the shared flow. Follows the public flow of Book C-7.

fDDA is its only authentication: there is no bit that asks for it on the way to the issuer. The CTQ
is taken to be as in C-3, for want of a public table of C-7's own.
"""

from . import qvsdc

# (byte, bit) as the book writes them.
RULES = {
    "ttq": {
        "contact": (1, 5),
        "offline_only": (1, 4),
        "online_pin": (1, 3),
        "signature": (1, 2),
        "online_cryptogram": (2, 8),
        "cvm_required": (2, 7),
    },
    "ctq": {
        "online_pin": (1, 8),
        "signature": (1, 7),
        "online_if_oda_fails": (1, 6),
        "switch_if_oda_fails": (1, 5),
        "online_if_expired": (1, 4),
        "device_cvm": (2, 8),
    },
}


def run(session):
    """The kernel as the entry point activates it."""
    return qvsdc.run(session, RULES)
