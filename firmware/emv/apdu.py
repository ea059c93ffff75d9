"""The commands we send, and the reply taken apart. Short APDUs only, as the books have it."""

from .outcome import OTHER_CARD, Ended

PPSE = b"2PAY.SYS.DDF01"


def select(name):
    """SELECT by name, first occurrence."""
    return b"\x00\xa4\x04\x00" + bytes((len(name),)) + name + b"\x00"


def get_processing_options(pdol_data):
    """GET PROCESSING OPTIONS with the PDOL data in its template 83."""
    size = len(pdol_data)
    head = bytes((0x83, size)) if size < 0x80 else bytes((0x83, 0x81, size))
    return b"\x80\xa8\x00\x00" + bytes((len(head) + size,)) + head + pdol_data + b"\x00"


def read_record(sfi, number):
    """READ RECORD `number` of the file `sfi`."""
    return bytes((0x00, 0xB2, number, sfi << 3 | 4, 0x00))


def exchange_relay_resistance(entropy):
    """EXCHANGE RELAY RESISTANCE DATA (C-2 5.3)."""
    return b"\x80\xea\x00\x00\x04" + entropy + b"\x00"


def generate_ac(control, cdol_data):
    """GENERATE AC; `control`: reference control parameter (cryptogram type, CDA request)."""
    return bytes((0x80, 0xAE, control, 0x00, len(cdol_data))) + cdol_data + b"\x00"


def recover_ac(drdol_data):
    """RECOVER AC (C-2 5.7): the cryptogram of a transaction that was torn off."""
    return b"\x80\xd0\x00\x00" + bytes((len(drdol_data),)) + drdol_data + b"\x00"


def split(reply):
    """(data as a memoryview, status word). A reply without a status word is the card's error."""
    size = len(reply)
    if size < 2:
        raise Ended(OTHER_CARD, "card_error")
    return memoryview(reply)[: size - 2], reply[size - 2] << 8 | reply[size - 1]
