"""Spoils what a card says: byte by byte, and object by object with lengths that fit again.

All chance comes from the random module, which the caller seeds.
"""

import random

from emv import tlv

_TEMPLATES = (0x6F, 0xA5, 0xBF0C, 0x61, 0x70, 0x77)
_EDGES = b"\x00\x01\x7f\x80\x81\x82\xff\x70\x77\x6f\x9f"
_STATUS = [bytes.fromhex(s) for s in "9000 6984 6985 6986 6A82 6A83 6300".split()]
_LONGEST = 1024  # the reader carries no longer answer
# Objects that are the terminal's, or that decide much.
# fmt: off
_TAGS = (
    0x95, 0x9F02, 0x9F66, 0x9F37, 0x9F1A, 0x9F33, 0x9F34, 0x5F2A, 0x9A, 0x9C, 0x82, 0x94,
    0x57, 0x5A, 0x5F24, 0x9F6C, 0x9F69, 0x9F10, 0x9F27, 0x9F26, 0x9F36, 0x9F4B, 0x9F4A,
    0x8C, 0x8E, 0x8F, 0x90, 0x9F38, 0x9F51, 0x9F46, 0x9F47, 0x9F48, 0xDF8121, 0x9F2A, 0x4F, 0x87,
)
# fmt: on


def below(limit):
    return random.getrandbits(20) % limit


def noise(size):
    return bytes([random.getrandbits(8) for _ in range(size)])


def spoil(reply, donors):
    """A reply that is somehow wrong, or None for a card that leaves. `donors` are other replies."""
    if below(3):
        try:
            return _by_objects(reply, donors)
        except tlv.TlvError:  # it is no TLV to begin with
            pass
    return _BY_BYTES[below(len(_BY_BYTES))](reply, donors)


# --- by bytes


def _flip(reply, donors):
    spoilt = bytearray(reply)
    spoilt[below(len(spoilt))] ^= 1 << below(8)
    return bytes(spoilt)


def _edge(reply, donors):
    spoilt = bytearray(reply)
    spoilt[below(len(spoilt))] = _EDGES[below(len(_EDGES))]
    return bytes(spoilt)


def _cut(reply, donors):
    at = below(len(reply))
    return reply[:at] + (reply[-2:] if below(2) else b"")


def _insert(reply, donors):
    at = below(len(reply))
    return reply[:at] + noise(1 + below(8)) + reply[at:]


def _delete(reply, donors):
    at = below(len(reply))
    return reply[:at] + reply[at + 1 + below(8) :]


def _repeat(reply, donors):
    at = below(len(reply))
    part = reply[at : at + 1 + below(40)]
    return (reply[:at] + part * (1 + below(4)) + reply[at:])[:_LONGEST]


def _status(reply, donors):
    status = _STATUS[below(len(_STATUS))] if below(4) else noise(2)
    return (reply[:-2] if below(2) else b"") + status


def _swap(reply, donors):
    return donors[below(len(donors))]


def _leave(reply, donors):
    return None


def _nothing(reply, donors):
    return reply[: below(3)]


def _grow(reply, donors):
    size = below(_LONGEST - 4)
    return b"\x70\x82" + size.to_bytes(2, "big") + noise(1) * size + b"\x90\x00"


_BY_BYTES = (_flip,) * 4 + (
    _edge, _edge, _cut, _insert, _delete, _repeat, _status, _swap, _leave, _nothing, _grow,
)  # fmt: skip


# --- by objects: a tree of [tag, bytes or list]


def _tree(data):
    found = []
    for tag, value in tlv.objects(data):
        found.append([tag, _tree(value) if tag in _TEMPLATES else bytes(value)])
    return found


def _all(nodes):
    """Every node with the list it stands in."""
    found = []
    for node in nodes:
        found.append((node, nodes))
        if isinstance(node[1], list):
            found.extend(_all(node[1]))
    return found


def _encode(nodes):
    return b"".join([_object(tag, value) for tag, value in nodes])


def _object(tag, value):
    content = _encode(value) if isinstance(value, list) else value
    size = len(content)
    head = tag.to_bytes(1 + (tag > 0xFF) + (tag > 0xFFFF) + (tag > 0xFFFFFF), "big")
    if size > 0xFF:
        return head + b"\x82" + size.to_bytes(2, "big") + content
    if size > 0x7F or not below(64):  # now and then a longer form than is needed
        return head + bytes((0x81, size)) + content
    return head + bytes((size,)) + content


def _by_objects(reply, donors):
    nodes = _tree(reply[:-2])
    known = _all(nodes)
    if not known:
        return _flip(reply, donors)
    node, home = known[below(len(known))]
    _BY_OBJECTS[below(len(_BY_OBJECTS))](node, home, donors)
    return (_encode(nodes) + reply[-2:])[:_LONGEST]


def _bit(node, home, donors):
    if isinstance(node[1], list) or not node[1]:
        return
    value = bytearray(node[1])
    value[below(len(value))] ^= 1 << below(8)
    node[1] = bytes(value)


def _other_value(node, home, donors):
    if not isinstance(node[1], list):
        node[1] = noise(len(node[1]))


def _other_size(node, home, donors):
    if isinstance(node[1], list):
        node[1] = node[1][: below(len(node[1]) + 1)]
    elif below(2):
        node[1] = node[1][: below(len(node[1]) + 1)]
    else:
        node[1] = node[1] + noise(1 + below(12))


def _twice(node, home, donors):
    home.append(list(node))


def _away(node, home, donors):
    home.remove(node)


def _other_tag(node, home, donors):
    node[0] = _TAGS[below(len(_TAGS))]


def _shuffle(node, home, donors):
    home.remove(node)
    home.insert(below(len(home) + 1), node)


def _add(node, home, donors):
    home.insert(below(len(home) + 1), [_TAGS[below(len(_TAGS))], noise(below(16))])


def _graft(node, home, donors):
    """An object of another reply, perhaps in place of one with the same tag."""
    others = [other for other, _ in _all(_tree(donors[below(len(donors))][:-2]))]
    if not others:
        return
    other = others[below(len(others))]
    same = [own for own in home if own[0] == other[0]]
    if same and below(4):
        same[0][1] = other[1]
    else:
        home.append(other)


def _nest(node, home, donors):
    for _ in range(1 + below(6)):
        node[1] = [[_TEMPLATES[below(len(_TEMPLATES))], node[1]]]


def _many(node, home, donors):
    """More objects than a template may have, as far as they fit an answer."""
    size = len(_object(*node))
    home.extend([node for _ in range(min(below(70), _LONGEST // size))])


_BY_OBJECTS = (_bit,) * 6 + (
    _other_value, _other_value, _other_size, _other_size, _twice, _away, _other_tag,
    _shuffle, _add, _graft, _graft, _graft, _nest, _many,
)  # fmt: skip
