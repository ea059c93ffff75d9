"""The network check: the steps of the way to the host in their order, and what a fault in each of
them means. Pure: whoever runs it does the probing.

A probe's finding is (cause, value, measure): cause None when all is well, else one of the words in
`ADVICE`; value is what the step's row shows; measure is dBm for the link, milliseconds for the
echo, else 0.
"""

from micropython import const

STEPS = ("link", "address", "dns", "tcp", "tls", "echo", "speed")

_WEAK_DBM = const(-78)
_SLOW_MS = const(1500)

# step -> {cause: text key of what to do}; "" stands for every other cause.
ADVICE = {
    "link": {"": "net_no_link"},
    "address": {"": "net_no_address"},
    "dns": {"": "net_no_dns"},
    "tcp": {"": "net_no_way", "refused": "net_host_down", "hung_up": "net_host_down"},
    "tls": {
        "": "net_host_silent",
        "certificate": "net_impostor",
        "stranger": "net_impostor",
        "refused": "net_not_accepted",
    },
    "echo": {
        "": "net_host_silent",
        "host_certificate": "net_impostor",
        "host_refused": "net_not_accepted",
    },
    "speed": {"": "net_unsteady"},
}


def check():
    """A generator: yields the step to probe, is sent the finding, returns the advice (text key)."""
    measures = {}
    for step in STEPS:
        cause, _, measures[step] = yield step
        if cause:
            return ADVICE[step].get(cause, ADVICE[step][""])
    return _quality(measures)


def _quality(measures):
    """Everything works; how well?"""
    if measures["link"] < _WEAK_DBM:
        return "net_weak"
    return "net_slow" if measures["echo"] > _SLOW_MS else "net_all_well"
