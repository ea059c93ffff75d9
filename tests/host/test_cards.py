"""The virtual cards from outside: whole taps, plain RSA arithmetic, pyemv's cryptograms."""

import json
from hashlib import sha1

import pytest
from pyemv import ac, kd

from host_tools import issuer
from host_tools.cards import profile as profiles
from host_tools.cards import world
from host_tools.cards.applet import Card
from host_tools.cards.memory import Memory

# pyemv still passes DES keys the way that cryptography is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")

SELECT_PPSE = "00A404000E325041592E5359532E444446303100"
LEAVES_FIELD = None
OFFLINE, ONLINE, OFFLINE_ONLY, CVM = "22004080", "22804080", "2A004080", "22404080"
QUICK_PDOL = (0x9F66, 0x9F02, 0x9F03, 0x9F1A, 0x95, 0x5F2A, 0x9A, 0x9C, 0x9F37)
CDOL1_BEFORE_OTHERS = QUICK_PDOL[1:]
MAG_STRIPE_RECORD = b"\x08\x01\x01\x00"
TEMPLATES = (0x61, 0x6F, 0x70, 0x77, 0xA5, 0xBF0C)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    directory = tmp_path_factory.mktemp("world")
    world.create(directory)
    return directory


@pytest.fixture(scope="module")
def issued(made):
    return [card.personal for card in world.cards(made)]


@pytest.fixture
def cards(issued, tmp_path):
    """All cards by id, with nothing in their memory yet."""
    return {each.profile.id: card_in(tmp_path, each) for each in issued}


def card_in(directory, personal, **more):
    return Card(personal, Memory(directory / f"{personal.profile.id}.json"), **more)


@pytest.fixture
def authorities(made):
    keys = world.emv_section(made, "SIM00001")["ca_keys"]
    return {entry["rid"]: entry for entry in keys}


# ---- a terminal in a few lines


def objects(data, found=None):
    """Every primitive object in (nested) templates; 00 between objects is skipped."""
    found = {} if found is None else found
    at = 0
    while at < len(data):
        if data[at] == 0:
            at += 1
            continue
        width = 2 if data[at] & 0x1F == 0x1F else 1
        tag, at = int.from_bytes(data[at : at + width], "big"), at + width
        size, at = (data[at + 1], at + 2) if data[at] == 0x81 else (data[at], at + 1)
        value, at = data[at : at + size], at + size
        if tag in TEMPLATES:
            objects(value, found)
        else:
            assert tag not in found, f"tag {tag:X} twice"
            found[tag] = value
    return found


def send(card, command):
    response = card.apdu(bytes.fromhex(command))
    assert response is not LEAVES_FIELD
    assert len(response) <= 258
    return response[:-2], response[-2:].hex()


def ok(card, command):
    body, status = send(card, command)
    assert status == "9000"
    return body


def select(card):
    ok(card, SELECT_PPSE)
    aid = card.profile.aids[0]
    return objects(ok(card, f"00A40400{len(aid) // 2:02X}{aid}00"))


def terminal_data(amount_fen, ttq=OFFLINE, currency="0156"):
    return {
        0x9F66: bytes.fromhex(ttq),
        0x9F02: bytes.fromhex(f"{amount_fen:012d}"),
        0x9F03: bytes(6),
        0x9F1A: bytes.fromhex("0156"),
        0x95: bytes(5),
        0x5F2A: bytes.fromhex(currency),
        0x9A: bytes.fromhex("261122"),
        0x9C: b"\0",
        0x9F37: bytes.fromhex("52BF4585"),
    }


def gpo_command(sent):
    data = b"".join(sent[tag] for tag in QUICK_PDOL)
    return f"80A80000{len(data) + 2:02X}83{len(data):02X}{data.hex()}00"


def read_records(card, locator):
    """(all bodies, the bodies that are authenticated) in the order of the AFL."""
    every, signed = b"", b""
    for at in range(0, len(locator), 4):
        sfi, first, last, count = locator[at : at + 4]
        for number in range(first, last + 1):
            record = ok(card, f"00B2{number:02X}{sfi | 4:02X}00")
            body = record[3:] if record[1] == 0x81 else record[2:]
            every += body
            signed += body if number < first + count else b""
    return every, signed


def tap(card, amount_fen, ttq=OFFLINE, currency="0156"):
    """A whole qVSDC or qUICS session: terminal data and card data by tag, and the signed bodies."""
    select(card)
    sent = terminal_data(amount_fen, ttq, currency)
    answer = objects(ok(card, gpo_command(sent)))
    every, signed = read_records(card, answer.get(0x94, b""))
    assert not set(objects(every)) & set(answer), "an object in the GPO answer and in a record"
    return sent | answer | objects(every), signed


def kind(data):
    return issuer.cryptogram_kind(data[0x9F10])


def tap_cda(card, amount_fen, control, pdol, cdol_rest):
    """A session with GENERATE AC: all objects, the signed bodies, the dialogue that CDA covers."""
    select(card)
    data = objects(ok(card, f"80A80000{len(pdol) // 2 + 2:02X}83{len(pdol) // 2:02X}{pdol}00"))
    every, signed = read_records(card, data[0x94].removeprefix(MAG_STRIPE_RECORD))
    sent = terminal_data(amount_fen)
    cdol_data = b"".join(sent[tag] for tag in CDOL1_BEFORE_OTHERS) + cdol_rest
    response = ok(card, f"80AE{control}00{len(cdol_data):02X}{cdol_data.hex()}00")
    plain = response[3:] if response[1] == 0x81 else response[2:]
    shown = plain
    if b"\x9f\x4b" in plain:
        start = plain.index(b"\x9f\x4b")
        shown = plain[:start] + plain[start + 4 + plain[start + 3] :]
    made = objects(response)
    return sent | data | objects(every) | made, signed, bytes.fromhex(pdol) + cdol_data + shown


def tap_mchip(card, amount_fen, control="50"):
    return tap_cda(card, amount_fen, control, "015622", bytes(1 + 2 + 8 + 3 + 3 + 20))


def tap_speedy(card, amount_fen, control="50", profile="500000"):
    return tap_cda(card, amount_fen, control, "02" + profile, bytes.fromhex(profile))


# ---- authentication by plain arithmetic (Book 2, 5 and 6)


def recover(signature, modulus, exponent):
    """What the key reveals; asserts header and trailer."""
    assert len(signature) == len(modulus)
    power, number = int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big")
    plain = pow(int.from_bytes(signature, "big"), power, number).to_bytes(len(modulus), "big")
    assert (plain[0], plain[-1]) == (0x6A, 0xBC)
    return plain[1:-21], plain[-21:-1]


def certified_key(certificate, remainder, exponent, by, id_bytes, static=b""):
    """Checks a certificate; -> (format and identity, modulus inside it, expiry, serial)."""
    body, digest = recover(certificate, *by)
    assert sha1(body + remainder + exponent + static).digest() == digest
    head, rest = body[: 1 + id_bytes], body[1 + id_bytes :]
    expiry, serial, algorithms, size = rest[:2], rest[2:5], rest[5:7], rest[7]
    assert (algorithms, rest[8]) == (b"\x01\x01", len(exponent))
    digits = rest[9:]
    assert set(digits[size:]) <= {0xBB}
    modulus = digits[:size] + remainder
    assert len(modulus) == size
    return head, modulus, expiry, serial


def card_public_key(card, data, signed, authorities):
    """Walks the chain from the provisioned CA key to the card's key."""
    entry = authorities[card.profile.aids[0][:10]]
    assert data[0x8F].hex().upper() == entry["index"]
    authority = bytes.fromhex(entry["modulus"]), bytes.fromhex(entry["exponent"])
    head, modulus, expiry, _ = certified_key(
        data[0x90], data.get(0x92, b""), data[0x9F32], authority, id_bytes=4
    )
    assert 1 <= int(expiry[:1].hex()) <= 12
    assert expiry[1:].hex() + expiry[:1].hex() >= card.profile.yymm, "outlives the card"
    assert head.hex() == "02" + card.profile.bin + "ff"
    by_issuer = modulus, data[0x9F32]
    assert data[0x9F4A] == b"\x82"
    static = signed + data[0x82]
    head, modulus, expiry, _ = certified_key(
        data[0x9F46], data.get(0x9F48, b""), data[0x9F47], by_issuer, id_bytes=10, static=static
    )
    assert head.hex() == "04" + card.profile.pan.ljust(20, "f")
    assert expiry.hex() == card.profile.yymm[2:] + card.profile.yymm[:2]
    return modulus, data[0x9F47]


def fdda_holds(card, data, signed, authorities):
    body, digest = recover(data[0x9F4B], *card_public_key(card, data, signed, authorities))
    assert body[:2] == b"\x05\x01"
    covered = data[0x9F37] + data[0x9F02] + data[0x5F2A] + data[0x9F69]
    return sha1(body + covered).digest() == digest


# ---- the world


def test_creating_a_world_again_changes_nothing(made):
    before = {path.name: path.read_bytes() for path in made.glob("*.json")}
    world.create(made)
    assert {path.name: path.read_bytes() for path in made.glob("*.json")} == before
    assert set(before) == {"keys.json", "issuer.json"}


def test_a_new_profile_joins_an_old_world_without_touching_its_keys(made, tmp_path):
    keys = json.loads((made / "keys.json").read_text())
    visa = keys["cards"].pop("visa")
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    world.create(tmp_path)
    later = json.loads((tmp_path / "keys.json").read_text())
    assert later["cards"].pop("visa") != visa
    assert later == keys


def test_every_card_has_an_account_and_its_issuer_a_master_key(made):
    stored = world.accounts(made)
    pans = [account["pan"] for account in stored["accounts"]]
    assert pans == [each.pan for each in profiles.load_all()]
    assert len(set(pans)) == len(pans)
    assert {pan[:6] for pan in pans} == set(stored["master_keys"])
    assert all(len(bytes.fromhex(key)) == 16 for key in stored["master_keys"].values())
    by_name = {account["name"]: account for account in stored["accounts"]}
    assert by_name["Empty account"]["balance_fen"] == 0
    assert by_name["Blocked account"]["status"] == "blocked"


def test_provisioned_ca_keys_carry_their_checksum(authorities):
    assert {entry["rid"] for entry in authorities.values()} == {
        "A000000333",
        "A000000003",
        "A000000004",
        "A000000065",
    }
    for entry in authorities.values():
        text = entry["rid"] + entry["index"] + entry["modulus"] + entry["exponent"]
        assert sha1(bytes.fromhex(text)).hexdigest().upper() == entry["sha1"]
        assert len(entry["modulus"]) * 4 in (1408, 1984)


def test_the_terminal_is_set_up_for_every_application_on_the_cards(made):
    section = world.emv_section(made, "SIM00001")
    accepted = {row["aid"]: row for row in section["applications"]}
    assert {aid for each in profiles.load_all() for aid in each.aids} == set(accepted)
    assert {row["kernel"] for row in accepted.values()} == {2, 3, 5, 7}
    for row in accepted.values():
        assert (row["floor_limit_fen"], row["cvm_limit_fen"], row["limit_fen"]) == (
            20_000,
            100_000,
            500_000,
        )
    assert section["terminal_serial"] == "SIM00001"
    assert section["hotlist"] == ["9eb7a59be429774c"]  # SHA-256 of 6210948000000110, 8 bytes


@pytest.mark.parametrize("pan", ["6225880000000012", "6210948000000012"])
def test_a_number_outside_the_test_ranges_or_without_check_digit_never_becomes_a_card(pan):
    good = vars(profiles.load_all()[0])
    with pytest.raises(profiles.BadProfile, match=pan):
        profiles.Profile(**good | {"pan": pan})


# ---- selection


@pytest.mark.parametrize("each", profiles.load_all(), ids=lambda each: each.id)
def test_each_card_lists_and_opens_its_application(cards, each):
    card = cards[each.id]
    listed = objects(ok(card, SELECT_PPSE))
    assert listed[0x84] == b"2PAY.SYS.DDF01"
    assert listed[0x4F].hex().upper() == each.aids[0]
    opened = select(card)
    assert opened[0x84] == listed[0x4F]
    assert opened[0x50].decode() == each.label
    assert 0x9F38 in opened


def test_an_application_opens_by_a_partial_name_and_not_by_a_foreign_one(cards):
    assert objects(ok(cards["visa"], "00A4040005A00000000300"))[0x84].hex() == "a0000000031010"
    assert send(cards["visa"], "00A4040005A00000033300") == (b"", "6a82")


def test_cards_are_told_apart_by_their_uid(cards):
    assert len({card.uid for card in cards.values()}) == len(cards)
    assert {len(card.uid) for card in cards.values()} == {4}


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("80A8000002830000", "6985"),  # before selection
        ("00B2010C00", "6985"),
        ("00A404000E3250", "6700"),  # shorter than its Lc
        ("00", "6700"),
    ],
)
def test_a_command_out_of_place_gets_its_status(cards, command, status):
    assert send(cards["unionpay-debit"], command) == (b"", status)


def test_malformed_processing_options_make_no_cryptogram(cards):
    card = cards["unionpay-debit"]
    select(card)
    assert send(card, "80A800000483020000") == (b"", "6700")
    assert send(card, "80A80000028101")[1] == "6a80"
    not_digits = terminal_data(0) | {0x9F02: bytes.fromhex("00000000000A")}
    assert send(card, gpo_command(not_digits)) == (b"", "6a80")
    assert card.memory.log == []


def test_one_selection_gives_one_cryptogram(cards):
    card = cards["unionpay-debit"]
    tap(card, 100)
    assert send(card, gpo_command(terminal_data(100))) == (b"", "6985")
    assert len(card.memory.log) == 1


# ---- qVSDC and qUICS


QUICK = ["unionpay-debit", "unionpay-credit", "visa", "phone", "padding", "expired", "revoked"]


@pytest.mark.parametrize("name", QUICK)
def test_a_small_amount_is_approved_offline_with_a_signature_that_verifies(
    cards, authorities, name
):
    data, signed = tap(cards[name], 12_345)
    assert kind(data) == "TC"
    assert fdda_holds(cards[name], data, signed, authorities)
    assert data[0x9F69][0] == 1
    assert data[0x9F69][5:] == data[0x9F6C]


def test_the_card_number_of_the_chip_is_the_same_everywhere(cards):
    for name in QUICK:
        data, _ = tap(cards[name], 100)
        pan = cards[name].profile.pan
        assert data[0x5A].hex().rstrip("f") == pan
        assert data[0x57].hex().startswith(f"{pan}d{cards[name].profile.yymm}")


def test_a_card_expires_with_the_last_day_of_its_month(cards):
    expiry = {name: tap(cards[name], 100)[0][0x5F24].hex() for name in ("visa", "expired")}
    assert expiry == {"visa": "301231", "expired": "240630"}


def test_a_forged_card_has_a_good_chain_and_a_bad_signature(cards, authorities):
    data, signed = tap(cards["wrong-signature"], 100)
    assert kind(data) == "TC"
    assert not fdda_holds(cards["wrong-signature"], data, signed, authorities)


def test_padding_stands_between_the_objects_and_is_signed(cards):
    _, signed = tap(cards["padding"], 100)
    assert signed[:2] == b"\x00\x5a"
    assert b"\x00\x9f\x4a\x01\x82" in signed


def test_only_the_revoked_card_carries_the_withdrawn_certificate(cards, made, authorities):
    (entry,) = world.emv_section(made, "SIM00001")["revoked"]
    authority = authorities[entry["rid"]]
    by = bytes.fromhex(authority["modulus"]), bytes.fromhex(authority["exponent"])
    serials = {}
    for name in ("revoked", "unionpay-debit"):
        data, _ = tap(cards[name], 100)
        certificate = data[0x90], data.get(0x92, b""), data[0x9F32]
        serials[name] = certified_key(*certificate, by, id_bytes=4)[3].hex().upper()
    assert serials["revoked"] == entry["serial"]
    assert serials["unionpay-debit"] != entry["serial"]


def test_the_terminal_gets_the_online_cryptogram_it_requires(cards):
    data, _ = tap(cards["unionpay-debit"], 100, ONLINE)
    assert kind(data) == "ARQC"
    assert data[0x9F27] == b"\x80"
    assert 0x94 not in data
    assert 0x9F4B not in data
    assert data[0x5F34] == b"\x01"


def test_authentication_for_online_is_given_where_the_terminal_asks(cards, authorities):
    data, signed = tap(cards["visa"], 100, "23804000")
    assert kind(data) == "ARQC"
    assert fdda_holds(cards["visa"], data, signed, authorities)


def test_visa_leaves_the_kind_of_cryptogram_to_the_issuer_application_data(cards):
    data, _ = tap(cards["visa"], 100)
    assert 0x9F27 not in data
    assert data[0x9F10].hex() == "06011203900000"


def test_above_its_own_limit_the_card_asks_online_or_declines_where_it_cannot(cards):
    card = cards["unionpay-debit"]
    limit_fen = card.profile.offline_limit_fen
    assert kind(tap(card, limit_fen)[0]) == "TC"
    assert kind(tap(card, limit_fen + 1)[0]) == "ARQC"
    assert kind(tap(card, limit_fen + 1, OFFLINE_ONLY)[0]) == "AAC"


def test_a_foreign_currency_is_never_approved_offline(cards):
    assert kind(tap(cards["visa"], 100, currency="0840")[0]) == "ARQC"


def test_the_card_stops_approving_at_its_total_and_starts_anew_after_an_online_request(cards):
    card = cards["unionpay-debit"]
    times = card.profile.offline_total_fen // card.profile.offline_limit_fen
    kinds = [kind(tap(card, card.profile.offline_limit_fen)[0]) for _ in range(times + 2)]
    assert kinds == ["TC"] * times + ["ARQC", "TC"]
    assert card.memory.offline_total_fen == card.profile.offline_limit_fen


def test_a_card_that_declines_declines_online_too(cards):
    for ttq in (OFFLINE, ONLINE):
        data, _ = tap(cards["offline-declines"], 100, ttq)
        assert kind(data) == "AAC"
        assert data[0x9F27] == b"\x00"


def test_cardholder_verification_is_asked_for_only_where_the_terminal_requires_it(cards):
    qualifiers = {
        (name, ttq): tap(cards[name], 100, ttq)[0][0x9F6C].hex()
        for name in ("unionpay-debit", "online-pin", "phone")
        for ttq in (OFFLINE, CVM)
    }
    assert qualifiers == {
        ("unionpay-debit", OFFLINE): "0000",
        ("unionpay-debit", CVM): "4000",
        ("online-pin", OFFLINE): "0000",
        ("online-pin", CVM): "8000",
        ("phone", OFFLINE): "0080",
        ("phone", CVM): "0080",
    }


# ---- M/Chip and J/Speedy


@pytest.mark.parametrize(("name", "tap_it"), [("mastercard", tap_mchip), ("jcb", tap_speedy)])
def test_the_card_approves_with_a_combined_signature_over_the_whole_dialogue(
    cards, authorities, name, tap_it
):
    card = cards[name]
    data, signed, dialogue = tap_it(card, 12_345)
    assert data[0x9F27] == b"\x40"
    assert 0x9F26 not in data
    body, digest = recover(data[0x9F4B], *card_public_key(card, data, signed, authorities))
    assert sha1(body + data[0x9F37]).digest() == digest
    assert body[:4] == bytes([0x05, 0x01, 38, 8])
    dynamic = body[3 : 3 + 38]
    assert dynamic[9] == data[0x9F27][0]
    assert dynamic[18:38] == sha1(dialogue).digest()
    assert dynamic[10:18].hex().upper() == card.memory.log[-1]["cryptogram"]


@pytest.mark.parametrize(
    ("amount_fen", "control", "cid", "signed"),
    [
        (100, "40", "40", False),
        (100, "80", "80", False),
        (100, "90", "80", True),
        (100, "10", "00", False),  # an AAC is never signed
        (40_000, "50", "80", True),
    ],
)
def test_mchip_gives_what_was_asked_or_less(cards, amount_fen, control, cid, signed):
    data, _, _ = tap_mchip(cards["mastercard"], amount_fen, control)
    assert data[0x9F27].hex() == cid
    assert (0x9F4B in data) == signed
    assert (0x9F26 in data) != signed


def test_mchip_holds_no_mag_stripe_record_and_answers_generate_ac_once(cards):
    card = cards["mastercard"]
    tap_mchip(card, 100)
    assert send(card, "00B2010C00") == (b"", "6a83")
    assert send(card, "80AE400000")[1] == "6985"


def test_jcb_asks_for_its_holder_to_be_verified_where_the_terminal_requires_it(cards):
    data, _, _ = tap_speedy(cards["jcb"], 100, "80", profile="D00000")
    assert (data[0x9F27], data[0x9F50]) == (b"\x80", b"\x10")


# ---- cryptograms

CRYPTOGRAM_INPUT = (*CDOL1_BEFORE_OTHERS, 0x82, 0x9F36, 0x9F10)


def oracle_cryptogram(data, each, master_key):
    card_key = kd.derive_icc_mk_a(master_key, each.pan, each.psn)
    key = kd.derive_common_sk(card_key, data[0x9F36] + bytes(6))
    return ac.generate_ac(key, b"".join(data[tag] for tag in CRYPTOGRAM_INPUT))


def master_key(made, each):
    return bytes.fromhex(world.accounts(made)["master_keys"][each.bin])


@pytest.mark.parametrize("ttq", [OFFLINE, ONLINE])
@pytest.mark.parametrize("name", ["unionpay-debit", "visa", "phone", "offline-declines"])
def test_pyemv_computes_the_same_cryptogram(cards, made, name, ttq):
    each = cards[name].profile
    data, _ = tap(cards[name], 100, ttq)
    key = master_key(made, each)
    assert oracle_cryptogram(data, each, key) == data[0x9F26]
    assert issuer.verify_cryptogram(data, each.pan, bytes.fromhex(each.psn), key)


@pytest.mark.parametrize(("name", "tap_it"), [("mastercard", tap_mchip), ("jcb", tap_speedy)])
def test_pyemv_computes_the_same_cryptogram_for_generate_ac(cards, made, name, tap_it):
    each = cards[name].profile
    data, _, _ = tap_it(cards[name], 100, "80")
    assert oracle_cryptogram(data, each, master_key(made, each)) == data[0x9F26]


def test_a_published_vector_of_the_same_method_verifies():
    """Computed with pyemv for cryptogram version 22: our method, with a longer 9F10."""
    data = terminal_data(4_000) | {
        0x9A: bytes.fromhex("260412"),
        0x82: bytes.fromhex("2000"),
        0x9F36: bytes.fromhex("001E"),
        0x9F10: bytes.fromhex("1F220100A0").ljust(31, b"\0"),
        0x9F26: bytes.fromhex("F25E0C8EB5373DFF"),
    }
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert issuer.verify_cryptogram(data, "6210948000000011", b"\x01", key)
    assert not issuer.verify_cryptogram(data, "6210948000000011", b"\x02", key)


@pytest.mark.parametrize("tag", [*CRYPTOGRAM_INPUT, 0x9F26])
def test_a_changed_or_missing_object_fails_the_cryptogram(cards, made, tag):
    each = cards["unionpay-debit"].profile
    data, _ = tap(cards["unionpay-debit"], 100)
    changed = data | {tag: data[tag][:-1] + bytes([data[tag][-1] ^ 1])}
    missing = {other: value for other, value in data.items() if other != tag}
    for spoiled in (changed, missing):
        key = master_key(made, each)
        assert not issuer.verify_cryptogram(spoiled, each.pan, data[0x5F34], key)


def test_the_kind_of_cryptogram_is_read_from_what_real_cards_send():
    """9F10 of a UnionPay phone online, and of a Visa card offline."""
    of_phone = bytes.fromhex("07010103A00000010A010000038787868FD1FC")
    assert issuer.cryptogram_kind(of_phone) == "ARQC"
    assert issuer.cryptogram_kind(bytes.fromhex("06011103900000")) == "TC"
    assert issuer.cryptogram_kind(bytes.fromhex("06011103B00000")) is None
    assert issuer.cryptogram_kind(b"") is None


# ---- what a card remembers, and how it misbehaves


def test_the_card_remembers_every_cryptogram_across_lives(cards, tmp_path):
    data, _ = tap(cards["visa"], 12_345)
    tap(cards["visa"], 100, ONLINE)
    again = card_in(tmp_path, cards["visa"].personal)
    assert again.memory.log == cards["visa"].memory.log
    assert again.memory.log[0] == {
        "atc": 1,
        "type": "TC",
        "amount_fen": 12_345,
        "un": "52BF4585",
        "date": "261122",
        "cryptogram": data[0x9F26].hex().upper(),
    }
    assert [entry["type"] for entry in again.memory.log] == ["TC", "ARQC"]
    assert tap(again, 100)[0][0x9F36] == b"\0\x03"


def test_a_card_pulled_away_has_counted_but_its_answer_is_lost(cards):
    card = cards["pulled-away"]
    select(card)
    assert card.apdu(bytes.fromhex(gpo_command(terminal_data(100)))) is LEAVES_FIELD
    assert card.apdu(bytes.fromhex("00B2011400")) is LEAVES_FIELD
    assert [entry["type"] for entry in card.memory.log] == ["TC"]
    assert card.apdu(bytes.fromhex(SELECT_PPSE))[-2:] == b"\x90\0", "presented again"


def test_a_card_that_dies_before_its_file_is_replaced_keeps_the_old_one(
    cards, tmp_path, monkeypatch
):
    card = cards["visa"]
    tap(card, 100)

    def power_lost(*_):
        raise OSError("power lost")

    monkeypatch.setattr("os.replace", power_lost)
    select(card)
    with pytest.raises(OSError, match="power lost"):
        card.apdu(bytes.fromhex(gpo_command(terminal_data(100))))
    stored = json.loads((tmp_path / "visa.json").read_text())
    assert (stored["atc"], len(stored["log"])) == (1, 1)


def test_only_the_slow_card_takes_its_time(cards):
    slow = {name: card.thinking_ms for name, card in cards.items() if card.thinking_ms}
    assert slow == {"slow": 400}


def test_the_same_random_source_gives_the_same_tap(cards, tmp_path):
    personal = cards["unionpay-debit"].personal
    taps = [
        tap(card_in(tmp_path / life, personal, random=lambda size: b"\x5a" * size), 100)
        for life in ("one", "two")
    ]
    assert taps[0] == taps[1]


def test_the_world_keeps_the_memory_of_its_cards(made):
    tap(world.cards(made)[0], 100)
    assert world.cards(made)[0].memory.log[-1]["amount_fen"] == 100
    assert (made / "cards" / "unionpay-debit.json").exists()
