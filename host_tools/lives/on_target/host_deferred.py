"""Deferred sales at the model host, after docs/protocol.md: decided once, or not now."""

from micropython import const

TYPE = "36"
_FINANCIAL = "02"
_FLAG = const(14)  # DE 63


def is_one(request):
    return request[0][:2] == _FINANCIAL and request[1][60][:2] == TYPE


def is_well_formed(mti, fields, private):
    """What is flagged is of that type; only that type is called off by an 0420."""
    deferred = fields[60][:2] == TYPE
    flagged = deferred == (_FLAG in private)
    return flagged if mti[:2] == _FINANCIAL else deferred == (mti[:3] == "042")
