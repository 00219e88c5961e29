"""What a letter says beside its items: until when, in which language, about what, under which number."""

from datetime import UTC, datetime

import pytest

from tests.unit.reading import mail, post, read

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("within 24 hours", 24),
        ("within twenty-four (24) hours of receipt", 24),
        ("within one hour of receipt of the order", 1),
        ("no later than 2 business days", 48),
        ("You have 48 hours to respond; a 24-hour deadline applies to item 3", 24),
        ("Deadline: 12h", 12),
        ("sous 48 heures", 48),
        ("dans un délai de 24 heures", 24),
        ("dans les 3 jours ouvrés", 72),
        ("innerhalb von 24 Stunden", 24),
        ("binnen 3 Werktagen", 72),
        ("innerhalb einer Frist von 7 Tagen", 168),
        ("in the last 24 hours three people complained", None),
        ("at once", None),
    ],
)
def test_the_time_that_a_letter_gives(words: str, hours: int | None) -> None:
    letter = read(mail(f"{words}.\n\n{post(1)}").as_bytes())
    assert letter.deadline_ms == (None if hours is None else hours * HOUR)


@pytest.mark.parametrize(
    ("words", "instant"),
    [
        ("by 12 January 2021 17:00 UTC", (12, 17, 0)),
        ("by January 12th, 2021, 5 pm PST", (13, 1, 0)),
        ("before 2021-01-12T17:00:00Z", (12, 17, 0)),
        ("no later than 17:00 CET on 12 January", (12, 16, 0)),
        ("avant le 12 janvier 2021 à 17h30 (CET)", (12, 16, 30)),
        ("au plus tard le 12/01/2021 à 18 h UTC", (12, 18, 0)),
        ("bis zum 12. Januar 2021, 17:00 Uhr MEZ", (12, 16, 0)),
        ("spätestens am 12.01.2021 um 9 Uhr UTC", (12, 9, 0)),
        ("by noon on 12 January 2021", (12, 20, 0)),
        ("by tomorrow 10:00 UTC", (12, 10, 0)),
        ("by 1 January 2020", None),
    ],
)
def test_the_instant_that_a_letter_names(words: str, instant: tuple[int, int, int] | None) -> None:
    letter = read(mail(f"Please answer {words}.\n\n{post(1)}").as_bytes())
    expected = None if instant is None else int(datetime(2021, 1, *instant, tzinfo=UTC).timestamp() * 1000)
    assert letter.deadline_at == expected


def test_a_day_without_a_time_ends_with_the_senders_day() -> None:
    letter = read(mail(f"Answer by 12 January 2021\n\n{post(1)}").as_bytes())  # written at 09:30 -0800
    assert letter.deadline_at == int(datetime(2021, 1, 13, 7, 59, 59, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("reason", "policy"),
    [
        ("Incitement to violence", "incitement"), ("calls for murder", "incitement"), ("appel au meurtre, provocation", "incitement"),
        ("Aufruf zu Gewalt", "incitement"), ("death threats", "threat"), ("menaces de mort", "threat"), ("Bedrohung § 241 StGB", "threat"),
        ("incitation à la haine", "hate"), ("Volksverhetzung", "hate"), ("racist abuse", "hate"), ("CSAM", "child_safety"),
        ("apologie du terrorisme", "terrorism"), ("doxxing of a judge", "doxxing"), ("harcèlement", "harassment"), ("Identitätsmissbrauch", "impersonation"),
        ("phishing page", "spam"), ("suicide promotion", "self_harm"), ("it is bad", ""),
    ],
)  # fmt: skip
def test_reasons_mean_house_rules_where_they_are_clear(reason: str, policy: str) -> None:
    assert read(f"1. {post(1)} - {reason}\n2. {post(2)}").items[0].policy == policy


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please remove this and tell us what you have done with the account.", "en"),
        ("Nous vous demandons de retirer ce contenu et de nous répondre dans les délais.", "fr"),
        ("Bitte entfernen Sie diesen Beitrag und teilen Sie uns mit, was Sie getan haben.", "de"),
        ("Просим удалить эту запись", "ru"),
        ("x", None),
    ],
)
def test_the_language_of_a_letter(text: str, language: str | None) -> None:
    assert read(f"{text}\n{post(1)}").language == language


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("There is an imminent threat to life: he names the school and the hour.", True),
        ("Danger imminent pour la vie d'une personne.", True),
        ("Es besteht Gefahr für Leib und Leben.", True),
        ("He insults people.", False),
    ],
)
def test_a_life_in_danger_is_noticed(text: str, danger: bool) -> None:
    assert read(f"{text}\n{post(1)}").threat_to_life is danger


def test_a_removal_order_is_told_from_a_letter() -> None:
    order = f"Removal order under Article 3 of Regulation (EU) 2021/784\nReference: RO/2026/17\n1. {post(1)}\nwithin one hour of receipt"
    letter = read(order)
    assert (letter.form, letter.deadline_ms, letter.policy) == ("order", HOUR, "terrorism")
    assert letter.references == ("RO/2026/17",)


def test_fields_below_each_other_belong_to_the_address_beside_them() -> None:
    text = "\n\n".join(f"URL: {post(n)}\nReason: hate speech\nReport ID: R-{n}\nDate: 2021-01-08" for n in (1, 2))
    letter = read(text)
    assert [(item.url, item.reference, item.policy, item.seen_at) for item in letter.items] == [
        (post(1), "R-1", "hate", 1_610_064_000_000),
        (post(2), "R-2", "hate", 1_610_064_000_000),
    ]


def test_words_above_each_address_belong_to_it_where_they_all_stand_above() -> None:
    letter = read(f"a death threat\n{post(1)}\nracist hatred\n{post(2)}\n")
    assert [item.policy for item in letter.items] == ["threat", "hate"]


def test_ninety_eight_lines_are_ninety_eight_items() -> None:
    lines = [post(n % 83) for n in range(93)] + [
        "https://elsewhere.example/@a/1",
        "https://elsewhere.example/@a/2",
        "https://bit.ly/a1",
        "screenshot 1 attached",
        "screenshot 2 attached",
    ]
    letter = read("Remove within 24 hours:\n\n" + "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1)))
    assert len(letter.items) == 98
    assert [item.claim.partition(" ")[2] for item in letter.items] == lines


def test_a_list_with_gaps_between_its_entries_is_one_list() -> None:
    text = f"Publications :\n\n- le 6 janvier\n  {post(1)}\n\n- Capture d'écran n° 3 (pièce jointe)\n\n- le 7 janvier\n  {post(2)}"
    assert [item.pointer for item in read(text).items] == ["url", "none", "url"]
    assert read(f"Réquisition n° 2021/004512\n{post(1)}").references == ("2021/004512",)


def test_accounts_in_a_list_of_their_own_are_items_beside_addresses() -> None:
    letter = read(f"Posts:\n{post(1)}\n\nAccounts:\n* @eve\n* @mallory@perdure.example\n* @x@elsewhere.example")
    assert [item.value for item in letter.items[1:]] == ["eve", "mallory@perdure.example", "x@elsewhere.example"]


def test_an_entry_may_begin_with_its_senders_number() -> None:
    letter = read(f"R-1001 | {post(1)} | hate speech\nR-1002 | {post(2)} | threat\n\nRegards")
    assert [(item.reference, item.policy) for item in letter.items] == [("R-1001", "hate"), ("R-1002", "threat")]


def test_addresses_in_a_sentence_are_all_found_and_its_words_stay_whole() -> None:
    letter = read(
        f"To whom it may concern. Remove this: {post(1)}, also {post(2)} (threat), {post(3)}(hate) and lastly\n{post(4)}. Thanks"
    )
    assert [item.url for item in letter.items] == [post(n) for n in (1, 2, 3, 4)]
    assert "concern" in letter.items[0].reason
