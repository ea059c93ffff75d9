"""One or more sample values for every screen: what the golden pictures show."""

QUIET = ("up", 0, 0, True, "14:05")
HOLDING = ("down", 2, 3600, True, "14:05")
LOADED = ("up", 48, 1234567, True, "23:59")
DOUBTFUL = ("up", 2, 3600, True, "14:05", 1)
IN_DOUBT = ("up", 0, 0, True, "14:05", 3)

_SALES = [
    ("14:05", 1250, "stored"),
    ("14:02", 2350, "stored"),
    ("13:48", 98800, "paid"),
    ("13:31", 500000, "checking"),
    ("12:57", 1, "returned"),
    ("12:31", -98800, "returned"),
    ("12:10", 12345678, "failed"),
    ("11:59", 600, "paid"),
]
_CARD = "621094******0011"
_CHECK = [
    ("link", "ok", "-61 dBm"),
    ("address", "ok", "192.168.100.123"),
    ("dns", "ok", "net_no_name"),
    ("tcp", "ok", "48 ms"),
    ("tls", "ok", "net_in_use"),
    ("echo", "ok", "61 ms"),
    ("speed", "ok", "118.4 kB/s"),
]
_LOG = [
    ("14:05:11", "net_reached", "", 2),
    ("14:05:09", "net_came", "", 131),
    ("14:02:58", "net_dropped", "no_network", 36125),
    ("04:00:53", "net_reached", "", 4),
    ("04:00:49", "net_failed", "host_certificate", 1),
    ("04:00:48", "net_came", "", 0),
]

_LOST = (
    ("lost_stored", "75 / ¥1,234,567.89"),
    ("lost_in_doubt", "1 / ¥42.00"),
    ("lost_for_people", "2 / ¥66.00"),
    ("lost_returns", "1 / ¥9.90"),
    ("lost_unsettled", "148 / ¥34,567.00"),
)

# name of the picture -> (screen, status, values)
SCENES = {
    "starting": ("starting", QUIET, {}),
    "amount_empty": ("amount", QUIET, {"fen": 0}),
    "amount": ("amount", HOLDING, {"fen": 128050}),
    "amount_maintenance": (
        "amount",
        QUIET,
        {"fen": 0, "notice": ("maintenance_from", "11-26 02:00")},
    ),
    "amount_overdue": (
        "amount",
        HOLDING,
        {"fen": 128050, "notice": ("maintenance_late", "11-26 04:30")},
    ),
    "amount_after_a_start": (
        "amount",
        QUIET,
        {"fen": 0, "last": ("paid", "14:32 ¥12.50")},
    ),
    "amount_after_a_start_holding": (
        "amount",
        HOLDING,
        {"fen": 0, "last": ("stored", "14:32 ¥50,000.00")},
    ),
    "amount_large": ("amount", LOADED, {"fen": 5000000}),
    "amount_some_in_doubt": ("amount", DOUBTFUL, {"fen": 0}),
    "amount_in_doubt": ("amount", IN_DOUBT, {"fen": 0}),
    "amount_largest": ("amount", QUIET, {"fen": 999999999999}),
    "present": ("present", QUIET, {"fen": 1250}),
    "present_offline": ("present", HOLDING, {"fen": 1250, "note": "card_phone_watch"}),
    "processing": ("processing", QUIET, {"fen": 1250, "note": "contacting_bank"}),
    "processing_card": ("processing", HOLDING, {"fen": 1250, "note": "remove_card"}),
    "present_code": ("present", QUIET, {"fen": 1250, "note": "card_phone_code"}),
    "waiting": ("waiting", QUIET, {"fen": 1250, "left_s": 52}),
    "waiting_holding": ("waiting", HOLDING, {"fen": 12345678, "left_s": 4}),
    "waiting_no_line": ("waiting", HOLDING, {"fen": 1250, "left_s": 31, "note": "no_line_now"}),
    "in_doubt_code": ("in_doubt", HOLDING, {"fen": 1250, "why": "code_cancelling"}),
    "approved_code": (
        "approved",
        QUIET,
        {"fen": 1250, "card": "28…3456", "by": "pay_code", "ref": "000123456789"},
    ),
    "declined_code": ("declined", HOLDING, {"fen": 1250, "reason": "code_not_paid"}),
    "code_offline": ("try_again", HOLDING, {"fen": 1250, "reason": "code_offline"}),
    "approved": ("approved", QUIET, {"fen": 1250, "card": _CARD, "ref": "000123456789"}),
    "approved_signature": (
        "approved",
        QUIET,
        {"fen": 150000, "card": _CARD, "ref": "000123456789", "cvm": "signature"},
    ),
    "stored": (
        "stored",
        HOLDING,
        {"fen": 1250, "card": _CARD, "used": (2, 50)},
    ),
    "confirm_defer": (
        "confirm",
        HOLDING,
        {"fen": 98800, "reason": "defer_sure", "title": "defer_ask", "yes": "key_defer"},
    ),
    "deferred": ("deferred", HOLDING, {"fen": 98800, "card": _CARD, "used": (3, 50)}),
    "denied": (
        "denied",
        QUIET,
        {
            "fen": 98800,
            "when": "2026-11-22 13:48",
            "card": _CARD,
            "ref": "000123456789",
        },
    ),
    "amount_denied": ("amount", QUIET, {"fen": 0, "notice": ("declined_later", "¥988.00")}),
    "entry_undecided": (
        "entry",
        HOLDING,
        {
            "fen": 98800,
            "word": "stored",
            "where": "where_undecided",
            "when": "11-22 13:48",
            "card": _CARD,
        },
    ),
    "entry_unsaid": (
        "entry",
        HOLDING,
        {
            "fen": 98800,
            "word": "checking",
            "where": "where_unsaid",
            "when": "11-22 13:48",
            "card": _CARD,
        },
    ),
    "confirm_call_off": (
        "confirm",
        HOLDING,
        {"fen": 98800, "reason": "call_off_sure", "title": "call_off_ask", "yes": "call_off"},
    ),
    "report_called_off": (
        "report",
        HOLDING,
        {"title": "call_off", "reason": "call_off_done", "hints": ((("E", "key_ok"),),)},
    ),
    "report_stranger": (
        "report",
        HOLDING,
        {"title": "net_failed", "reason": "net_impostor", "hints": ((("E", "key_ok"),),)},
    ),
    "report_not_accepted": (
        "report",
        HOLDING,
        {"title": "net_failed", "reason": "net_not_accepted", "hints": ((("E", "key_ok"),),)},
    ),
    "report_asking_bank": (
        "report",
        HOLDING,
        {"title": "ask_bank", "reason": "contacting_bank", "hints": ((("X", "key_cancel"),),)},
    ),
    # There was no room for the reference: see deferral.py.
    "denied_without_reference": (
        "denied",
        QUIET,
        {"fen": 98800, "when": "2026-11-22 13:48", "card": _CARD},
    ),
    "declined": ("declined", QUIET, {"fen": 1250, "reason": "insufficient_funds", "code": "51"}),
    "declined_unknown": ("declined", QUIET, {"fen": 1250, "reason": "host_code_7Q", "code": "7Q"}),
    "try_again": ("try_again", QUIET, {"fen": 1250, "reason": "card_lost"}),
    "see_phone": ("try_again", HOLDING, {"fen": 1250, "reason": "see_phone"}),
    "in_doubt": ("in_doubt", HOLDING, {"fen": 1250}),
    "returned": ("returned", QUIET, {"fen": 1250}),
    "fault_unprovisioned": (
        "fault",
        QUIET,
        {"reason": "not_provisioned", "code": "provision.json: field emv.version"},
    ),
    "refused": ("refused", LOADED, {"reason": "offline_limit", "used": (75, 75)}),
    "refused_amount": ("refused", QUIET, {"reason": "amount_over_limit"}),
    "fault": (
        "fault",
        QUIET,
        {"reason": "reader_fault", "code": "E-1204"},
    ),
    "confirm": ("confirm", QUIET, {"fen": 1250, "reason": "second_tap"}),
    "confirm_give_back": (
        "confirm",
        QUIET,
        {"fen": 1250, "reason": "give_back_sure", "title": "give_back_ask", "yes": "give_back"},
    ),
    "give_back": ("give_back", HOLDING, {"fen": 98800, "left_fen": 98800}),
    "give_back_nothing": ("give_back", QUIET, {"fen": 0, "left_fen": 98800}),
    "give_back_too_much": ("give_back", QUIET, {"fen": 98801, "left_fen": 98800}),
    "give_back_refused": (
        "report",
        QUIET,
        {
            "title": "give_back",
            "reason": "return_in_doubt",
            "hints": ((("E", "key_ok"),),),
        },
    ),
    "given_back_stored": ("given_back", HOLDING, {"fen": -98800, "word": "stored"}),
    "given_back_returned": ("given_back", QUIET, {"fen": -1250, "word": "returned"}),
    "given_back_checking": ("given_back", QUIET, {"fen": -12345678, "word": "checking"}),
    "history": ("history", HOLDING, {"rows": _SALES, "index": 0}),
    "history_scrolled": ("history", HOLDING, {"rows": _SALES, "index": 5}),
    "history_empty": ("history", QUIET, {"rows": [], "index": 0}),
    "menu": ("menu", HOLDING, {"title": "menu", "items": ["history"] * 6}),
    "report": (
        "report",
        QUIET,
        {"title": "history", "rows": (("reference", "000123456789"), ("code", "00"))},
    ),
    "report_bank_posted": (
        "report",
        QUIET,
        {
            "title": "ask_bank",
            "rows": (
                ("reference", "632612345001"),
                ("received_on", "11-22 13:48"),
                ("batch_closed", "000001"),
                ("pays_on", "2026-11-23"),
            ),
            "reason": "bank_posted",
        },
    ),
    "report_settle": (
        "report",
        QUIET,
        {
            "title": "settle",
            "rows": (
                ("batch_open", "000012"),
                ("sold_online", "148 / ¥1,234,567.89"),
                ("sold_offline", "3 / ¥64.70"),
                ("sold_deferred", "1 / ¥9.90"),
                ("given_back_total", "2 / ¥88.00"),
                ("sum", "¥1,234,554.49"),
            ),
            "reason": "settle_sure",
            "hints": ((("E", "settle"), ("X", "key_back")),),
        },
    ),
    "report_settle_waits": (
        "report",
        HOLDING,
        {"title": "settle", "reason": "settle_waits", "hints": ((("X", "key_back"),),)},
    ),
    "report_settled": (
        "report",
        QUIET,
        {
            "title": "settle",
            "rows": (
                ("batch_closed", "000012"),
                ("reference", "S00000000031"),
                ("sum", "¥1,234,554.49"),
                ("pays_on", "2026-11-23"),
            ),
            "reason": "settled_balanced",
            "hints": ((("E", "key_ok"),),),
        },
    ),
    "report_settled_differs": (
        "report",
        QUIET,
        {
            "title": "settle",
            "rows": (
                ("batch_closed", "000012"),
                ("reference", "S00000000031"),
                ("sum", "¥1,234,554.49"),
                ("pays_on", "2026-11-23"),
                ("differences", "2"),
            ),
            "reason": "settled_differs",
            "hints": ((("E", "key_ok"),),),
        },
    ),
    "resetting": ("starting", QUIET, {"note": "resetting"}),
    "report_reset": (
        "report",
        QUIET,
        {
            "title": "reset",
            "reason": "reset_sure",
            "hints": ((("E", "reset_yes"), ("X", "key_back")),),
        },
    ),
    "report_reset_again": (
        "report",
        QUIET,
        {
            "title": "reset",
            "reason": "reset_for_good",
            "hints": ((("9", "reset_yes"), ("X", "key_back")),),
        },
    ),
    "report_reset_holds": (
        "report",
        HOLDING,
        {
            "title": "reset",
            "rows": _LOST,
            "reason": "reset_holds",
            "hints": ((("E", "reset_ask"), ("X", "key_back")),),
        },
    ),
    "report_reset_loses": (
        "report",
        HOLDING,
        {
            "title": "reset",
            "rows": _LOST,
            "reason": "reset_loses",
            "hints": ((("9", "reset_yes"), ("X", "key_back")),),
        },
    ),
    "report_reset_refused": (
        "report",
        HOLDING,
        {
            "title": "reset",
            "rows": _LOST,
            "reason": "reset_not_allowed",
            "hints": ((("E", "key_ok"),),),
        },
    ),
    "report_update_unreadable": (
        "report",
        HOLDING,
        {"title": "firmware", "reason": "update_unreadable", "hints": ((("E", "key_ok"),),)},
    ),
    "report_bank_refuses": ("report", HOLDING, {"title": "ask_bank", "reason": "bank_refuses"}),
    "check_running": ("check", QUIET, {"rows": _CHECK[:3] + [("tcp", "running", "")]}),
    "check_well": ("check", HOLDING, {"rows": _CHECK, "reason": "net_all_well"}),
    "check_failed": (
        "check",
        HOLDING,
        {"rows": _CHECK[:4] + [("tls", "failed", "certificate")], "reason": "net_impostor"},
    ),
    "netlog": ("netlog", HOLDING, {"lines": _LOG}),
    "netlog_empty": ("netlog", QUIET, {"lines": []}),
    "notice": (
        "notice",
        QUIET,
        {
            "stage": "maintenance_planned",
            "window": "11-26 02:00-04:00",
            "recovery": "11-26 04:30",
            "scope": "scope_online",
            "text": (
                "银行系统升级维护，离线收款不受影响，给您带来不便敬请谅解。",
                "Work on the bank's systems. Offline sales go on. We are sorry for the trouble.",
            ),
            "count": 2,
        },
    ),
    "notices_none": ("report", QUIET, {"title": "notices", "reason": "no_notices"}),
    "about": (
        "report",
        QUIET,
        {
            "title": "about",
            "rows": (
                ("serial", "SIM00001"),
                ("terminal_id", "T0000001"),
                ("merchant_id", "M00000000000001"),
                ("firmware", "0.1.0"),
                ("parameters", "7"),
                ("notices", "2"),
                ("support", "400-000-0000"),
            ),
            "hints": ((("E", "key_next"), ("X", "key_back")),),
        },
    ),
    "entry_paid": (
        "entry",
        QUIET,
        {
            "fen": 98800,
            "word": "paid",
            "when": "2025-11-22 13:48",
            "card": _CARD,
            "ref": "000123456789",
        },
    ),
    "entry_stored": (
        "entry",
        HOLDING,
        {"fen": 2350, "word": "stored", "when": "11-22 14:02", "card": _CARD},
    ),
    "entry_checking": (
        "entry",
        QUIET,
        {"fen": 500000, "word": "checking", "when": "11-22 13:31", "card": _CARD},
    ),
    "entry_returned": (
        "entry",
        QUIET,
        {"fen": 1, "word": "returned", "when": "11-22 12:57", "card": _CARD},
    ),
    "entry_given_back": (
        "entry",
        QUIET,
        {
            "fen": 98800,
            "word": "paid",
            "when": "2025-11-22 13:48",
            "card": _CARD,
            "ref": "000123456789",
            "back_fen": 12345,
        },
    ),
    "entry_return": (
        "entry",
        HOLDING,
        {"fen": -12345, "word": "stored", "when": "11-22 14:02", "card": _CARD},
    ),
    "entry_failed": (
        "entry",
        QUIET,
        {"fen": 12345678, "word": "failed", "when": "11-22 12:10", "card": _CARD, "code": "05"},
    ),
}
