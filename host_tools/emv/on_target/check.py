"""Runs inside MicroPython: one case a line on stdin, one verdict a line on stdout.

A case is {"run": name, ...}; a verdict {"verdict": "passed" | "failed" | "not applicable", ...}.
"""

import gc
import json
import sys

import case_bytes
import case_entry
import case_oda
import case_rules
import case_session
from verdict import Mismatch, NotApplicable

_RUN = {
    "tlv": case_bytes.run_tlv,
    "dol": case_bytes.run_dol,
    "capk": case_bytes.run_capk,
    "restrictions": case_rules.run_restrictions,
    "risk": case_rules.run_risk,
    "cvm list": case_rules.run_cvm_list,
    "afl": case_rules.run_afl,
    "gpo": case_rules.run_gpo,
    "oda": case_oda.run,
    "entry point": case_entry.run,
    "reading": case_session.run_reading,
    "authentication": case_session.run_oda,
    "flow": case_session.run_flow,
}


def _verdict(case):
    try:
        _RUN[case["run"]](case)
    except NotApplicable as reason:
        return {"verdict": "not applicable", "why": str(reason)}
    except Mismatch as found:
        what, expected, got = found.args
        return {"verdict": "failed", "what": what, "expected": expected, "got": got}
    except Exception as error:  # noqa: BLE001  whatever the firmware raises here is a finding
        raised = "%s: %s" % (type(error).__name__, error)
        return {"verdict": "failed", "what": "an answer", "expected": "no exception", "got": raised}
    return {"verdict": "passed"}


def main():
    for line in sys.stdin:
        gc.collect()
        print(json.dumps(_verdict(json.loads(line))))


main()
