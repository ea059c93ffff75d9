"""What can go wrong at the virtual reader, by name; nothing does unless it is asked for."""

from collections.abc import Callable
from typing import NamedTuple

from host_tools.simulator import hsu

TIMEOUT, CRC_ERROR = 0x01, 0x02  # status of the PN532 (UM0701-02, 7.1)
_NOISE = bytes.fromhex("5a00ff0412d500a5ff00c3")


class Fault(NamedTuple):
    """A fault strikes at one place: the "line" (what the chip hears), the "ack", the "answer", or
    on the air ("to_card", "from_card"). On the wire, `change` makes what is sent instead of a
    frame; from the card, `status` is what the chip reports instead of its reply."""

    place: str
    change: Callable[[bytes], bytes] = lambda frame: b""
    status: int = TIMEOUT


FAULTS = {
    "silent": Fault("line"),
    "no_ack": Fault("ack"),
    "noise_before_ack": Fault("ack", lambda frame: _NOISE + frame),
    "nack_for_ack": Fault("ack", lambda frame: hsu.NACK),
    "no_answer": Fault("answer"),
    "noise_before_answer": Fault("answer", lambda frame: _NOISE + frame),
    "long_preamble": Fault("answer", lambda frame: bytes(60) + frame),
    "short_preamble": Fault("answer", lambda frame: frame[1:]),
    "no_postamble": Fault("answer", lambda frame: frame[:-1]),
    "bad_length_checksum": Fault("answer", lambda frame: frame[:4] + b"\x01" + frame[5:]),
    "bad_checksum": Fault("answer", lambda frame: frame[:-2] + bytes((frame[-2] ^ 1, 0))),
    "half_answer": Fault("answer", lambda frame: frame[: len(frame) // 2]),
    "wrong_answer": Fault("answer", lambda frame: hsu.encode(b"\xd5\x99")),
    "error_frame": Fault("answer", lambda frame: hsu.ERROR),
    "block_lost": Fault("to_card"),
    "reply_lost": Fault("from_card"),
    "reply_garbled": Fault("from_card", status=CRC_ERROR),
}


class Faults:
    """Which faults are still to strike, and how often."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def inject(self, name: str, times: int = 1) -> None:
        if name not in FAULTS:
            raise ValueError(f"no such fault: {name}")
        self._left[name] = times

    def strike(self, place: str) -> Fault | None:
        """The fault that strikes at `place` now, which uses it up once."""
        for name, left in self._left.items():
            if left and FAULTS[name].place == place:
                self._left[name] = left - 1
                return FAULTS[name]
        return None
