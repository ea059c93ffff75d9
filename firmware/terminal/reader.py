"""The card reader as a sale sees it: when the chip fails the sale hears so, and the next use of the
reader begins with starting the chip again.
"""


class ReaderFault(Exception):
    """The chip did not answer, or not as it should. The card has nothing to do with it."""


class Reader:
    """`chip` has start, field, poll, transceive, release (drivers/pn532.py)."""

    def __init__(self, chip):
        self._chip = chip
        self._started = False

    async def field_on(self):
        await self._do(self._chip.field, True)

    async def field_off(self):
        """Never fails: a reader that is broken has no field, or is started anew."""
        try:
            await self._do(self._chip.field, False)
        except ReaderFault:
            pass  # it is started again before it is next used

    async def poll(self, wait_ms):
        """True when a card has been activated."""
        return await self._do(self._chip.poll, wait_ms) is not None

    async def transceive(self, apdu, deadline_ms):
        """R-APDU, or None when the card has left or kept silent."""
        return await self._do(self._chip.transceive, apdu, deadline_ms)

    async def release(self):
        await self._do(self._chip.release)

    async def _do(self, work, *arguments):
        try:
            if not self._started:
                await self._chip.start()
                self._started = True
            return await work(*arguments)
        except OSError as error:
            self._started = False
            raise ReaderFault(str(error)) from error
