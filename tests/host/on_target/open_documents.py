"""Runs inside MicroPython: opens signed documents as a terminal does.

`open_documents.py MERCHANT TERMINAL`. On standard input the signer's modulus in hex, then lines of
"KIND HEX"; for each of those a line "ok VERSION", or "CODE FIELD" of the refusal.
"""

import sys
from binascii import unhexlify

from message.documents import Refused
from terminal.documents import opened


class Names:
    merchant_id, terminal_id = sys.argv[1:]


modulus = unhexlify(sys.stdin.readline().strip())
for line in sys.stdin:
    kind, signed = line.split()
    try:
        content = opened(int(kind), unhexlify(signed), modulus, Names, 0)
        print("ok", content["version"])
    except Refused as why:
        print(why.code, why.field)
