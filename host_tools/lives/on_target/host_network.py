"""What the model host says in an 0810, by the network code that it was asked with."""

import time
from binascii import unhexlify

import host_lookup
import host_reset
from micropython import const

_ID, _NONCE, _TIME = const(1), const(6), const(7)


def answer(host, request):
    """-> (response code, {tag: bytes})."""
    _, fields, private, keys, _ = request
    asked, code = fields[60][8:], "00"
    told = host.documents.answer(asked, private)
    t = time.gmtime(host.now_s())
    told.update({_NONCE: private[_NONCE], _TIME: unhexlify("%04d%02d%02d%02d%02d%02d" % t[:6])})
    if asked == host_lookup.ASKED:
        told[_ID] = private[_ID]
        told[host_lookup.STATUS] = host_lookup.status(host.ids, private[_ID])
    elif asked == host_reset.CODE:
        code, released = host.resets.answer(fields, private, keys)
        told.update(released)
    host.memory.hear(request, host.given.__contains__, told)
    return code, told
