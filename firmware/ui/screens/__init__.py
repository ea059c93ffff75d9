"""name -> the function that draws that screen on a page."""

from ui.screens import (
    amount,
    approved,
    confirm,
    declined,
    entry,
    fault,
    history,
    in_doubt,
    power_off,
    present,
    processing,
    refused,
    returned,
    starting,
    stored,
    try_again,
)

SCREENS = {
    "starting": starting.draw,
    "amount": amount.draw,
    "present": present.draw,
    "processing": processing.draw,
    "approved": approved.draw,
    "stored": stored.draw,
    "declined": declined.draw,
    "try_again": try_again.draw,
    "in_doubt": in_doubt.draw,
    "returned": returned.draw,
    "refused": refused.draw,
    "fault": fault.draw,
    "confirm": confirm.draw,
    "history": history.draw,
    "entry": entry.draw,
    "power_off": power_off.draw,
}
