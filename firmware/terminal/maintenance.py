"""Announced maintenance: which notice matters now, by the terminal's clock."""

import time

from micropython import const

_NEAR_S = const(24 * 3600)  # so long before it begins, and so long after it should have ended

# Text keys.
PLANNED = "maintenance_planned"
ACTIVE = "maintenance_active"
OVERDUE = "maintenance_overdue"
OVER = "maintenance_over"

# The most urgent first, each with its short form: text key, and the time that goes with it.
_SHORT = (
    (ACTIVE, "maintenance_until", "recovery"),
    (OVERDUE, "maintenance_late", "recovery"),
    (PLANNED, "maintenance_from", "from"),
)


def stage(notice, utc, line_is_up):
    """How things stand with a notice, as a text key. A window that should be over goes on as long
    as the host cannot be reached."""
    now_s = _seconds(utc)
    if now_s < _seconds(notice["from"]):
        return PLANNED
    if now_s < _seconds(notice["to"]):
        return ACTIVE
    late = not line_is_up and now_s < _seconds(notice["to"]) + _NEAR_S
    return OVERDUE if late else OVER


def pressing(notices, clock, line_is_up):
    """What is to be said while nothing else is: (text key, time), or None."""
    utc = clock.utc()
    near = [n for n in notices if _seconds(n["from"]) - _seconds(utc) <= _NEAR_S]
    for how, key, when in _SHORT:
        found = [n for n in near if stage(n, utc, line_is_up) == how]
        if found:
            return key, _short(min([n[when] for n in found]), clock)
    return None


def window(notice, clock):
    """From when to when in the merchant's time: 02:00-04:00, with dates where it is another day."""
    begins, ends = _local(notice["from"], clock), _local(notice["to"], clock)
    same_day = ends[:3] == begins[:3]
    end = _hours(ends) if same_day else moment(notice["to"], clock)
    return _short(notice["from"], clock) + "-" + end


def moment(utc, clock):
    """11-26 02:00 in the merchant's time."""
    return "%02d-%02d %02d:%02d" % _local(utc, clock)[1:5]


def _short(utc, clock):
    local = _local(utc, clock)
    return _hours(local) if local[:3] == clock.local()[:3] else moment(utc, clock)


def _hours(local):
    return "%02d:%02d" % local[3:5]


def _local(utc, clock):
    return clock.to_local(tuple(utc) + (0,))


def _seconds(utc):
    return time.mktime(tuple(utc[:5]) + (0, 0, 0))
