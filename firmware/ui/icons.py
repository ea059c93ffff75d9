"""Names of our own signs, in the order of their characters (U+E000 and up) in `fonts/icons.bin`.

`host_tools/release/icons.py` draws them; a test compares the two.
"""

ICONS = (
    "paid",
    "stored",
    "checking",
    "returned",
    "failed",
    "stop",
    "alert",
    "question",
    "again",
    "tap",
    "mark",
    "link_up",
    "link_down",
    "key_X",
    "key_E",
    "key_C",
    "key_M",
    "key_L",
    "dot",
    "corner_0",
    "corner_1",
    "corner_2",
    "corner_3",
)
