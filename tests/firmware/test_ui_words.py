"""The texts in their file: found by key, in both languages, and nothing else is."""

import gc
import io

from ui_doubles import TEXTS

from ui.words import NotTexts, Words

_FILE = "build/unix/ui/texts.bin"


def test_every_text_is_found_as_it_was_written():
    with open(_FILE, "rb") as file:
        words = Words(file)
        for key in TEXTS:
            assert words.get(key) == TEXTS[key], key


def test_what_is_no_key_has_no_text():
    with open(_FILE, "rb") as file:
        words = Words(file)
        for key in ("", "nobody_wrote_this", "48 ms", "收", "x" * 300):
            assert words.get(key) is None and words.get(key) is None


def test_another_text_with_the_same_checksum_is_not_taken_for_it():
    with open(_FILE, "rb") as file:
        data = bytearray(file.read())
    place = data.find("paid已收妥".encode())  # the key as it stands in its record
    data[place : place + 4] = b"PAID"
    assert Words(io.BytesIO(data)).get("paid") is None


def test_a_file_of_something_else_is_refused():
    try:
        Words(io.BytesIO(b"TSF1\0\0\0\0"))
    except NotTexts:
        return
    raise AssertionError


def test_few_bytes_of_them_are_in_memory():
    with open(_FILE, "rb") as file:
        gc.collect()
        before = gc.mem_alloc()
        words = Words(file)
        for key in TEXTS:
            words.get(key)
        gc.collect()
        assert gc.mem_alloc() - before < 10000
