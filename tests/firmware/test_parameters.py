"""Signed documents in use: taken over at once, kept over restarts, whole or not at all."""

import sys

import parts
import signer

from message import documents as wire
from message.documents import NOTICES, PARAMETERS
from terminal.folder import Folder
from terminal.parameters import Parameters

_PLACE = parts.place("parameters")
_NO_SPACE = 28


class Policy:
    sale_limit_fen = 500000
    offline_aids = []


class Config:
    """As emv.config.Config: what it is told."""

    def __init__(self):
        self.hotlists = ["provisioned"]
        self.offline = None

    def allow_offline(self, beginnings):
        self.offline = beginnings


class Services:
    def __init__(self, folder):
        self.folder = folder
        self.emv_config = Config()
        self.logged = []
        self.called = None
        self.people = self
        self.settings = self
        self.signer = signer.MODULUS
        self.policy = Policy

        class Terminal(parts.Identity):
            serial = "TEST0001"
            support = "provisioned"

        self.terminal = Terminal
        self.parameters = Parameters(self)
        self.parameters.load()

    def log(self, text):
        self.logged.append(text)

    def support(self, number):
        self.called = number


def _folder():
    folder = Folder(_PLACE)
    for name in ("parameters", "parameters.part", "notices", "notices.part"):
        folder.remove(name)
    return folder


def _put(services, content, kind=PARAMETERS):
    return services.parameters.replace(kind, content["version"], signer.signed(content))


def test_new_limits_hold_at_once():
    services = Services(_folder())
    assert _put(
        services, signer.parameters(3, {"sale_limit_fen": 777, "offline_aids": ["A000000333"]})
    )
    assert services.settings.policy.sale_limit_fen == 777
    assert services.emv_config.offline == [b"\xa0\0\0\3\x33"]
    assert services.parameters.version(PARAMETERS) == 3
    assert "parameters 3 in use" in services.logged


def test_a_hotlist_stands_behind_the_provisioned_one_and_replaces_the_last():
    services = Services(_folder())
    _put(services, signer.parameters(1, hotlist=["621094-621094"]))
    _put(services, signer.parameters(2, hotlist=["520000-520000"]))
    provisioned, told = services.emv_config.hotlists
    assert provisioned == "provisioned"
    assert told.has("5200001") and not told.has("6210941")


def test_the_support_number_follows_and_goes_back_to_the_provisioned_one():
    services = Services(_folder())
    _put(services, signer.parameters(1, support="400-1"))
    assert services.called == services.settings.terminal.support == "400-1"
    _put(services, signer.parameters(2))
    assert services.called == "provisioned"


def test_what_is_in_use_survives_a_restart():
    folder = _folder()
    _put(Services(folder), signer.parameters(3, {"sale_limit_fen": 777}))
    _put(Services(folder), signer.notices(2, signer.notice()), NOTICES)
    again = Services(folder)
    assert again.settings.policy.sale_limit_fen == 777
    assert again.parameters.version(NOTICES) == 2


def test_a_refused_document_changes_nothing_and_says_why():
    folder = _folder()
    services = Services(folder)
    _put(services, signer.parameters(3, {"sale_limit_fen": 777}))
    assert not _put(services, signer.parameters(4, {"sale_limit_fen": 0}))
    assert services.settings.policy.sale_limit_fen == 777
    said = "parameters 4 refused: value missing or out of range: policy.sale_limit_fen"
    assert services.logged[-1] == said
    assert Services(folder).settings.policy.sale_limit_fen == 777


def test_an_older_document_is_refused():
    services = Services(_folder())
    _put(services, signer.parameters(3))
    assert not _put(services, signer.parameters(2))
    assert services.logged[-1] == "parameters 2 refused: not newer than the one in use: version"


class Failing(Folder):
    """A file system that fails at the so-manieth operation, as a power cut or a full one does."""

    def __init__(self, operation):
        super().__init__(_PLACE)
        self._left = operation

    def _count(self):
        self._left -= 1
        if not self._left:
            raise OSError(_NO_SPACE)

    def write(self, name, data):
        try:
            self._count()
        except OSError:
            super().write(name, data[: len(data) // 2])
            raise
        super().write(name, data)

    def replace(self, name, by):
        self._count()
        super().replace(name, by)


def test_whatever_fails_leaves_the_old_document_in_use():
    for operation in (1, 2):
        folder = _folder()
        _put(Services(folder), signer.parameters(3, {"sale_limit_fen": 777}))
        services = Services(Failing(operation))
        assert not _put(services, signer.parameters(4, {"sale_limit_fen": 888}))
        assert services.settings.policy.sale_limit_fen == 777
        assert services.parameters.refused[2].code == wire.NOT_STORED
        assert Services(folder).settings.policy.sale_limit_fen == 777


def test_a_file_that_has_rotted_is_as_none():
    folder = _folder()
    _put(Services(folder), signer.parameters(3, {"sale_limit_fen": 777}))
    folder.write("parameters", folder.read("parameters").replace(b"777", b"999"))
    services = Services(folder)
    assert services.settings.policy.sale_limit_fen == 500000
    assert services.parameters.version(PARAMETERS) == 0
    assert services.logged == ["parameters not used: wrong signature"]


def test_the_checker_is_let_go_when_it_has_done_its_work():
    _put(Services(_folder()), signer.parameters(1))
    assert "terminal.documents" not in sys.modules


# What the host hears


def test_versions_in_use_are_told():
    services = Services(_folder())
    _put(services, signer.parameters(3))
    assert services.parameters.tell() == [(0x15, b"\0\0\0\3\0\0\0\0")]


def test_a_refusal_is_told_with_its_reason_until_the_host_has_heard_it():
    services = Services(_folder())
    _put(services, signer.parameters(5, {"sale_limit_fen": 0}))
    told = b"\0" * 8 + b"\1\0\0\0\5\5policy.sale_limit_fen"
    assert services.parameters.tell() == [(0x15, told)]
    assert services.parameters.tell() == [(0x15, told)]
    services.parameters.heard()
    assert services.parameters.tell() == [(0x15, b"\0" * 8)]


def test_a_refusal_while_an_answer_is_under_way_is_not_forgotten():
    services = Services(_folder())
    services.parameters.tell()
    _put(services, signer.parameters(5, {"sale_limit_fen": 0}))
    services.parameters.heard()
    assert services.parameters.refused


def test_a_folder_without_a_file_system_says_so():
    folder = Folder("build/no-such-folder/provision.json")
    services = Services(folder)
    assert not _put(services, signer.parameters(1))
    assert services.parameters.refused[2].code == wire.NOT_STORED
    assert "the file system cannot keep it" in services.logged[-1]
