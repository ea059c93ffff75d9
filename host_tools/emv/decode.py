"""A TLV string as a tree of names and meanings."""

from typing import Any

from host_tools.emv import tell, tree
from host_tools.emv.tree import Node, TlvProblem

_INDENT = "  "


def read(data: bytes) -> tuple[list[Node], str | None, str | None]:
    """(objects, status word or None, what is wrong or None).

    A status word is taken off where one whole object stands before it, as in a card's answer.
    """
    status = None
    body = data
    if len(data) > 2 and data[-2] in (0x90, 0x61, 0x62, 0x63, 0x69, 0x6A):
        try:
            alone = tree.parse(data[:-2])
        except TlvProblem:
            alone = []
        if len(alone) == 1 and alone[0].constructed:
            body, status = data[:-2], data[-2:].hex().upper()
    try:
        return tree.parse(body), status, None
    except TlvProblem as problem:
        return problem.found, status, str(problem)


def lines(nodes: list[Node], numbers: set[str], depth: int = 0) -> list[str]:
    """The tree as text; `numbers` are card numbers to mask wherever they stand."""
    found = []
    for node in nodes:
        first, *more = describe(node, numbers)
        indent = _INDENT * depth
        found.append(f"{indent}{node.tag}  {tell.name(node.tag)}: {first}")
        found += [f"{indent}{_INDENT * 2}{line}" for line in more]
        found += lines(node.children, numbers, depth + 1)
    return found


def describe(node: Node, numbers: set[str]) -> list[str]:
    if node.constructed:
        return [f"{len(node.value)} bytes"]
    return [tell.without(line, numbers) for line in tell.words(node.tag, node.value)]


def as_data(nodes: list[Node], numbers: set[str]) -> list[dict[str, Any]]:
    """The same for machines: [{"tag", "name", "length", "says" or "children"}]."""
    found = []
    for node in nodes:
        row: dict[str, Any] = {"tag": node.tag, "name": tell.name(node.tag)}
        row["length"] = len(node.value)
        if node.constructed:
            row["children"] = as_data(node.children, numbers)
        else:
            row["says"] = describe(node, numbers)
        found.append(row)
    return found
