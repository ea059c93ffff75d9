"""The two steps all kernels share: GET PROCESSING OPTIONS and reading the records of the AFL."""

from micropython import const

from . import apdu, dol, tlv
from .outcome import OTHER_CARD, Ended

# Kinds of cryptogram: bits 8 and 7 of the cryptogram information data (9F27).
AAC = const(0x00)  # declined
TC = const(0x40)  # approved offline
ARQC = const(0x80)  # the issuer is to decide

_MAX_RECORDS = const(32)  # of 256 bytes at most, one by one: bounds time and memory of one card


def initiate(session, ends, otherwise, pdol=None):
    """GET PROCESSING OPTIONS. Takes the card's answer, returns the PDOL data that it was given.

    `ends` maps status words to (result, reason), `otherwise` is for all others but 9000. `pdol` is
    what wishes() returned, where the kernel has looked at it.
    """
    pdol_data = dol.values(wishes(session) if pdol is None else pdol, session.get)
    data, sw = yield from session.exchange(apdu.get_processing_options(pdol_data))
    if sw != 0x9000:
        raise Ended(*ends.get(sw, otherwise))
    session.take(_gpo_objects(data))
    return pdol_data


def wishes(session):
    """What the card asks to be told: its PDOL as (tag, length) each."""
    return dol.parse(session.card.get(0x9F38, b""))


def _gpo_objects(data):
    """Format 1 is AIP and AFL without tags in 80, format 2 is objects in 77 (Book 3 6.5.8.4)."""
    content = tlv.table(data)
    if len(content) == 1 and 0x77 in content:
        return tlv.objects(content[0x77])
    if len(content) == 1 and 0x80 in content and len(content[0x80]) >= 2:
        return (0x82, content[0x80][:2]), (0x94, content[0x80][2:])
    raise tlv.TlvError("GPO format")


def locate(afl):
    """The AFL as (SFI, record number, signed) each. Ends the transaction if it is malformed."""
    records = []
    sound = len(afl) > 0 and len(afl) % 4 == 0
    for at in range(0, len(afl) if sound else 0, 4):
        sfi, first, last, signed = afl[at] >> 3, afl[at + 1], afl[at + 2], afl[at + 3]
        sound = sound and not afl[at] & 7 and 1 <= sfi <= 30  # Book 3 10.2
        sound = sound and 1 <= first <= last and signed <= last - first + 1
        sound = sound and len(records) + last - first < _MAX_RECORDS
        if sound:
            records.extend([(sfi, n, n < first + signed) for n in range(first, last + 1)])
    if not sound:
        raise Ended(OTHER_CARD, "card_error")
    return records


def read_records(session, records):
    """Reads and takes the records. Returns the signed parts in order, None if unusable."""
    static = []
    for sfi, number, signed in records:
        data, sw = yield from session.exchange(apdu.read_record(sfi, number))
        if sw != 0x9000:
            raise Ended(OTHER_CARD, "card_error")
        content = _record(data, sfi)
        if content is not None:
            session.take(tlv.objects(content))
        if not signed:
            continue
        if content is None:
            static = None  # Book 3 10.3: authentication has failed, the transaction goes on
        elif static is not None:
            static.append(bytes(content if sfi <= 10 else data))
    return static


def _record(data, sfi):
    """The content of template 70; None for a proprietary record (SFI 11 and up)."""
    if sfi > 10 and (len(data) == 0 or data[0] != 0x70):
        return None
    content = tlv.table(data)
    if len(content) != 1 or 0x70 not in content:
        raise tlv.TlvError("record template")
    return content[0x70]
