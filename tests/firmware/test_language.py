"""The language that the merchant has chosen outlives the power, and never stops a start."""

import main


class Folder:
    """Files in memory; `full`: nothing can be written; `broken`: nothing can be read."""

    def __init__(self, full=False, broken=False):
        self.files, self.full, self.broken = {}, full, broken

    def read(self, name):
        if self.broken:
            raise OSError(5)
        return self.files.get(name)

    def write(self, name, data):
        if self.full:
            raise OSError(28)
        self.files[name] = data


class Services:
    language = "zh"  # as provisioned

    def __init__(self, folder):
        self.folder, self.settings = folder, self


def test_what_was_chosen_last_holds_after_a_start():
    folder = Folder()
    main.keep_language(folder, "en")
    assert main.language(Services(folder)) == "en"


def test_who_has_chosen_nothing_reads_what_was_provisioned():
    assert main.language(Services(Folder())) == "zh"


def test_a_file_that_is_spoilt_counts_as_none():
    for spoilt in (b"", b"fr", b"\xff\xfe", b"en\n"):
        folder = Folder()
        folder.files["language"] = spoilt
        assert main.language(Services(folder)) == "zh", spoilt


def test_a_full_disk_costs_only_the_memory_of_the_choice():
    folder = Folder(full=True)
    main.keep_language(folder, "en")
    assert main.language(Services(folder)) == "zh"


def test_a_disk_that_cannot_be_read_does_not_keep_the_terminal_from_starting():
    assert main.language(Services(Folder(broken=True))) == "zh"
