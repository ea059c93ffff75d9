"""A dead letter goes back into the queue: support has mended what was wrong."""

from micropython import const

_LOOK_MS = const(60000)


async def run(services, front, sale, word):
    went = services.book.revive(sale.number)
    reason = "send_again_done" if went else "journal_full"
    front.show("report", title="send_again", reason=reason)
    await services.people.key(_LOOK_MS)
