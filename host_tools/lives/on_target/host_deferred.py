"""Deferred sales at the model host, after docs/protocol.md: decided once, or not now."""

from micropython import const

TYPE = "36"
_FLAG = const(14)  # DE 63


def is_one(request):
    return request[1][60][:2] == TYPE


def is_well_formed(fields, private):
    return (fields[60][:2] == TYPE) == (_FLAG in private)
