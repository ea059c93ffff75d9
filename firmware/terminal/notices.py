"""What the acquirer announces: windows of maintenance, one to a screen."""

from micropython import const

from message.documents import NOTICES
from terminal import maintenance

_READ_MS = const(60000)


async def run(services, front):
    content = services.parameters.content[NOTICES]
    notices = content["notices"] if content else []
    at = 0
    while True:
        if notices:
            front.show("notice", place=at + 1, count=len(notices), **_values(services, notices[at]))
        else:
            front.show("report", title="notices", reason="no_notices")
        key = await services.people.key(_READ_MS)
        if key in ("X", "M", None):
            return
        if key == "E" and notices:
            at = (at + 1) % len(notices)


def _values(services, notice):
    clock = services.clock
    return {
        "stage": maintenance.stage(notice, clock.utc(), services.link.ready),
        "window": maintenance.window(notice, clock),
        "recovery": maintenance.moment(notice["recovery"], clock),
        "scope": "scope_" + notice["scope"],
        "text": (notice["zh"], notice["en"]),
    }
