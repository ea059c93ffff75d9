"""Cases that are whole recorded card sessions, in three parts: what the card says is read as it was
read then, what it signed verifies, and the kernel does what was done then.
"""

import player
import then
from verdict import NotApplicable, objects, same, tag_name, unhex

from emv import apdu, card, config, cvm, dol, entry, oda, tlv
from emv.outcome import APPROVED, DECLINED, OK, ONLINE, OTHER_CARD, Ended
from emv.session import Session
from emv.tags import CARD, has

_FCI_TEMPLATES = (0x6F, 0xA5, 0xBF0C)
_OUTCOMES = (("offline-approve", APPROVED), ("online", ONLINE))
_DECLINES = ("decline", "offline-decline")
_OF_GENERATE_AC = (0x9F10, 0x9F26, 0x9F27, 0x9F36, 0x9F4B)
_RELAY_NOT_PERFORMED = (5, 1)
_APPLY_NEXT = 0x40
_SELECT_PPSE = "00A404000E325041592E5359532E4444463031"


def _card(case):
    """The recorded card: it knows its commands by heart, with or without Le."""
    known = {_essence(unhex(command)): unhex(reply) for command, reply in case["apdus"]}
    otherwise = unhex(case.get("unmatched_command_response") or "6A82")
    return lambda command: known.get(_essence(command), otherwise)


def _essence(command):
    return command[:4] if len(command) <= 5 else command[: 5 + command[4]]


def _read_record(place):
    return apdu.read_record(*place[:2])[:4].hex().upper()


def _find(case, *starts):
    """(command, reply without status) of the first exchange whose command starts so, or None."""
    for command, reply in case["apdus"]:
        if command.startswith(starts) and reply.endswith("9000"):
            return unhex(command), unhex(reply)[:-2]
    return None


def _data(command):
    return command[5 : 5 + command[4]]


# --- reading


def run_reading(case):
    expect = case["expect"]
    if "ppse_entries" in expect:
        same("PPSE entries", expect["ppse_entries"], _directory(case))
    _read(case)


def _read(case):
    reading = _Reading(case)
    reading.select()
    reading.options()
    reading.records()
    return reading


def _directory(case):
    found = _find(case, _SELECT_PPSE)
    listed = found and tlv.find(found[1], 0x6F, 0xA5, 0xBF0C)
    entries = []
    for tag, entry_data in tlv.objects(listed or b""):
        if tag == 0x61:
            entries.append(_entry(tlv.table(entry_data)))
    return entries


def _entry(fields):
    label, priority, kernel = [fields.get(tag) for tag in (0x50, 0x87, 0x9F2A)]
    return {
        "aid": fields[0x4F].hex().upper(),
        "label": None if label is None else bytes(label).decode(),
        "priority": None if priority is None else priority[0],
        "kernel_id": None if kernel is None else kernel.hex().upper(),
    }


class _Reading:
    """Selection, GET PROCESSING OPTIONS and records, by the firmware's own steps."""

    def __init__(self, case):
        self.case, self.expect = case, case["expect"]
        terminal = then.section(case)
        loaded = config.load(terminal)
        self.session = Session(loaded, then.request(case))
        combination = entry.Combination(loaded.applications[0], self.session.request)
        self.session.begin(combination, unhex(self.expect["selected_aid"]))
        self.session.terminal.update(then.data(case))
        self.pdol_data, self.static = b"", None

    def select(self):
        found = _find(self.case, "00A40400%02X" % len(self.session.aid) + self.session.aid.hex())
        found = found or _find(self.case, "00A40400%02X" % 7, "00A40400%02X" % 8)
        if found:
            self.session.take(tlv.flatten(found[1], _FCI_TEMPLATES))
        pdol = self.session.card.get(0x9F38, b"")
        if "pdol" in self.expect:
            wanted = [tuple(pair) for pair in self.expect["pdol"]]
            same("PDOL", wanted, [(tag_name(tag), size) for tag, size in dol.parse(pdol)])

    def options(self):
        sent = self._run(card.initiate(self.session, {}, (OTHER_CARD, "card_error")), "pdol_data")
        recorded = _find(self.case, "80A8")
        if recorded:
            same("GPO", _data(recorded[0]).hex(), _data(sent[0]).hex())
        for name, tag in (("aip", 0x82), ("afl", 0x94)):
            if name in self.expect:
                same(name.upper(), self.expect[name], self._taken(tag))
        self._compare(self.expect.get("gpo_tags", {}))

    def records(self):
        recorded = [place for place in self.places() if _find(self.case, _read_record(place))]
        self._run(card.read_records(self.session, recorded), "static")
        self._compare(self.expect.get("card_data", {}))
        signed = self.expect.get("static_data_to_be_authenticated_records")
        if signed is not None:
            same("static data", signed, b"".join(self.static or []).hex().upper())

    def places(self):
        """Where the records are; the mag-stripe one that M/Chip cards list first is left out."""
        afl = self.session.card.get(0x94, b"")
        if self.case["kernel"] == 2 and afl[:4] == b"\x08\x01\x01\x00":
            afl = afl[4:]
        return card.locate(afl) if afl else []

    def _run(self, work, name):
        try:
            value, sent = player.play(work, _card(self.case))
        except Ended as end:
            same(name, "read", end.reason)
        except tlv.TlvError as error:
            same(name, "read", str(error))
        setattr(self, name, value)
        return sent

    def _taken(self, tag):
        return self.session.card.get(tag, b"").hex().upper()

    def _compare(self, wanted):
        """Those tags that the firmware takes from a card; the others it passes over."""
        for tag, value in objects(wanted).items():
            later = tag in _OF_GENERATE_AC and tag not in self.session.card
            if tag in CARD and not later:
                same("tag " + tag_name(tag), value.hex().upper(), self._taken(tag))


# --- authentication


def run_oda(case):
    wanted = {step: ok for step, ok in case["expect"].get("oda", {}).items() if ok is not None}
    if not wanted:
        raise NotApplicable("nothing signed is recorded")
    reading = _read(case)
    session = reading.session
    session.read_pan()
    name = session.aid[:5] + session.card.get(0x8F, b"")
    if session.config.ca_key(name, session.today) is None:
        raise NotApplicable("CA key %s is not at hand" % name.hex().upper())
    for step, verify in (("icc", _chain), ("cda", _cda), ("dda", _dda)):
        if step in wanted:
            same(step, wanted[step], verify(case, reading))


def _key(reading):
    return oda.card_key(reading.session, reading.static)


def _chain(case, reading):
    try:
        _key(reading)
    except oda.OdaError:
        return False
    return True


def _cda(case, reading):
    """CDA over the first GENERATE AC, whichever kernel it was."""
    command, reply = _find(case, "80AE")
    content = tlv.find(reply, 0x77)
    fields = tlv.table(content)
    number = reading.session.terminal[0x9F37]
    parts = (reading.pdol_data, _data(command)) + tlv.without(content, 0x9F4B)
    try:
        oda.combined_data(_key(reading), bytes(fields[0x9F4B]), number, parts)
    except oda.OdaError:
        return False
    return True


def _dda(case, reading):
    command, reply = _find(case, "0088")
    signed = tlv.find(reply, 0x80) or tlv.find(reply, 0x77, 0x9F4B)
    try:
        oda.dynamic_data(_key(reading), bytes(signed), _data(command))
    except oda.OdaError:
        return False
    return True


# --- the kernel


def run_flow(case):
    kernel = case["kernel"]
    _require_our_kind(case, kernel)
    missing = [place for place in _read(case).places() if not _find(case, _read_record(place))]
    if missing:
        raise NotApplicable("the record lacks what the card answered to a READ RECORD")
    if _find(case, _SELECT_PPSE) is None:
        case["apdus"].insert(0, _made_up_directory(case))
    seen = []
    transaction = entry.transaction(
        config.load(then.section(case)),
        then.request(case),
        {kernel: _watched(entry.KERNELS[kernel], seen)},
    )
    outcome, sent = player.play(transaction, _card(case))
    wanted = [command for command, _ in case["apdus"]]
    _same_commands(wanted, [command.hex().upper() for command in sent])
    _same_outcome(case["expect"], outcome)
    for tag, value in objects(case["expect"].get("card_data", {})).items():
        if tag in CARD:
            taken = seen[0].card.get(tag, b"")
            same("tag " + tag_name(tag), value.hex().upper(), taken.hex().upper())


def _require_our_kind(case, kernel):
    if case.get("interface", "contactless") != "contactless":
        raise NotApplicable("a contact session")
    if kernel not in entry.KERNELS:
        raise NotApplicable("kernel %d is not in this firmware" % kernel)
    if kernel == 2:
        _require_todays_mchip(case)


def _require_todays_mchip(case):
    """Older kernels told the card other TVR and CVM results, so that its answers fit only those."""
    told = objects(case["expect"].get("cdol1_data", {}))
    if 0x95 in told and not has(told[0x95], _RELAY_NOT_PERFORMED) and not _find(case, "80EA"):
        raise NotApplicable("recorded before relay resistance was in the TVR")
    listed = objects(case["expect"].get("card_data", {})).get(0x8E)
    rules = [rule for rule, _ in cvm.parse(listed)[2]] if listed else ()
    method = told.get(0x9F34, b"\x3f")[0]
    if method not in rules and method | _APPLY_NEXT in rules:
        raise NotApplicable("the recorded CVM results leave out a bit of the card's rule")


def _made_up_directory(case):
    """The exchange that a record without SELECT PPSE lacks."""
    name = unhex(case["expect"]["selected_aid"])
    content = b"\x61" + bytes((len(name) + 2, 0x4F, len(name))) + name
    for head in (b"\xbf\x0c", b"\xa5", b"\x6f"):
        content = head + bytes((len(content),)) + content
    return [_SELECT_PPSE + "00", content.hex().upper() + "9000"]


def _watched(kernel, seen):
    def run(session):
        seen.append(session)
        return (yield from kernel(session))

    return run


def _same_commands(wanted, sent):
    for number, pair in enumerate(zip(wanted, sent)):
        same("command %d" % (number + 1), *pair)
    same("number of commands", len(wanted), len(sent))


def _same_outcome(expect, outcome):
    word = expect.get("outcome_class", "").split()
    for start, result in _OUTCOMES:
        if word and word[0].startswith(start):
            same("outcome", result, outcome.result)
    if word and word[0].startswith(_DECLINES):
        same("outcome", DECLINED, outcome.result)
    signed = [expect.get("oda", {}).get(step) for step in ("fdda", "cda")]
    if True in signed:
        same("authentication", OK, outcome.oda)
