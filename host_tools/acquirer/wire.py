"""Frames, messages and their MAC: bytes in, `Message` out, and back. Knows no database."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest

import iso8583
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

from host_tools.acquirer.fields import MAC, NUMERIC, REPLY_TO, SPEC

SHORTEST_BYTES = 12
LONGEST_BYTES = 2048
_MAC_BYTES = 8
_LAST_OF_BITMAP = 9


class BadFrame(Exception):
    """The peer does not speak this protocol: the connection is closed without an answer."""


@dataclass
class Message:
    """One message. `fault` says what makes it ill-formed; it is then only good for a refusal."""

    mti: str
    fields: dict[str, str] = field(default_factory=dict)
    private: dict[int, bytes] = field(default_factory=dict)
    frame: bytes = b""
    fault: str = ""

    @property
    def key_id(self) -> bytes:
        """The initial key id: which terminal, in which incarnation."""
        return bytes.fromhex(self.fields["53"])[:8]

    @property
    def counter(self) -> int:
        return int(self.fields["53"][16:], 16)

    def mac_is_right(self, key: bytes) -> bool:
        """DE 64 covers everything before it (RFC 4493, first 8 bytes).

        Judged by the frame, so that an ill-formed message of a real terminal is known as such.
        """
        expected = cmac(key, self.frame[:-_MAC_BYTES])[:_MAC_BYTES]
        has_mac = self.frame[_LAST_OF_BITMAP] & 1
        return bool(has_mac) and compare_digest(expected, self.frame[-_MAC_BYTES:])


async def read_frame(reader: asyncio.StreamReader, idle_s: float, frame_s: float) -> bytes:
    """The next frame without its length.

    `idle_s` is how long the line may be silent, `frame_s` how long a frame may take once it began.
    Raises BadFrame, TimeoutError, asyncio.IncompleteReadError (the peer left) or OSError.
    """
    async with asyncio.timeout(idle_s):
        head = await reader.readexactly(1)
    async with asyncio.timeout(frame_s):
        length = int.from_bytes(head + await reader.readexactly(1), "big")
        if not SHORTEST_BYTES <= length <= LONGEST_BYTES:
            raise BadFrame(f"a frame of {length} bytes")
        return await reader.readexactly(length)


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(2, "big") + body


def decode(frame: bytes) -> Message:
    """A frame as a Message; raises BadFrame when not even a refusal could be sent back.

    A message that is wrong further on comes back with `fault` set and the fields before the fault.
    """
    fault = ""
    try:
        fields, _ = iso8583.decode(frame, SPEC)
    except iso8583.DecodeError as error:
        fields, fault = error.doc_dec, f"{error.msg} (DE {error.field})"
        fields.pop(error.field, None)
    message = Message(fields.pop("t", ""), fields, frame=frame, fault=fault)
    for number in NUMERIC:
        if number in fields and not fields[number].isdigit():
            message.fault = message.fault or f"DE {number} is not numeric"
    try:
        message.private = parse_private(bytes.fromhex(fields.get("63", "")))
    except ValueError as error:
        message.fault = message.fault or str(error)
    if not _can_be_answered(message):
        raise BadFrame(fault or "not a request of this protocol")
    return message


def _can_be_answered(message: Message) -> bool:
    fields = message.fields
    return (
        message.mti in REPLY_TO
        and fields.get("11", "").isdigit()
        and len(fields.get("41", "")) == 8
        and len(fields.get("53", "")) == 24
    )


def parse_private(data: bytes) -> dict[int, bytes]:
    """DE 63 as {tag: value}; raises ValueError for a tag given twice or a length past the end."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1] if at + 1 < len(data) else len(data)
        value = data[at + 2 : at + 2 + length]
        if tag in found or len(value) != length:
            raise ValueError("DE 63 is not well formed")
        found[tag] = value
        at += 2 + length
    return found


def cmac(key: bytes, data: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


def seal(reply: Message, key: bytes, now: datetime) -> bytes:
    """The reply as a frame, with the time of this sending and its MAC."""
    fields = {"t": reply.mti, **reply.fields, "7": now.strftime("%m%d%H%M%S")}
    private = (bytes((tag, len(value))) + value for tag, value in sorted(reply.private.items()))
    fields["63"] = b"".join(private).hex()
    fields[MAC] = "00" * _MAC_BYTES
    body, _ = iso8583.encode(fields, SPEC)
    covered = bytes(body[:-_MAC_BYTES])
    return covered + cmac(key, covered)[:_MAC_BYTES]
