"""The kit as text: it survives paper and typing, and says where a mistake is."""

import random
import re
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shamir_mnemonic import combine_mnemonics

from perdure.adapters.paper_pdf import pdf_of
from perdure.continuity.model.kit import Kit, KitStore
from perdure.continuity.rules import armour, keys, shares, signing
from perdure.continuity.rules import kit as rules
from perdure.continuity.rules.kit_pages import Pages, number_of
from perdure.continuity.rules.kit_words import LANGUAGES
from perdure.continuity.rules.text_pages import spaced, text_of
from perdure.kernel.errors import Invalid
from tests.continuity import MASTER, RECOVERY, ROOT

KIT = Kit(
    site_id="5" * 32,
    root=signing.public_of(ROOT),
    made_at=1_790_000_000_000,
    master=MASTER,
    store=KitStore(
        "b2", "s3://copies/here?endpoint=https://s3.example.com", "access_key_id=K1\nsecret_access_key=hunter2"
    ),
    stores=("sftp://copies@backup.example.net/perdure",),
    domains=("example.org", "example.net"),
    lifeboats=("https://lifeboat.example.com",),
)
SHARED = msgspec.structs.replace(KIT, master=b"", needed=2)
PAGE = text_of(Pages(KIT, "en", "1.0").kit())
HOLDERS = ("Anna", "Бобан", "Zoë")


@given(st.binary(max_size=300))
def test_bytes_come_back_from_their_armour(data: bytes) -> None:
    lines = armour.armoured(data)
    assert armour.plain(" \n".join(lines).lower() + "*whatever follows") == data
    assert all(len(line) == armour.LINE for line in lines[:-1])
    assert set("".join(lines)) <= set(armour.ALPHABET)


@given(st.integers(0, 10**6), st.integers(1, 31))
def test_one_wrong_character_is_found_at_its_place(place: int, shift: int) -> None:
    text = "".join(armour.armoured(bytes(range(120))))
    place %= len(text)
    wrong = armour.ALPHABET[armour.ALPHABET.index(text[place]) ^ shift]
    with pytest.raises(Invalid) as caught:
        armour.plain(text[:place] + wrong + text[place + 1 :])
    line, character = divmod(place, armour.LINE)
    assert f"line {line + 1}, most likely character {character + 1} ({wrong!r})" in caught.value.public


def test_no_two_wrong_characters_of_a_line_pass() -> None:
    lines = armour.armoured(bytes(range(60)))
    chance = random.Random(1)
    for _ in range(300):
        line = list(lines[1])
        for place in chance.sample(range(armour.LINE), 2):
            line[place] = chance.choice(armour.ALPHABET.replace(line[place], ""))
        with pytest.raises(Invalid, match="Mistyped: line 2"):
            armour.plain("\n".join([lines[0], "".join(line), *lines[2:]]))


def test_what_is_missing_too_many_or_out_of_order_is_told() -> None:
    lines = armour.armoured(bytes(range(100)))
    with pytest.raises(Invalid, match="From line 3 on nothing fits"):
        armour.plain("".join([*lines[:2], lines[2][:4], lines[2][5:], *lines[3:]]))
    with pytest.raises(Invalid, match="From line 2 on nothing fits"):
        armour.plain("".join([lines[0], "7", *lines[1:]]))
    for other in ([lines[1], lines[0], *lines[2:]], lines[1:], [lines[0], *lines]):
        with pytest.raises(Invalid, match="one is missing, doubled or out of order"):
            armour.plain("".join(other))
    with pytest.raises(Invalid):
        armour.plain("")


@pytest.mark.parametrize(("typed", "words"), [("U", "line 1, character 3 is 'U'"), ("é", "line 1, character 3 is 'é'")])
def test_a_character_that_is_never_used_is_told_with_its_place(typed: str, words: str) -> None:
    text = armour.armoured(b"abc")[0]
    with pytest.raises(Invalid, match=re.escape(words[1:])):
        armour.plain(text[:2] + " \n" + typed + text[3:])


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    text = "".join(armour.armoured(bytes(range(200))))
    assert armour.plain(text.replace("0", "O").replace("1", "l")) == bytes(range(200))


@pytest.mark.parametrize("kit", [KIT, SHARED])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_kit_is_read_from_its_page_as_it_is(kit: Kit, language: str) -> None:
    assert rules.parse(text_of(Pages(kit, language, "1.0", HOLDERS[: 3 * bool(kit.needed)]).kit())) == kit


def test_a_kit_is_read_as_people_type_it() -> None:
    typed = "perdure kit 1 :\n" + "\r\n\t".join(line.lower() for line in rules.lines(KIT))
    assert rules.parse(typed) == KIT
    assert rules.parse(typed.rstrip("*")) == KIT
    assert rules.parse("\n".join(rules.squares(KIT))) == KIT


def test_a_long_credential_takes_several_codes_which_together_are_the_kit() -> None:
    key = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789+/", k=2300))
    long = msgspec.structs.replace(KIT, store=KitStore("gcs", "gs://copies", key))
    squares = rules.squares(long)
    assert len(squares) > 1
    assert rules.parse("".join(squares)) == long
    assert pdf_of(Pages(long, "en", "1.0").kit(), "kit").startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "begins with PERDURE-KIT-1:"),
        ("PERDURE-KIT-2: 00", "newer Perdure"),
        (rules.PREFIX + "".join(armour.armoured(b"x")), "cannot be read"),
        (rules.PREFIX + "".join(armour.armoured(zlib.compress(b'{"version": 9}'))), "newer Perdure"),
        (rules.PREFIX + "".join(armour.armoured(zlib.compress(b"{}"))), "cannot be read"),
        (rules.PREFIX + "".join(armour.armoured(zlib.compress(bytes(10_000_000)))), "cannot be read"),
    ],
)
def test_what_is_no_kit_is_told(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        rules.parse(text)


def test_a_mistake_in_a_kit_shows_nothing_of_it() -> None:
    with pytest.raises(Invalid) as caught:
        rules.parse(PAGE.replace(rules.lines(KIT)[3][:5], "00000", 1))
    assert "line 4" in caught.value.public
    assert not any(line in caught.value.public for line in rules.lines(KIT))


def test_the_kit_opens_with_its_own_keys_and_no_others() -> None:
    assert rules.identity_of(KIT) == RECOVERY
    with pytest.raises(Invalid, match="trustees' hands: put 2 of their pages together"):
        rules.identity_of(SHARED)
    with pytest.raises(Invalid, match="two kits got mixed"):
        rules.identity_of(msgspec.structs.replace(KIT, master=keys.new_master()))


def test_a_kit_without_its_master_holds_nothing_of_it() -> None:
    shared = text_of(Pages(SHARED, "en", "1.0", HOLDERS).kit())
    assert RECOVERY in PAGE
    assert RECOVERY not in shared
    assert not rules.parse(shared).master


@pytest.mark.parametrize("pair", [(0, 1), (0, 2), (1, 2), (2, 0), (0, 1, 2)])
def test_any_two_of_three_shares_rebuild_the_master(pair: tuple[int, ...]) -> None:
    made = shares.split(MASTER, 3, 2)
    assert shares.combine([made[place] for place in pair]) == MASTER


def test_one_share_is_not_enough_and_twice_the_same_is_one() -> None:
    made = shares.split(MASTER, 3, 2)
    with pytest.raises(Invalid, match=r"2 shares are needed, and there is 1$"):
        shares.combine(made[:1])
    with pytest.raises(Invalid, match="there is 1, and one was given twice"):
        shares.combine([made[0], made[0]])


def test_shares_of_two_kits_are_told_in_one_line() -> None:
    for _ in range(20):
        mixed = [shares.split(MASTER, 3, 2)[0], shares.split(keys.new_master(), 3, 2)[1]]
        with pytest.raises(Invalid, match="two different kits") as caught:
            shares.combine(mixed)
        assert "\n" not in caught.value.public


def test_shares_of_another_kit_than_the_one_at_hand_are_told() -> None:
    other = shares.combine(shares.split(keys.new_master(), 3, 2)[:2])
    with pytest.raises(Invalid, match="two kits got mixed"):
        rules.with_master(SHARED, other)
    assert rules.with_master(SHARED, MASTER) == KIT


@pytest.mark.parametrize(("count", "needed"), [(3, 1), (2, 3), (1, 1), (17, 2), (0, 0)])
def test_a_split_that_protects_nothing_is_refused(count: int, needed: int) -> None:
    with pytest.raises(Invalid, match="is no split"):
        shares.split(MASTER, count, needed)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_share_is_read_from_its_page_and_as_people_type_it(language: str) -> None:
    share = shares.split(MASTER, 3, 2)[0]
    page = text_of([Pages(SHARED, language, "1.0", HOLDERS).share(1, share)])
    assert shares.read(page, "x") == share
    assert shares.read("\n".join(f"{n}. {word[:4].upper()}" for n, word in enumerate(share.split(), 1)), "x") == share


def test_a_mistyped_share_is_told_by_file_and_word() -> None:
    words = shares.split(MASTER, 3, 2)[0].split()
    with pytest.raises(Invalid, match=r"a\.txt: word 3 \('acidemic'\) is on no list"):
        shares.read(" ".join([*words[:2], "acidemic", *words[3:]]), "a.txt")
    with pytest.raises(Invalid, match=r"a\.txt has 32 words, and a share has 33"):
        shares.read(" ".join(words[:-1]), "a.txt")
    with pytest.raises(Invalid, match="in another place"):
        shares.read(" ".join([words[1], words[0], *words[2:]]), "a.txt")


def test_slip_39s_own_vector_of_256_bits_is_read() -> None:
    # Vector 17 of SLIP-39: "Valid mnemonic without sharing (256 bits)", with the passphrase TREZOR.
    share = (
        "theory painting academic academic armed sweater year military elder discuss acne wildlife boring employer fused "
        "large satoshi bundle carbon diagnose anatomy hamster leaves tracks paces beyond phantom capital marvel lips brave "
        "detect luck"
    )
    assert shares.read(share, "x") == share
    assert (
        combine_mnemonics([share], b"TREZOR").hex()
        == "989baf9dcaad5b10ca33dfd8cc75e42477025dce88ae83e75a230086a0e00e92"
    )


def test_both_languages_say_the_same_things_with_the_same_blanks() -> None:
    english, french = LANGUAGES["en"], LANGUAGES["fr"]
    assert english.keys() == french.keys()
    for name, text in english.items():
        blanks = re.compile(r"\{\w+\}")
        assert sorted(blanks.findall(text)) == sorted(blanks.findall(french[name])), name


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_printed_kit_is_two_pages_and_a_share_is_one_and_both_say_what_the_text_says(language: str) -> None:
    share = shares.split(MASTER, 3, 2)[1]
    whole, parts = Pages(KIT, language, "1.0"), Pages(SHARED, language, "1.0", HOLDERS)
    for sheets, count, wanted in (
        (whole.kit(), 2, [RECOVERY, KIT.root, *" ".join(map(spaced, rules.lines(KIT))).split()]),
        (parts.kit(), 2, [KIT.root, *" ".join(map(spaced, rules.lines(SHARED))).split()]),
        ([parts.share(2, share)], 1, share.split()),
    ):
        made = pdf_of(sheets, "kit")
        assert len(re.findall(rb"/Type /Page\b", made)) == count
        text = shown(made)
        assert [word for word in [*wanted, number_of(KIT.root)] if word not in text] == []


def shown(pdf: bytes) -> str:
    """The text that a PDF of ours draws."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    drawn = b"".join(zlib.decompress(stream) for stream in streams)
    return " ".join(text.decode("cp1252") for text in re.findall(rb"\((.*?)(?<!\\)\)", drawn, re.DOTALL))
