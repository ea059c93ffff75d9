"""Walks a recorded card session and says what each side told the other. Card numbers are masked."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from host_tools.emv import decode, tell, tree
from host_tools.emv.tree import Node

_ASKED = {0x00: "AAC", 0x40: "TC", 0x80: "ARQC"}
_CDA = 0x10


@dataclass
class Step:
    """One exchange: `command` in words, what went each way as lines, the card's status."""

    number: int
    command: str
    sent: list[str] = field(default_factory=list)
    status: str = ""
    received: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        found = [f"{self.number}. {self.command}"]
        found += [f"   > {line}" for line in self.sent]
        found += [f"   < {line}" for line in self.received]
        return [*found, f"   {self.status}"]


def title(session: dict[str, Any]) -> list[str]:
    """What is known beside the exchanges: the session's name and the terminal's data."""
    told = session.get("terminal", {}).items()
    data = [f"{tell.name(tag)}: {_value(tag, bytes.fromhex(value))[0]}" for tag, value in told]
    words = [str(session[name]) for name in ("id", "title") if session.get(name)]
    return [": ".join(words) or "a session", *data]


def steps(session: dict[str, Any]) -> list[Step]:
    """Each exchange of a session, explained in the light of those before it."""
    teller = _Teller(_numbers(session))
    return [teller.step(*exchange) for exchange in session["apdus"]]


def _numbers(session: dict[str, Any]) -> set[str]:
    """All card numbers in the session, to be masked wherever they stand."""
    replies = [reply for _, reply in session["apdus"] if isinstance(reply, str)]
    nodes = [node for reply in replies for node in decode.read(bytes.fromhex(reply))[0]]
    return tell.pans(nodes)


class _Teller:
    """Remembers what the card asked to be told, to take apart what it was told."""

    def __init__(self, numbers: set[str]):
        self._numbers = numbers
        self._lists: dict[str, bytes] = {}
        self._count = 0
        self._generated = 0

    def step(self, command_text: str, reply_text: Any) -> Step:
        self._count += 1
        command = bytes.fromhex(command_text)
        code = command[:2].hex().upper()
        name = tell.word("command", code) or f"command {code}"
        detail, sent = self._sent(code, command)
        step = Step(self._count, f"{name} {detail}".strip(), self._mask(sent))
        if not isinstance(reply_text, str) or not reply_text:
            step.status = "no answer: the card left, or stayed silent"
            return step
        nodes, status, problem = self._reply(code, bytes.fromhex(reply_text))
        step.received = decode.lines(nodes, self._numbers)
        if problem:
            step.received.append(f"does not parse at {problem}")
        step.status = f"{status} {tell.word('status', status) or 'another status'}"
        return step

    def _mask(self, lines: list[str]) -> list[str]:
        return [tell.without(line, self._numbers) for line in lines]

    # --- what the terminal sent

    def _sent(self, code: str, command: bytes) -> tuple[str, list[str]]:
        """(what the header says, what the data say)."""
        if len(command) < 4:
            return "cut short", []
        p1, p2 = command[2], command[3]
        data = command[5 : 5 + command[4]] if len(command) > 5 else b""
        if code == "00A4":
            return tell.words("84", data)[0] if data else "", []
        if code == "00B2":
            return f"file {p2 >> 3}, record {p1}", []
        if code == "80CA":
            tag = f"{p1:02X}{p2:02X}".removeprefix("00")
            return f"{tag} {tell.name(tag)}", []
        if code == "80A8":
            return "", self._told("9F38", _template(data))
        if code == "80AE":
            return self._generate(p1), self._told("8C" if self._generated == 1 else "8D", data)
        asked = {"80D0": "9F51", "0088": "9F49"}.get(code)
        if asked:
            return "", self._told(asked, data)
        return "", [f"data {line}" for line in (tell.words("", data) if data else [])]

    def _generate(self, control: int) -> str:
        self._generated += 1
        asked = _ASKED.get(control & 0xC0, "a reserved kind")
        return f"asking for {asked}" + (" with CDA" if control & _CDA else "")

    def _told(self, list_tag: str, data: bytes) -> list[str]:
        """The data, by the list that the card gave; without a list they stay as they are."""
        lines = []
        for tag, value in tell.filled(self._lists.get(list_tag, b""), data):
            if not tag:
                lines.append(f"{len(value)} bytes on no list: {tell.words('', value)[0]}")
                continue
            first, *more = _value(tag, value)
            lines.append(f"{tag}  {tell.name(tag)}: {first}")
            lines += [f"    {line}" for line in more]
        return lines

    # --- what the card answered

    def _reply(self, code: str, reply: bytes) -> tuple[list[Node], str, str | None]:
        status = reply[-2:].hex().upper()
        nodes, _, problem = decode.read(reply) if len(reply) > 2 else ([], None, None)
        if problem or (nodes and nodes[-1].tag == "90" and not nodes[-1].value):
            nodes, problem = _without_status(reply)
        for node in [inner for top in nodes for inner in top.walk()]:
            if node.tag in ("9F38", "8C", "8D", "9F49", "9F51"):
                self._lists[node.tag] = node.value
        if len(nodes) == 1 and nodes[0].tag == "80":
            nodes[0].children = _format_1(code, nodes[0].value)
        return nodes, status, problem


def _without_status(reply: bytes) -> tuple[list[Node], str | None]:
    try:
        return tree.parse(reply[:-2]), None
    except tree.TlvProblem as problem:
        return problem.found, str(problem)


def _template(data: bytes) -> bytes:
    """The content of command template 83."""
    return data[3:] if data[1:2] == b"\x81" else data[2:]


def _format_1(code: str, value: bytes) -> list[Node]:
    """A response without tags, as objects (Book 3 6.5.5.4, 6.5.8.4, 6.5.9.4)."""
    if code == "80A8":
        return [Node("82", value[:2]), Node("94", value[2:])]
    if code in ("80AE", "80D0"):
        tags, edges = ("9F27", "9F36", "9F26", "9F10"), (0, 1, 3, 11, len(value))
        parts = [value[start:end] for start, end in pairwise(edges)]
        return [Node(tag, part) for tag, part in zip(tags, parts, strict=True) if part]
    if code == "0088":
        return [Node("9F4B", value)]
    return []


def _value(tag: str, value: bytes) -> list[str]:
    if any(value) or tag in ("9C", "95", "9F02", "9F03", "9F34"):
        return tell.words(tag, value)
    return [f"nothing ({len(value)} bytes of zeros)"]
