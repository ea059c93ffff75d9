"""Kernel 2 against a card that really signs: what is asked for, believed, and recovered."""

import emv_cases
from emv_card import ChipCard, ca_key

import emv

_AID = "A0000000041010"
_TAC = "F45084800C"
_GENERATE = 0xAE
_RECOVER = 0xD0


def _section(**more):
    application = {
        "limit_device_cvm_fen": 500000,
        "cvm_capability_cvm_required": "60",
        "cvm_capability_no_cvm_required": "08",
        "tac_denial": "0000000000",
        "tac_online": _TAC,
        "tac_default": _TAC,
        "max_number_of_torn_records": "02",
    }
    terminal_type = more.pop("terminal_type", "22")
    application.update(more)
    section = emv_cases.section(_AID, 2, **application)
    section["terminal_type"] = terminal_type
    section["ca_keys"] = [ca_key(bytes.fromhex(_AID)[:5])]
    return section


def _pay(card, config=None, amount_fen=1, **request):
    config = config or emv.config.load(_section())
    relay = request.pop("relay", None)
    asked = emv_cases.request(amount_fen, **request)
    asked.relay = relay
    outcome, _ = emv_cases.play(emv.entry.transaction(config, asked), card)
    return outcome


def _with(**changes):
    return emv.config.load(_section(**changes))


def _verdict(outcome):
    return outcome.result, outcome.reason


def _asked(card):
    """The reference control parameter of the last GENERATE AC."""
    return [command[2] for command in card.log if command[1] == _GENERATE][-1]


def test_a_signed_tc_approves():
    card = ChipCard()
    outcome = _pay(card)
    assert _verdict(outcome) == (emv.APPROVED, "offline_approved")
    assert (outcome.oda, outcome.cvm, outcome.kernel) == (emv.OK, emv.NO_CVM, 2)
    assert _asked(card) == 0x50
    assert outcome.chip[0x9F26] == bytes.fromhex("8877665544332211")  # out of the signature
    assert outcome.chip[0x95] == bytes.fromhex("0000000001")
    assert outcome.chip[0x9F34] == bytes.fromhex("1F0302")
    assert outcome.chip[0x9F33] == bytes.fromhex("000808")


def test_commit_comes_before_generate_ac_and_card_done_after_it():
    config = emv.config.load(_section())
    transaction = emv.entry.transaction(config, emv_cases.request())
    _, steps = emv_cases.play(transaction, ChipCard())
    marks = [step if isinstance(step, int) else step[1] for step in steps]
    assert marks[2] == 0xA8
    assert marks[-3:] == [emv.COMMIT, _GENERATE, emv.CARD_DONE]


def test_the_mag_stripe_entry_of_the_afl_is_not_read():
    card = ChipCard()
    _pay(card)
    read = [(command[3] >> 3, command[2]) for command in card.log if command[1] == 0xB2]
    assert read == [(2, 1), (2, 2), (2, 3)]


def test_what_we_can_verify_is_told_only_after_the_records():
    card = ChipCard(t9F38="9F3303")
    _pay(card)
    assert card.pdol_data == bytes.fromhex("000008")
    assert card.cdol_data[-3:] == bytes.fromhex("000808")
    _pay(card, amount_fen=_NEEDED)
    assert card.cdol_data[-3:] == bytes.fromhex("006008")


def test_the_limits_hold_without_pre_processing_too():
    for amount_fen, result, tvr, capabilities in (
        (20000, emv.APPROVED, "0000000001", "000808"),
        (20001, emv.ONLINE, "0000008001", "000808"),
        (_NEEDED, emv.ONLINE, "0000808001", "006008"),  # and this card has no way to verify
    ):
        card = ChipCard()
        config, asked = emv.config.load(_section()), emv_cases.request(amount_fen)
        transaction = emv.entry.transaction(config, asked, preprocess=False)
        outcome, _ = emv_cases.play(transaction, card)
        assert (outcome.result, outcome.chip[0x95].hex()) == (result, tvr), amount_fen
        assert card.cdol_data[-3:].hex() == capabilities, amount_fen


def test_the_card_may_ask_or_refuse():
    outcome = _pay(ChipCard(cid=0x80))
    assert _verdict(outcome) == (emv.ONLINE, "online_needed") and outcome.oda == emv.OK
    assert _verdict(_pay(ChipCard(cid=0x00))) == (emv.DECLINED, "card_declined")


def test_a_link_that_is_up_asks_for_an_online_cryptogram():
    card = ChipCard()
    assert _pay(card, online_able=True).result == emv.ONLINE
    assert _asked(card) == 0x90


def test_above_the_floor_limit_the_issuer_is_asked():
    card = ChipCard()
    outcome = _pay(card, amount_fen=20001)
    assert outcome.result == emv.ONLINE and outcome.chip[0x95] == bytes.fromhex("0000008001")
    assert _pay(ChipCard(), amount_fen=20000).result == emv.APPROVED


def test_action_codes_of_card_and_terminal_count_alike():
    """The TVR has the relay resistance bit set: enough for a code that asks for it."""
    assert _pay(ChipCard(), _with(tac_online="0000000001")).result == emv.ONLINE
    assert _pay(ChipCard(t9F0F="0000000001")).result == emv.ONLINE
    denied = (emv.DECLINED, "terminal_declined")
    assert _verdict(_pay(ChipCard(), _with(tac_denial="0000000001"))) == denied
    assert _verdict(_pay(ChipCard(t9F0E="0000000001"))) == denied
    assert _pay(ChipCard(t9F0F=None)).result == emv.ONLINE  # absent: all ones
    offline_only = {"terminal_type": "23"}
    assert _pay(ChipCard(), _with(**offline_only)).result == emv.APPROVED
    assert _pay(ChipCard(t9F0D="0000000001"), _with(**offline_only)).result == emv.DECLINED
    assert _pay(ChipCard(), _with(terminal_type="21")).result == emv.ONLINE


def test_no_configuration_lets_a_doubtful_card_pass_offline():
    nothing = {"tac_online": "0000000000", "tac_default": "0000000000"}
    for trouble in ({"t5F24": "251231"}, {"t5F25": "270101"}, {"t9F07": "FE00"}, {"t8E": None}):
        online = _pay(ChipCard(**trouble), _with(**nothing))
        assert online.result == emv.ONLINE, trouble
        offline = _pay(ChipCard(**trouble), _with(terminal_type="23", **nothing))
        assert offline.result == emv.DECLINED, trouble


def test_a_refusal_of_ours_has_its_reason():
    deny = {"tac_denial": "FFFFFFFFFE"}
    for trouble, reason in (
        ({"t5F24": "251231"}, "card_expired"),
        ({"t9F07": "FE00"}, "usage_not_allowed"),
        ({"t8E": "000000000000000000" + "00"}, "cvm_failed"),
        ({"t9F08": "0003"}, "terminal_declined"),
    ):
        assert _verdict(_pay(ChipCard(**trouble), _with(**deny))) == (emv.DECLINED, reason)


def test_without_cda_nothing_is_approved_offline():
    for card in (
        ChipCard(t82="1880"),
        ChipCard(t9F4A=None),
        ChipCard(t8F="E2"),
        ChipCard(t90=None),
    ):
        outcome = _pay(card)
        assert _verdict(outcome) == (emv.ONLINE, "online_needed")
        assert outcome.oda == emv.NOT_DONE
        assert _asked(card) == 0x80
        assert outcome.chip[0x9F26] == bytes.fromhex("1122334455667788")
        assert outcome.chip[0x95][0] in (0x80, 0x04, 0x24)


def test_a_spoilt_signature_declines_whatever_it_signs():
    for cid in (0x40, 0x80):
        outcome = _pay(ChipCard(cid=cid, t9F4B="00" * 96))
        assert _verdict(outcome) == (emv.DECLINED, "oda_failed"), cid
        assert outcome.oda == emv.FAILED


def test_objects_of_the_answer_are_under_the_signature():
    class Forger(ChipCard):
        def last(self):
            reply = super().last()
            at = reply.index(bytes.fromhex("0110A00003220000"))
            return reply[:at] + b"\x02" + reply[at + 1 :]

    assert _verdict(_pay(Forger())) == (emv.DECLINED, "oda_failed")


def test_an_unsigned_answer_where_a_signature_was_asked_for_is_an_error():
    assert _verdict(_pay(ChipCard(t9F4B=None))) == (emv.OTHER_CARD, "card_error")


def test_a_card_may_refuse_without_a_signature_but_not_ask_without_one():
    class Unsigned(ChipCard):
        def generate(self, command):
            return super().generate(command[:2] + bytes((command[2] & 0xC0,)) + command[3:])

    assert _verdict(_pay(Unsigned(cid=0x00))) == (emv.DECLINED, "card_declined")
    assert _verdict(_pay(Unsigned(cid=0x80))) == (emv.OTHER_CARD, "card_error")


def test_more_than_was_asked_for_is_an_error():
    class Eager(ChipCard):
        def generate(self, command):
            super().generate(command[:2] + bytes((command[2] & 0x3F | 0x40,)) + command[3:])
            return self.last()

    assert _verdict(_pay(Eager(), online_able=True)) == (emv.OTHER_CARD, "card_error")


def test_format_1_of_the_answer_is_understood():
    class Terse(ChipCard):
        def generate(self, command):
            return bytes.fromhex("8012" + "80" + "0102" + "11" * 8 + "0110A000032200") + b"\x90\x00"

    outcome = _pay(Terse(t82="1880"))
    assert outcome.result == emv.ONLINE and outcome.chip[0x9F26] == b"\x11" * 8


def test_a_hotlisted_card_is_refused():
    section = _section()
    section["hotlist"] = ["541333-541333"]
    assert _verdict(_pay(ChipCard(), emv.config.load(section))) == (emv.DECLINED, "card_blocked")


def test_mag_stripe_cards_and_missing_data_are_refused():
    assert _verdict(_pay(ChipCard(t82="1900"))) == (emv.OTHER_CARD, "card_not_supported")
    for tag in ("t5A", "t5F24", "t8C"):
        assert _verdict(_pay(ChipCard(**{tag: None}))) == (emv.OTHER_CARD, "card_error"), tag


def test_limits_with_and_without_a_device_that_verifies():
    config = _with(limit_fen=100, limit_device_cvm_fen=200)
    over = (emv.OTHER_CARD, "amount_over_limit")
    assert _verdict(_pay(ChipCard(), config, 100)) == over
    assert _pay(ChipCard(t82="1B80"), config, 199).result == emv.APPROVED
    assert _verdict(_pay(ChipCard(t82="1B80"), config, 200)) == over


def test_the_second_tap_of_a_phone():
    assert _verdict(_pay(ChipCard(tDF4B="000100"))) == (emv.SEE_PHONE, "see_phone")
    assert _pay(ChipCard(tDF4B="000010")).result == emv.APPROVED


# Cardholder verification. (AIP, CVM list, amount) -> (CVM, CVM results, byte 3 of the TVR)
_NEEDED = 100000
_X_Y = "0000C350" + "00030D40"  # 500.00 and 2000.00
_CVM = (
    ("1B80", None, 1, emv.NO_CVM, "3F0002", 0x00),
    ("1B80", None, _NEEDED, emv.DEVICE, "010002", 0x00),
    ("0980", None, _NEEDED, emv.NO_CVM, "3F0000", 0x00),
    ("1980", "42031E031F03", _NEEDED, emv.ONLINE_PIN, "420300", 0x04),
    ("1980", "1E031F03", _NEEDED, emv.SIGNATURE, "1E0300", 0x00),
    ("1980", "1E031F03", 1, emv.NO_CVM, "1F0302", 0x00),
    ("1980", "1F03", _NEEDED, emv.NO_CVM, "3F0001", 0x80),
    ("1980", "4103" + "1E00", _NEEDED, emv.SIGNATURE, "1E0000", 0x00),
    ("1980", "4100" + "1E00", _NEEDED, emv.SIGNATURE, "1E0000", 0x00),  # goes on
    ("1980", "0100" + "1E00", _NEEDED, emv.NO_CVM, "3F0001", 0x80),  # stops
    ("1980", "0000", _NEEDED, emv.NO_CVM, "000001", 0x80),
    ("1980", "6000" + "1E00", _NEEDED, emv.SIGNATURE, "1E0000", 0x40),  # unrecognised
    ("1980", "1E01" + "1E05" + "4200", _NEEDED, emv.ONLINE_PIN, "420000", 0x04),
    ("1980", "1E06" + "0207", _NEEDED, emv.ONLINE_PIN, "020700", 0x04),
    ("1980", "1E09" + "0208", _NEEDED, emv.ONLINE_PIN, "020800", 0x04),
    ("1980", "1E0A" + "0200", _NEEDED, emv.ONLINE_PIN, "020000", 0x04),
)


def test_the_cvm_list_is_followed():
    for aip, rules, amount_fen, cvm, results, tvr in _CVM:
        outcome = _pay(ChipCard(t82=aip, t8E=rules and _X_Y + rules), amount_fen=amount_fen)
        assert outcome.cvm == cvm, (rules, amount_fen)
        assert outcome.chip[0x9F34].hex().upper() == results, (rules, amount_fen)
        assert outcome.chip[0x95][2] == tvr, (rules, amount_fen)


def test_amounts_in_a_cvm_list_count_only_in_the_currency_of_the_card():
    card = ChipCard(t8E=_X_Y + "1E07" + "0200", t9F42="0978")
    assert _pay(card, amount_fen=_NEEDED).cvm == emv.ONLINE_PIN


def test_a_cvm_list_with_half_a_rule_is_an_error():
    assert _verdict(_pay(ChipCard(t8E=_X_Y + "1E031F"))) == (emv.OTHER_CARD, "card_error")


def test_a_device_without_its_signature_is_not_believed():
    card = ChipCard(t82="1A80")
    assert _verdict(_pay(card)) == (emv.DECLINED, "oda_failed")
    assert _asked(card) == 0x00


# Torn transactions


def _tear(config, **request):
    """A payment whose answer to GENERATE AC is lost; returns the card."""
    card = ChipCard()
    card.torn = True
    assert _verdict(_pay(card, config, **request)) == (emv.TRY_AGAIN, "card_lost")
    card.torn = False
    card.log.clear()
    return card


def _commands(card):
    return [command[1] for command in card.log if command[1] in (_GENERATE, _RECOVER)]


def test_the_answer_that_was_torn_off_is_recovered():
    config = emv.config.load(_section())
    card = _tear(config, unpredictable="01020304")
    outcome = _pay(card, config, unpredictable="0A0B0C0D")
    assert _verdict(outcome) == (emv.APPROVED, "offline_approved")
    assert _commands(card) == [_RECOVER]
    assert outcome.chip[0x9F37] == bytes.fromhex("01020304")  # what the card has signed
    assert config.torn == []


def test_a_card_that_cannot_recover_starts_over():
    config = emv.config.load(_section())
    card = _tear(config)
    card.recover = lambda command: b"\x69\x85"
    assert _pay(card, config).result == emv.APPROVED
    assert _commands(card) == [_RECOVER, _GENERATE]


def test_another_payment_is_never_answered_by_the_torn_one():
    for change in ({"sequence": 6}, {"amount_fen": 2}, {"date": (26, 4, 13)}, {"type": 9}):
        config = emv.config.load(_section())
        card = _tear(config)
        _pay(card, config, **change)
        assert _commands(card) == [_GENERATE], change


def test_a_recovery_that_is_lost_too_can_be_tried_again():
    config = emv.config.load(_section())
    card = _tear(config)
    recover = card.recover
    card.recover = lambda command: None
    assert _verdict(_pay(card, config)) == (emv.TRY_AGAIN, "card_lost")
    card.recover = recover
    assert _pay(card, config).result == emv.APPROVED


def test_the_log_keeps_no_more_than_it_may():
    config = emv.config.load(_section())
    for sequence in (1, 2, 3):
        _tear(config, sequence=sequence)
    assert len(config.torn) == 2
    config = _with(max_number_of_torn_records="00")
    _tear(config)
    assert config.torn == []


# Relay resistance: times in units of 100 microseconds


def _clock(*exchange_us):
    """Each exchange takes the next of these times."""
    readings = []
    for us in exchange_us:
        readings.extend([0, us])
    readings.reverse()
    return readings.pop


def _random(size):
    return b"\x77" * size


def _relay(card, *exchange_us, **more):
    return _pay(card, relay=(_clock(*exchange_us), _random), **more)


def _near():
    return ChipCard(relay=(20, 40, 24))


def test_a_card_that_answers_in_time_is_near():
    outcome = _relay(_near(), 7000)
    assert outcome.result == emv.APPROVED
    assert outcome.chip[0x95] == bytes.fromhex("0000000002")


def test_a_late_card_may_try_three_times_with_a_new_number_each_time():
    card = _near()
    outcome = _relay(card, 50000, 50000, 7000)
    assert outcome.result == emv.APPROVED
    sent = [command[5:9].hex().upper() for command in card.log if command[1] == 0xEA]
    assert sent == ["ABABABAB", "77777777", "77777777"]
    assert outcome.chip[0x9F37] == b"\x77" * 4


def test_a_card_that_stays_late_is_not_approved_offline():
    for terminal_type, verdict in (
        ("22", (emv.ONLINE, "online_needed")),
        ("23", (emv.DECLINED, "relay_suspected")),
    ):
        config = _with(terminal_type=terminal_type)
        outcome = _relay(_near(), 50000, 50000, 50000, config=config)
        assert _verdict(outcome) == verdict
        assert outcome.chip[0x95][4] & 0x08


def test_a_card_that_answers_before_it_can_is_an_error():
    card = ChipCard(relay=(200, 300, 24))
    assert _verdict(_relay(card, 7000)) == (emv.OTHER_CARD, "card_error")


def test_a_transmission_time_out_of_proportion_is_noted():
    outcome = _relay(ChipCard(relay=(20, 40, 100)), 7000)
    assert outcome.chip[0x95][4] & 0x10
    assert outcome.result == emv.ONLINE


def test_relay_data_must_be_what_the_card_signed():
    class Relayed(ChipCard):
        def _signed(self, plain, kind):
            self.relay_data = b"\x0d\x0e\x0f\x11" + self.relay_data[4:]
            return super()._signed(plain, kind)

    outcome = _relay(Relayed(relay=(20, 40, 24)), 7000)
    assert _verdict(outcome) == (emv.DECLINED, "oda_failed")


def test_a_reader_without_a_clock_does_not_pretend():
    outcome = _pay(_near())
    assert outcome.result == emv.APPROVED
    assert outcome.chip[0x95] == bytes.fromhex("0000000001")
