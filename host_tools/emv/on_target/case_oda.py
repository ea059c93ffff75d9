"""Cases about certificates and signatures. A case names the step that it is about; those before it
must succeed.
"""

from verdict import NotApplicable, same, unhex

from emv import oda

_CARD = {
    0x90: "issuer_certificate_90",
    0x92: "issuer_remainder_92",
    0x9F32: "issuer_exponent_9F32",
    0x9F46: "icc_certificate_9F46",
    0x9F47: "icc_exponent_9F47",
    0x9F48: "icc_remainder_9F48",
    0x93: "signed_static_93",
}


def _card(chain):
    return {tag: unhex(chain[name]) for tag, name in _CARD.items() if chain.get(name) is not None}


def _issuer(chain):
    ca = chain["capk"]
    key = unhex(ca["modulus"]), int(ca["exponent"], 16)
    name = unhex(ca["rid"] + ca["index"])
    today = tuple(chain["today"])
    return oda.issuer_key(key, name, _card(chain).get, chain["pan"], today, ())


def _icc(chain):
    static = [unhex(chain["static_data"])]
    today = tuple(chain["today"])
    return oda.icc_key(_issuer(chain), _card(chain).get, static, chain["pan"], today)


def _dynamic(step):
    def run(chain):
        part = chain[step]
        signed = unhex(part["sdad_9F4B"])
        data = part.get("terminal_dynamic_data", part.get("ddol_data", ""))
        return oda.dynamic_data(_icc(chain), signed, unhex(data))

    return run


def _cda(chain):
    part = chain["cda"]
    signed, number = unhex(part["sdad_9F4B"]), unhex(part["unpredictable_number"])
    return oda.combined_data(_icc(chain), signed, number, [unhex(part["transaction_data"])])


def _sda(chain):
    if not hasattr(oda, "static_data"):
        raise NotApplicable("contactless kernels have no SDA")
    return oda.static_data(_issuer(chain), _card(chain).get, [unhex(chain["static_data"])])


_STEPS = {
    "issuer": _issuer,
    "icc": _icc,
    "sda": _sda,
    "fdda": _dynamic("fdda"),
    "dda": _dynamic("dda"),
    "cda": _cda,
}


def _found(step, value):
    """What a step yields, by the names that the expectations have for it."""
    if step in ("issuer", "icc"):
        return {"modulus": value[0].hex().upper()}
    if step in ("fdda", "dda"):
        return {"icc_dynamic_data": value.hex().upper()}
    if step == "cda":
        return {"cid": "%02X" % value[0], "ac": value[1].hex().upper()}
    return {"dac": value.hex().upper()}


def run(case):
    step, chain, expect = case["step"], case["chain"], case["expect"]
    if step not in _STEPS:
        raise NotApplicable("authentication step %s" % step)
    if expect["ok"] is None:
        raise NotApplicable("not checkable from published data")
    try:
        value = _STEPS[step](chain)
    except oda.OdaError as error:
        same(step, "verified" if expect["ok"] else "refused", _refusal(step, expect, error))
        return
    same(step, "verified" if expect["ok"] else "refused", "verified")
    for name, got in _found(step, value).items():
        if name in expect:
            same("%s %s" % (step, name), expect[name], got)


def _refusal(step, expect, error):
    """A refusal at an earlier step is not the one that was asked for."""
    word = str(error).split()[0]
    own = {"fdda": "dynamic", "dda": "dynamic", "cda": ("combined", "dynamic")}.get(step, step)
    if expect["ok"] or not word.startswith(own if isinstance(own, tuple) else (own,)):
        return str(error)
    return "refused"
