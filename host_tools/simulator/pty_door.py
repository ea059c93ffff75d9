"""A virtual PN532 behind a pseudo-terminal, for programs that want a serial port: libnfc, nfcpy."""

import contextlib
import os
import pty
import select
import threading
import tty
from typing import Self

from host_tools.simulator.pn532 import PN532

_CHUNK = 4096


class PtyDoor:
    """While entered, `path` is a serial port with a virtual chip behind it, served by a thread."""

    def __init__(self) -> None:
        self.chip = PN532(self._send)

    def __enter__(self) -> Self:
        # The slave stays open here: clients close and reopen it, which must not hang up the line.
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._wake_write)
        self._thread.join()
        for descriptor in (self._master, self._slave, self._wake_read):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _send(self, data: bytes) -> None:
        os.write(self._master, data)

    def _serve(self) -> None:
        while True:
            readable, _, _ = select.select([self._master, self._wake_read], [], [])
            if self._wake_read in readable:
                return
            self.chip.feed(os.read(self._master, _CHUNK))
