"""The barcode scanner: pay codes come through whole, anything else not at all."""

import os

from drivers.scanner import Scanner

CODE = "281234567890123456"


class Uart:
    """Gives what was sent in pieces of at most `size` bytes."""

    def __init__(self, *sent):
        self.waiting = b"".join(sent)
        self.reads = 0

    def read(self, size):
        self.reads += 1
        data, self.waiting = self.waiting[:size], self.waiting[size:]
        return data or None


def test_a_code_comes_through_and_is_given_once():
    scanner = Scanner(Uart(CODE.encode() + b"\r"))
    assert scanner.take() == CODE
    assert scanner.take() is None


def test_eighteen_to_twenty_four_digits_are_a_code():
    for length in range(10, 40):
        digits = "9" * length
        expected = digits if 18 <= length <= 24 else None
        assert Scanner(Uart(digits.encode() + b"\r")).take() == expected, length


def test_a_code_may_come_byte_by_byte_and_with_a_line_feed():
    uart = Uart()
    scanner = Scanner(uart)
    for byte in CODE.encode():
        uart.waiting = bytes([byte])
        assert scanner.take() is None
    uart.waiting = b"\r\n"
    assert scanner.take() == CODE


def test_the_last_of_several_codes_is_meant():
    assert Scanner(Uart(b"1" * 18 + b"\r" + CODE.encode() + b"\r")).take() == CODE


def test_what_is_no_pay_code_is_dropped_up_to_its_end():
    for other in (b"https://example.com/123456789012345678", b"12345678901234567x", b"\xff" * 5):
        assert Scanner(Uart(other, b"\r", CODE.encode(), b"\r")).take() == CODE
        assert Scanner(Uart(other, CODE.encode(), b"\r")).take() is None


def test_a_code_that_was_cut_short_is_not_completed_by_the_next_one():
    scanner = Scanner(Uart(CODE[:10].encode(), CODE.encode(), b"\r"))
    assert scanner.take() is None


def test_what_was_scanned_before_it_was_asked_for_is_forgotten():
    uart = Uart(CODE.encode() + b"\r" + CODE[:9].encode())
    scanner = Scanner(uart)
    scanner.forget()
    uart.waiting = CODE[9:].encode() + b"\r"
    assert scanner.take() is None


def test_noise_without_an_end_takes_no_memory_and_no_more_than_its_turn():
    uart = Uart(os.urandom(1).replace(b"\r", b"0") + b"5" * 20000)
    scanner = Scanner(uart)
    scanner.take()
    assert uart.reads <= 16
    while uart.waiting:
        scanner.take()
    assert len(scanner._line) <= 24


def test_random_bytes_never_raise_and_never_make_a_code_that_is_none():
    scanner = Scanner(Uart(os.urandom(5000)))
    for _ in range(20):
        code = scanner.take()
        assert code is None or code.isdigit() and 18 <= len(code) <= 24
