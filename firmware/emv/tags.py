"""Which tags may come from the card, how long they may be, and how values are fitted into a DOL.

The first table is the rule that a card cannot speak for the terminal: what is not in it (amounts,
limits, TTQ, TVR, anything unknown) is never taken from card data.
"""

from binascii import unhexlify

# Card-sourced primitive objects: tag -> (shortest, longest) in bytes.
CARD = {
    0x42: (3, 3),  # issuer identification number
    0x4F: (5, 16),  # ADF name
    0x50: (1, 16),  # application label
    0x57: (5, 19),  # track 2 equivalent data
    0x5A: (4, 10),  # PAN
    0x82: (2, 2),  # application interchange profile
    0x84: (5, 16),  # DF name
    0x87: (1, 1),  # application priority indicator
    0x8C: (1, 252),  # CDOL1
    0x8D: (1, 252),  # CDOL2
    0x8E: (10, 252),  # CVM list
    0x8F: (1, 1),  # CA public key index
    0x90: (64, 248),  # issuer public key certificate
    0x92: (0, 248),  # its remainder
    0x93: (64, 248),  # signed static application data
    0x94: (0, 252),  # application file locator
    0x5F20: (2, 26),  # cardholder name
    0x5F24: (3, 3),  # expiry date
    0x5F25: (3, 3),  # effective date
    0x5F28: (2, 2),  # issuer country
    0x5F2D: (2, 8),  # languages
    0x5F34: (1, 1),  # PAN sequence number
    0x9F07: (2, 2),  # application usage control
    0x9F08: (2, 2),  # application version, card
    0x9F0D: (5, 5),  # issuer action code, default
    0x9F0E: (5, 5),  # denial
    0x9F0F: (5, 5),  # online
    0x9F10: (1, 32),  # issuer application data
    0x9F11: (1, 1),  # issuer code table
    0x9F12: (1, 16),  # preferred name
    0x9F19: (6, 6),  # token requestor
    0x9F24: (29, 29),  # payment account reference
    0x9F26: (8, 8),  # application cryptogram
    0x9F27: (1, 1),  # cryptogram information data
    0x9F32: (1, 3),  # issuer public key exponent
    0x9F36: (2, 2),  # application transaction counter
    0x9F38: (0, 252),  # PDOL
    0x9F42: (2, 2),  # application currency
    0x9F44: (1, 1),  # its exponent
    0x9F46: (64, 248),  # ICC public key certificate
    0x9F47: (1, 3),  # ICC public key exponent
    0x9F48: (0, 248),  # ICC public key remainder
    0x9F49: (0, 252),  # DDOL
    0x9F4A: (1, 252),  # static data authentication tag list
    0x9F4B: (64, 248),  # signed dynamic application data
    0x9F4C: (2, 8),  # ICC dynamic number
    0x9F4D: (2, 2),  # log entry
    0x9F50: (1, 1),  # cardholder verification status (kernel 5)
    0x9F51: (0, 250),  # DRDOL (kernel 2)
    0x9F57: (2, 2),  # issuer country (kernel 5)
    0x9F5D: (3, 6),  # available offline amount, or capabilities (kernel 2)
    0x9F69: (5, 16),  # card authentication related data
    0x9F6C: (2, 2),  # card transaction qualifiers
    0x9F6E: (4, 32),  # form factor, or third party data (kernel 2)
    0xDF4B: (3, 3),  # POS cardholder interaction information (kernel 2)
}

# Book 3 5.4: numeric values are cut and padded on the left, compressed numeric padded with F,
# everything else cut and padded with 00 on the right.
# fmt: off
NUMERIC = frozenset((
    0x9A, 0x9C, 0x5F24, 0x5F25, 0x5F28, 0x5F2A, 0x5F34, 0x5F36, 0x9F01, 0x9F02,
    0x9F03, 0x9F11, 0x9F15, 0x9F1A, 0x9F21, 0x9F35, 0x9F39, 0x9F41, 0x9F42, 0x9F44,
))
# fmt: on
COMPRESSED = frozenset((0x5A,))


def has(value, where):
    """Whether the bit at `where`, written as the books do: (byte from 1, bit 8 to 1), is set."""
    byte, bit = where
    return bool(value[byte - 1] >> (bit - 1) & 1)


def mark(value, where):
    """Sets the bit at `where` in a bytearray."""
    byte, bit = where
    value[byte - 1] |= 1 << (bit - 1)


def bcd(number, size):
    """A number as `size` bytes of packed decimal digits."""
    return unhexlify(b"%0*d" % (2 * size, number))  # no str: MicroPython looks each one up
