"""Documents come in chunks when there is time, go on after a broken line, and are fetched once."""

import asyncio

import parts
import signer

from message import codec
from message import documents as wire
from message import fields as f
from message.documents import NOTICES, PARAMETERS, Refused
from terminal.downloads import Downloads
from uplink.link import NOT_SENT

_CHUNK_BYTES = 240


class Parameters:
    """Takes what it is told to take."""

    def __init__(self):
        self.versions = {PARAMETERS: 0, NOTICES: 0}
        self.taken = []
        self.refuses = False
        self.refused = []

    def version(self, kind):
        return self.versions[kind]

    def tell(self):
        return []

    def heard(self):
        pass

    def refuse(self, kind, version, why):
        self.refused.append((kind, version, why.code))

    def replace(self, kind, version, blob):
        if self.refuses:
            return False
        self.versions[kind] = version
        self.taken.append((kind, version, blob))
        return True


class Session:
    def __init__(self):
        self.extras, self.listeners = [], []


class Forwarding:
    paused = busy = False


class Clock:
    def __init__(self):
        self.on_ms = 0

    def now_ms(self):
        return self.on_ms


class Held:
    batch = 1

    def held(self):
        return (0, 0)


class Settings:
    class terminal:  # noqa: N801  a section
        batch = 1


class Link:
    """The line to a host that keeps one document of each kind."""

    def __init__(self, documents):
        self.documents = documents  # kind -> (version, bytes)
        self.ready = True
        self.asked = []
        self.faults = []  # what becomes of the next answers: "silence", "not sent", or a function

    async def exchange(self, key, data):
        fault = self.faults.pop(0) if self.faults else None
        if fault == "not sent":
            return NOT_SENT
        mti, fields, _ = codec.unpack(data)
        wanted = codec.unpack_private(fields[63])[f.PARAMETER_CHUNK]
        kind = PARAMETERS if fields[60].endswith("360") else NOTICES
        offset = int.from_bytes(wanted[4:], "big")
        self.asked.append((kind, int.from_bytes(wanted[:4], "big"), offset))
        if fault == "silence":
            return None
        private = {}
        if kind in self.documents:
            version, blob = self.documents[kind]
            if version != self.asked[-1][1]:
                offset = 0  # it has another one: that is sent from its beginning
            head = version.to_bytes(4, "big") + len(blob).to_bytes(2, "big")
            data_here = blob[offset : offset + _CHUNK_BYTES]
            private["t16"] = head + offset.to_bytes(2, "big") + data_here
        if fault:
            fault(private)
        return parts.messages().read(parts.Host().reply(data, "00", **private))


class Services:
    def __init__(self, documents=None):
        self.parameters = Parameters()
        self.session = Session()
        self.forwarding = Forwarding()
        self.clock = Clock()
        self.link = Link(documents or {PARAMETERS: (3, bytes(range(256)) * 4)})
        self.settings = Settings
        self.book = Held()
        self.messages = parts.messages()
        self.downloads = Downloads(self)

    def offer(self, parameters=0, notices=0):
        """As an 0810 does it."""

        class Reply:
            private = {0x15: parameters.to_bytes(4, "big") + notices.to_bytes(4, "big")}

        self.session.listeners[0](Reply)

    async def run(self, ms=400):
        task = asyncio.create_task(self.downloads.run())
        await asyncio.sleep_ms(ms)
        task.cancel()


_BLOB = bytes(range(256)) * 4


async def test_a_newer_document_is_fetched_chunk_by_chunk_and_taken_whole():
    s = Services()
    s.offer(3)
    await s.run()
    assert s.parameters.taken == [(PARAMETERS, 3, _BLOB)]
    assert s.link.asked == [(PARAMETERS, 3, at) for at in (0, 240, 480, 720, 960)]


async def test_both_kinds_are_fetched():
    s = Services({PARAMETERS: (3, b"p" * 300), NOTICES: (2, b"n" * 300)})
    s.offer(3, 2)
    await s.run(500)
    assert sorted(s.parameters.taken) == [(1, 3, b"p" * 300), (2, 2, b"n" * 300)]


async def test_what_is_in_use_or_newer_than_the_offer_is_not_fetched():
    for held in (3, 4):
        s = Services()
        s.parameters.versions[PARAMETERS] = held
        s.offer(3)
        await s.run(100)
        assert s.link.asked == []


async def test_sales_and_what_is_owed_go_first():
    for name in ("paused", "busy"):
        s = Services()
        setattr(s.forwarding, name, True)
        s.offer(3)
        await s.run(100)
        assert s.link.asked == []


async def test_limits_do_not_change_in_the_midst_of_a_sale():
    s = Services({PARAMETERS: (3, b"x" * 100)})
    s.link.faults = [lambda private: setattr(s.forwarding, "paused", True)]
    s.offer(3)
    await s.run(300)
    assert len(s.link.asked) == 1 and s.parameters.taken == []


async def test_a_download_goes_on_where_the_line_broke():
    for fault in ("silence", "not sent"):
        s = Services()
        s.link.faults = [None, None, fault]
        s.offer(3)
        await s.run(300)
        s.clock.on_ms += 60000
        await s.run()
        assert s.parameters.taken == [(PARAMETERS, 3, _BLOB)]
        assert [at for _, _, at in s.link.asked].count(0) == 1


async def test_a_host_that_does_not_answer_is_left_alone_for_a_minute():
    s = Services()
    s.link.faults = ["silence"] * 5
    s.offer(3)
    await s.run(300)
    assert len(s.link.asked) == 1


async def test_an_answer_without_a_chunk_is_no_document():
    s = Services({NOTICES: (1, b"n")})
    s.offer(3)
    await s.run(200)
    assert len(s.link.asked) == 1 and s.parameters.taken == []


async def test_an_answer_with_another_nonce_is_nobodys():
    s = Services()
    s.link.faults = [lambda private: private.update(t06=bytes(16))]
    s.offer(3)
    await s.run(200)
    assert len(s.link.asked) == 1 and s.parameters.taken == []


async def test_a_chunk_that_does_not_fit_begins_the_document_anew():
    def shifted(private):
        private["t16"] = private["t16"][:6] + b"\0\1" + private["t16"][8:]

    s = Services()
    s.link.faults = [None, shifted]
    s.offer(3)
    await s.run(200)
    s.clock.on_ms += 60000
    await s.run()
    assert s.parameters.taken == [(PARAMETERS, 3, _BLOB)]
    assert [at for _, _, at in s.link.asked].count(0) == 2


async def test_a_version_published_in_between_replaces_the_one_that_was_coming():
    s = Services()

    def published(private):
        s.link.documents[PARAMETERS] = (4, b"y" * 300)

    s.link.faults = [None, published]
    s.offer(3)
    await s.run(600)
    assert s.parameters.taken == [(PARAMETERS, 4, b"y" * 300)]


async def test_a_refused_document_is_not_fetched_again():
    s = Services({PARAMETERS: (3, b"x" * 100)})
    s.parameters.refuses = True
    for _ in range(3):
        s.offer(3)
        await s.run(200)
    assert len(s.link.asked) == 1


async def test_a_newer_one_is_fetched_after_a_refused_one():
    s = Services({PARAMETERS: (3, b"x" * 100)})
    s.parameters.refuses = True
    s.offer(3)
    await s.run(200)
    s.parameters.refuses = False
    s.link.documents[PARAMETERS] = (4, b"y" * 100)
    s.offer(4)
    await s.run(200)
    assert s.parameters.taken == [(PARAMETERS, 4, b"y" * 100)]


async def test_a_document_that_is_too_long_is_refused_at_its_first_chunk():
    s = Services({PARAMETERS: (3, bytes(4097))})
    s.offer(3)
    await s.run(200)
    assert s.parameters.refused == [(PARAMETERS, 3, wire.TOO_LONG)]
    assert len(s.link.asked) == 1


def test_versions_and_refusals_are_told_in_15():
    tag, value = wire.held({PARAMETERS: 7, NOTICES: 2}, (2, 9, Refused(wire.WRONG_VALUE, "x.y")))
    assert (tag, value) == (0x15, b"\0\0\0\7\0\0\0\2\2\0\0\0\t\5x.y")


def test_a_field_name_that_is_told_is_cut_off():
    assert len(Refused(wire.UNKNOWN_FIELD, "x" * 300).field) == 40


def test_signed_documents_of_four_kilobytes_can_come():
    long = signer.signed(signer.parameters(1, hotlist=["0123456789abcdef"] * 180))
    assert 3000 < len(long) <= wire.LONGEST_BYTES
