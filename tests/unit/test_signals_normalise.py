import time

import pytest

from perdure.signals.rules.normalise import may_hold, span, views


def words(text: str) -> str:
    return views(text).words


@pytest.mark.parametrize(
    "written",
    [
        "I WILL KILL YOU",
        "i will k1ll you",
        "I wi11 ki11 you",
        "I will k!ll you",
        "I will kiiiillll youuuu",
        "I will k.i.l.l you",
        "I will k i l l you",
        "I will k-i-l-l you",
        "I will k*i*l*l you",
        "I will ki🔥ll you",
        "I will k🔥i🔥l🔥l you",
        "I will k\u200bi\u200cl\u00adl you",
        "I will кill you",
        "I will kill уоu",
        "I will 𝐤𝐢𝐥𝐥 𝓎ℴ𝓊",
        "I will ｋｉｌｌ you",
        "I will ᴋɪʟʟ you",
        "I will k\u0336i\u0336l\u0336l\u0336 you",
        "I “will” kill—you!",
        "#IWillKillYou",
        "i_will kïll you".replace("_", " "),
    ],
)
def test_unit_a_disguised_sentence_folds_to_the_plain_one(written: str) -> None:
    assert words(written) == "i will kill you"


@pytest.mark.parametrize(
    "text",
    ["السلام عليكم", "привет мир", "我要去学校", "हिन्दी में लिखा", "안녕하세요 여러분", "μου αρέσει", "ไทย", "שלום לכם"],
)
def test_unit_letters_of_every_script_stay(text: str) -> None:
    assert words(text) == text
    assert views(text).joined == text.replace(" ", "")


def test_unit_two_different_arabic_posts_are_not_equal_and_vowel_marks_do_not_matter() -> None:
    assert words("صباح الخير") != words("مساء الخير")
    assert words("صَبَاح") == words("صباح")


def test_unit_a_word_wholly_of_lookalikes_is_folded_only_where_nobody_writes_that_language() -> None:
    assert words("kill а сор") == "kill a cop"
    assert words("это а не сор, really") == "это а не сор really"


@pytest.mark.parametrize(
    "text",
    ["3rd 2nd 5th", "covid19", "a4 h264 mp3", "b2b", "1312", "ab12 cd34", "4096x2160", "10kg 5km", "gr8", "2024"],
)
def test_unit_codes_ordinals_and_measures_keep_their_digits(text: str) -> None:
    assert words(text) == text


def test_unit_two_words_are_not_their_compound_except_where_nothing_may_be_held() -> None:
    apart, together = views("the rapist"), views("therapist")
    assert apart.words != together.words
    assert apart.joined == together.joined


def test_unit_the_text_as_written_stays_beside_the_folded_ones() -> None:
    assert views("K1LL Thé 3 Б").raw == "K1LL Thé 3 Б"


def test_unit_signs_between_two_whole_words_part_them() -> None:
    assert words("coucou😀bonjour Stop!Start love*hate") == "coucou bonjour stop start love hate"


def test_unit_apostrophes_part_words_however_they_are_typed() -> None:
    assert words("I'll l’abattre don`t") == "i ll l abattre don t"


def test_unit_a_mention_is_one_word_and_no_part_of_the_joined_view() -> None:
    seen = views("@Kill_Bill@example.org hello @bob")
    assert (seen.words, seen.joined) == ("@kill_bill hello @bob", "hello")


def test_unit_a_link_is_one_word_so_that_its_address_says_nothing() -> None:
    seen = views("see https://news.example/he-said-i-will-kill-you ok")
    assert seen.tokens == ["see", "httpsnewsexamplehesaidiwillkillyou", "ok"]
    assert seen.joined == "seeok"
    assert words("see https://a.example/1") != words("see https://a.example/2")


@pytest.mark.parametrize("text", ["\x01\x02 @x https://a.example \x01", "", "   ", "🔥", "@", "#", "$$$"])
def test_unit_nothing_typed_can_break_the_views(text: str) -> None:
    seen = views(text)
    assert "\x01" not in seen.words
    assert "\x02" not in seen.words


def test_unit_what_is_very_short_may_not_be_held_by_a_machine() -> None:
    assert not may_hold(views("hit it"))
    assert not may_hold(views("killyounow"))
    assert may_hold(views("I'll kill you"))


@pytest.mark.parametrize(
    ("text", "folded", "written"),
    [
        ("Well, I'll k1ll you, Bob", "kill you", "k1ll you,"),
        ("@bob https://a.example/x I will k.i.l.l you", "will kill", "will k.i.l.l"),
        ("Je vais, Émile, t’étrangler!", "etrangler", "t’étrangler!"),
    ],
)
def test_unit_a_match_in_the_folded_words_leads_back_to_what_was_written(text: str, folded: str, written: str) -> None:
    seen = views(text)
    start = seen.words.index(folded)
    first, last = span(text, seen.words, start, start + len(folded))
    assert text[first:last] == written


@pytest.mark.parametrize(
    "piece", ["a", "1a", "a ", "@", "#a", "a*", "а", "a.", "$", "!a", "a1", "🔥a", "é", "www.", "a_"]
)
def test_unit_no_text_takes_long(piece: str) -> None:
    before = time.process_time()
    views(piece * (10_000 // len(piece)))
    assert time.process_time() - before < 0.1
