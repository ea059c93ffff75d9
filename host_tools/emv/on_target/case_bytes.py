"""Cases about bytes: TLV, data object lists, CA keys."""

import player
from verdict import NotApplicable, first_byte, objects, same, tag_name, unhex

from emv import config, dol, tlv

_CONSTRUCTED = 0x20


def run_tlv(case):
    try:
        found = _tree(unhex(case["hex"]))
    except tlv.TlvError as error:
        found = None
        said = str(error)
    if case["ok"]:
        same("tree", case["tree"], found if found is not None else said)
    else:
        same("verdict", "refused", "refused" if found is None else found)


def _tree(data):
    found = []
    for tag, value in tlv.objects(data):
        node = {"tag": tag_name(tag), "len": len(value)}
        if first_byte(tag) & _CONSTRUCTED:
            node["children"] = _tree(value)
        else:
            node["value"] = bytes(value).hex().upper()
        found.append(node)
    return found


def run_dol(case):
    try:
        found = dol.fill(unhex(case["dol"]), objects(case.get("values", {})).get)
        found = found.hex().upper()
    except tlv.TlvError:
        found = "refused"
    same("data", case.get("expected", "refused"), found)


def run_capk(key):
    """The checksum, as a terminal looks at it when it is provisioned."""
    size = len(key["modulus"]) // 2
    if key["exponent"] not in ("03", "010001") or not 96 <= size <= 248:
        raise NotApplicable(
            "%d bits, exponent %s: no key for a terminal" % (8 * size, key["exponent"])
        )
    key["expires"] = "2032-12-31"
    try:
        config.load(player.section(key["rid"] + "01", 3, ttq="22004000", ca_keys=[key]))
    except config.ConfigError as error:
        same("key", "accepted", str(error))
