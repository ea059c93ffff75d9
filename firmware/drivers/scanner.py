"""A barcode scanner on a UART: it sends what it has read as text and ends it with CR.

Any module of that kind will do, as it leaves the factory (9,600 baud, 8N1, the suffix CR). What is
no pay code is dropped, whatever it is and however long: a receipt, a Wi-Fi code, noise.
"""

from micropython import const

SHORTEST = const(18)  # digits of a pay code
LONGEST = const(24)
_CR = const(13)
_LF = const(10)
_READ_BYTES = const(64)
_MOST_READS = const(16)  # more in one look is no scanner; the rest is for the next look


class Scanner:
    """`uart` does not block; it keeps what comes between two looks (a code is 25 bytes)."""

    def __init__(self, uart):
        self._uart = uart
        self._line = bytearray()
        self._spoilt = False  # what came since the last CR is no pay code

    def take(self):
        """The digits of the pay code that was read last, or None. To be asked often."""
        code = None
        for _ in range(_MOST_READS):
            data = self._uart.read(_READ_BYTES)
            if not data:
                break
            for byte in data:
                code = self._took(byte) or code
        return code

    def forget(self):
        """What was scanned before it was asked for is not meant."""
        self.take()
        self._begin()

    def _begin(self):
        self._line = bytearray()
        self._spoilt = False

    def _took(self, byte):
        """One byte; the code that it ends, if any."""
        if byte in (_CR, _LF):
            whole = not self._spoilt and len(self._line) >= SHORTEST
            code = bytes(self._line).decode() if whole else None
            self._begin()
            return code
        if not 0x30 <= byte <= 0x39 or len(self._line) == LONGEST:
            self._spoilt = True
        if not self._spoilt:
            self._line.append(byte)
        return None
