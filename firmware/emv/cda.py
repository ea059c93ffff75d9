"""Combined authentication (CDA, Book 2 6.6), for the kernels that ask for a cryptogram: 2 and 5."""

from micropython import const

from . import oda, tlv
from .outcome import FAILED, OK
from .tags import has, mark

REQUESTED = const(0x10)  # in the reference control parameter of GENERATE AC

# Terminal verification results; application interchange profile
_NOT_PERFORMED = (1, 8)
_DATA_MISSING = (1, 6)
_FAILED = (1, 3)
_AIP_CDA = (1, 1)


def possible(session, able, static, tvr, needed):
    """Whether an answer could be checked; what speaks against it is marked in the bytearray `tvr`.

    `able`: the kernel's configuration wants it. `static`: the signed records in order, or None.
    `needed`: tags without which there is no chain of certificates.
    """
    get = session.card.get
    if not able or not has(get(0x82), _AIP_CDA):
        mark(tvr, _NOT_PERFORMED)
        return False
    missing = any(tag not in session.card for tag in needed)
    if missing:
        mark(tvr, _DATA_MISSING)
    key = get(0x8F) and session.config.ca_key(session.aid[:5] + get(0x8F), session.today)
    if missing or not key or static is None:
        mark(tvr, _FAILED)
        return False
    return True


def verify(session, static, asked_data, answer, relay_data=b""):
    """OK or FAILED for the content of an answer to GENERATE AC, whose objects are taken already.

    `asked_data`: the PDOL and CDOL values that went to the card. The cryptogram comes out of the
    signature and is put among the card's objects.
    """
    card = session.card
    hashed = (asked_data,) + tlv.without(answer, 0x9F4B)
    try:
        key = oda.card_key(session, static)
        unpredictable = session.terminal[0x9F37]
        kind, cryptogram, rest = oda.combined_data(key, card[0x9F4B], unpredictable, hashed)
    except oda.OdaError:
        return FAILED
    if kind != card[0x9F27][0] or not rest.startswith(relay_data):
        return FAILED
    card[0x9F26] = cryptogram
    return OK
