"""The virtual card as a reader meets it: command APDUs in, response APDUs out."""

import os
from collections.abc import Callable
from hashlib import sha1

from host_tools.cards import application as base
from host_tools.cards import tlv
from host_tools.cards.mchip import MChip
from host_tools.cards.memory import Memory
from host_tools.cards.personal import Personal
from host_tools.cards.quick import Quick
from host_tools.cards.speedy import Speedy

PPSE = b"2PAY.SYS.DDF01"

_SELECT_PPSE = b"\x00\xa4\x04\x00" + bytes([len(PPSE)]) + PPSE
_APPLICATIONS = {"unionpay": Quick, "visa": Quick, "mastercard": MChip, "jcb": Speedy}


class Card:
    """An ISO 14443-4 type A card. `thinking_ms` is how long it thinks before each answer.

    A tap begins with SELECT PPSE. `apdu` returns None when the card has left the field; it stays
    silent until it is presented again. `profile` names it, `memory` is what it saw.
    """

    kind = "A"
    fsci = 8  # takes frames of 256 bytes

    def __init__(
        self, personal: Personal, memory: Memory, random: Callable[[int], bytes] = os.urandom
    ):
        self.personal = personal
        self.profile = personal.profile
        self.memory = memory
        self.thinking_ms = personal.profile.slow_ms
        self.uid = b"\x08" + sha1(self.profile.id.encode(), usedforsecurity=False).digest()[:3]
        self._application = _APPLICATIONS[self.profile.scheme](personal, memory, random)
        self._begin()

    def apdu(self, command: bytes) -> bytes | None:
        """Answers one command; the card's memory is durable before the answer is returned."""
        command = bytes(command)
        if command.startswith(_SELECT_PPSE):
            self._begin()
        if self._gone:
            return None
        self._count += 1
        response = self._answer(command)
        self._gone = self._count == self.profile.torn_at
        return None if self._gone else response

    def _begin(self) -> None:
        self._count = 0
        self._gone = False
        self._selected = False

    def _answer(self, command: bytes) -> bytes:
        data = _data(command)
        if data is None:
            return base.WRONG_LENGTH
        instruction, p1, p2 = command[:2], command[2], command[3]
        if instruction == b"\x00\xa4":
            return self._select(p1, p2, data)
        if not self._selected:
            return base.NOT_NOW
        if instruction == b"\x00\xb2":
            return self._application.read_record(p2 >> 3, p1)
        if instruction == b"\x80\xa8":
            return self._application.processing_options(data)
        if instruction == b"\x80\xae":
            return self._application.generate_ac(p1, data)
        return base.UNKNOWN_COMMAND

    def _select(self, p1: int, p2: int, name: bytes) -> bytes:
        """By name only, first occurrence, in full or in part (Book 1, 12.3.5)."""
        self._selected = False
        if (p1, p2) != (4, 0):
            return base.NOT_FOUND
        if name == PPSE:
            return self._directory()
        for priority, aid in enumerate(self.profile.aids, 1):
            if len(name) >= 5 and bytes.fromhex(aid).startswith(name):
                self._selected = True
                return self._application.select(aid, priority)
        return base.NOT_FOUND

    def _directory(self) -> bytes:
        """The answer of the proximity payment system environment (Book B, 3.3.2)."""
        entries = (
            tlv.encode(
                0x61,
                tlv.encode(0x4F, bytes.fromhex(aid)),
                tlv.encode(0x50, self.profile.label.encode()),
                tlv.encode(0x87, bytes([priority])),
            )
            for priority, aid in enumerate(self.profile.aids, 1)
        )
        listed = tlv.encode(0xA5, tlv.encode(0xBF0C, *entries))
        return tlv.encode(0x6F, tlv.encode(0x84, PPSE), listed) + base.OK


def _data(command: bytes) -> bytes | None:
    """The data field of a short APDU, with or without Le; None if the lengths do not agree."""
    if len(command) < 6:
        return b"" if len(command) > 3 else None
    data, length = command[5:], command[4]
    return data[:length] if len(data) - length in (0, 1) else None
