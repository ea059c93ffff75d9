"""What a stopped copy, a full disk or a hand leaves of files is noticed before it is used."""

import json

import pytest

from host_tools.device import provision
from host_tools.errors import Unusable
from host_tools.release import build
from host_tools.simulator import whole


@pytest.fixture
def folder(tmp_path):
    for name in whole._TOGETHER:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("something")
    document = {"format": provision.FORMAT, "keys": {"seal_key": "00" * 16}}
    (tmp_path / "provision.json").write_text(json.dumps(document))
    return tmp_path


def test_a_folder_with_all_its_parts_is_whole(folder):
    whole.check(folder)


@pytest.mark.parametrize("name", whole._TOGETHER)
@pytest.mark.parametrize("lose", ["removed", "emptied"])
def test_a_part_that_cannot_be_made_again_is_missed_and_not_made(folder, name, lose):
    (folder / name).unlink()
    if lose == "emptied":
        (folder / name).touch()
    with pytest.raises(Unusable, match=name) as told:
        whole.check(folder)
    assert "--fresh, which forgets all sales" in str(told.value)


def test_a_first_start_that_was_stopped_is_begun_again(folder):
    (folder / "provision.json").unlink()
    (folder / "flash.bin").write_bytes(b"\xff" * 4096)
    whole.check(folder)


def test_a_compilation_that_fails_leaves_the_file_that_was_there(tmp_path):
    source, target = tmp_path / "bad.py", tmp_path / "out" / "bad.mpy"
    source.write_text("def")
    with pytest.raises(build.CompileError, match=r"bad\.py"):
        build.compile_file(source, "bad.py", target)
    assert list(target.parent.iterdir()) == []
    target.write_bytes(b"before")
    with pytest.raises(build.CompileError):
        build.compile_file(source, "bad.py", target)
    assert [file.read_bytes() for file in target.parent.iterdir()] == [b"before"]


def test_a_file_whose_writing_was_stopped_is_not_taken_for_a_fresh_one(tmp_path):
    target = tmp_path / "texts.bin"
    with pytest.raises(KeyboardInterrupt), build._whole(target) as part:
        part.write_bytes(b"half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
