"""What a plan can ask for about signed documents: publishing them, and what has become of them."""

from host_documents import NOTICES, PARAMETERS, moment

_HOUR_S = 3600


def _publish(life, limits, *how):
    """Parameters with these limits beside the plan's. `how`: "spoilt" on the way, or "older"."""
    policy = dict(life._plan["policy"])
    policy.update(limits)
    documents = life.host.documents
    version = documents.publish(PARAMETERS, "spoilt" in how, policy=policy)
    if "older" in how:
        documents.publish(PARAMETERS, version=max(1, version - 2), policy=policy)


def _announce(life, begins_h, ends_h):
    """Maintenance, so many hours from now."""
    now_s = life.host.start_s + life.world.now_ms // 1000
    notice = {
        "from": moment(now_s + int(begins_h * _HOUR_S)),
        "to": moment(now_s + int(ends_h * _HOUR_S)),
        "recovery": moment(now_s + int(ends_h * _HOUR_S)),
        "scope": "online",
        "zh": "维护",
        "en": "Maintenance",
    }
    life.host.documents.publish(NOTICES, notices=[notice])


def _disk(life, full):
    life.disk.full = full


def _in_use(life, kind, version):
    used = life.in_use.get(kind, 0)
    life.check.that(used == version, "expected %s %d in use, not" % (kind, version), used)


def _host_knows(life, version):
    """By what the terminal told it."""
    known = life.host.documents.in_use[PARAMETERS]
    life.check.that(known == version, "expected the host to know %d, not" % version, known)


def _refused(life, code, field=""):
    """What the host has heard last of a document that the terminal did not take."""
    told = life.host.documents.refused
    last = told[-1][2:] if told else None
    life.check.that(last == (code, field), "expected a refusal %d, not" % code, last)


def _announced(life, key):
    """What the screen at rest says of maintenance: a text key, or nothing."""
    said = life.notice[0] if life.notice else None
    life.check.that(said == key, "expected %s on the screen, not" % key, said)


VERBS = {
    "publish": _publish,
    "announce": _announce,
    "disk": _disk,
    "in use": _in_use,
    "host knows": _host_knows,
    "refused document": _refused,
    "announced": _announced,
}
