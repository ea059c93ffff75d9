"""BER-TLV as a tree, for people: precise about where it goes wrong."""

from dataclasses import dataclass, field

_DEPTH = 8


class TlvProblem(Exception):
    """It does not parse; the text says where and why. `found` holds what came before."""

    def __init__(self, text: str, found: "list[Node]"):
        super().__init__(text)
        self.found = found


@dataclass
class Node:
    """One data object; `children` of a constructed one, else empty."""

    tag: str
    value: bytes
    children: "list[Node]" = field(default_factory=list)

    @property
    def constructed(self) -> bool:
        return bool(int(self.tag[:2], 16) & 0x20)

    def walk(self) -> "list[Node]":
        """This object and all in it, in order."""
        return [self] + [inner for child in self.children for inner in child.walk()]


def parse(data: bytes, start: int = 0, depth: int = _DEPTH) -> list[Node]:
    """The objects in `data`; `start` is where it lies in the whole, for the error's text."""
    found: list[Node] = []
    at = 0
    while at < len(data):
        if data[at] == 0:  # padding between objects
            at += 1
            continue
        where = f"byte {start + at}"
        tag, value_at = _tag(data, at)
        size, value_at = _size(data, value_at)
        if tag is None or size is None:
            raise TlvProblem(f"{where}: cut short, or in a form that EMV has not", found)
        left = len(data) - value_at
        if size > left:
            raise TlvProblem(f"{where}: tag {tag} says {size} bytes, {left} are there", found)
        node = Node(tag, data[value_at : value_at + size])
        found.append(node)
        if node.constructed:
            if not depth:
                raise TlvProblem(f"{where}: nested too deeply", found)
            try:
                node.children = parse(node.value, start + value_at, depth - 1)
            except TlvProblem as problem:
                node.children = problem.found
                raise TlvProblem(str(problem), found) from None
        at = value_at + size
    return found


def _tag(data: bytes, at: int) -> tuple[str | None, int]:
    end = at + 1
    if data[at] & 0x1F == 0x1F:
        while end < len(data) and end - at < 4 and data[end] & 0x80:
            end += 1
        end += 1
        if end > len(data) or end - at > 4:
            return None, end
    return data[at:end].hex().upper(), end


def _size(data: bytes, at: int) -> tuple[int | None, int]:
    if at >= len(data):
        return None, at
    first = data[at]
    if first < 0x80:
        return first, at + 1
    more = first - 0x80
    if more not in (1, 2) or at + 1 + more > len(data):
        return None, at
    return int.from_bytes(data[at + 1 : at + 1 + more], "big"), at + 1 + more


def pairs(definition: bytes) -> list[tuple[str, int]]:
    """A data object list as (tag, length); a cut one as far as it goes."""
    found, at = [], 0
    while at < len(definition):
        tag, at = _tag(definition, at)
        if tag is None or at >= len(definition):
            break
        found.append((tag, definition[at]))
        at += 1
    return found
