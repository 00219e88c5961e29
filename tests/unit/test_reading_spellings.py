"""Addresses in letters are found in every spelling."""

import pytest

from perdure.desk.rules import places
from tests.unit.reading import BASE, ID, OWN, pointed, post, read

HOSTS = frozenset(OWN.hosts)
P = ID + 1
PATH = f"@bob/{P}"
SPELLINGS = [
    post(1),
    f"hxxps://perdure.example/{PATH}",
    f"hXXps://perdure[.]example/{PATH}",
    f"hxxps[:]//perdure[.]example/{PATH}",
    f"hxxps[://]perdure(.)example/{PATH}",
    f"h**ps://perdure.example/{PATH}",
    f"https://perdure(dot)example/{PATH}",
    f"https://perdure[dot]example/{PATH}",
    f"https://perdure {{.}} example/{PATH}",
    f"perdure dot example/{PATH}",
    f"perdure dot example slash @bob slash {P}",
    f"https : // perdure . example / @bob / {P}",
    f"https:// perdure.example/{PATH}",
    f"https:\\\\perdure.example\\@bob\\{P}".replace("\\@", "/@").replace(f"\\{P}", f"/{P}"),
    f"https://perdure\u200b.example/@bob/\u200b{P}",
    f"https://per\u00addure.example/{PATH}",
    f"\u202ahttps://perdure.example/{PATH}\u202c",
    f"https\uff1a\uff0f\uff0fperdure\uff0eexample\uff0f\uff20bob\uff0f{P}",
    f"HTTPS://PERDURE.EXAMPLE/@BOB/{P}",
    f"https://perdure.example/%40bob/{P}",
    f"https://perdure.example/%2540bob/{P}",
    f"https%3A%2F%2Fperdure.example%2F%40bob%2F{P}",
    f"https%253A%252F%252Fperdure.example%252F%2540bob%252F{P}",
    f"https://www.perdure.example/{PATH}",
    f"https://m.perdure.example/{PATH}",
    f"https://mobile.perdure.example/{PATH}",
    f"http://perdure.example:443/{PATH}",
    f"https://perdure.example./{PATH}",
    f"https://perdu.example/{PATH}",
    f"perdure.example/{PATH}",
    f"www.perdure.example/{PATH}",
    f"//perdure.example/{PATH}",
    f"{BASE}/api/v1/statuses/{P}",
    f"{BASE}/api/v1/statuses/{P}/context",
    f"{BASE}/users/bob/statuses/{P}",
    f"{BASE}/users/bob/statuses/{P}/activity",
    f"{BASE}/web/statuses/{P}",
    f"{BASE}/web/@bob/{P}",
    f"{BASE}/deck/@bob/{P}",
    f"{BASE}/@bob@perdure.example/{P}",
    f"{post(1)}/embed",
    f"{post(1)}/",
    f"{post(1)}?utm_source=mail&utm_medium=email&fbclid=x",
    f"{post(1)}#:~:text=we%20will,kill",
    f"{post(1)}#comments",
    f"{post(1)}.",
    f"{post(1)},",
    f"({post(1)})",
    f"<{post(1)}>",
    f"[{post(1)}]",
    f"\u201c{post(1)}\u201d",
    f"\u00ab {post(1)} \u00bb",
    f"*{post(1)}*",
    f"`{post(1)}`",
    f"[the post]({post(1)})",
    f"[{post(1)}]({post(1)})",
    f"{post(1)}\u3002",
    f"{post(1)}\u8acb\u522a\u9664",
    f"URL={post(1)}",
    f"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fperdure.example%2F%40bob%2F{P}&data=05%7C01&sdata=x",
    f"https://www.google.com/url?q=https://perdure.example/@bob/{P}&sa=D&usg=x",
    f"https://l.facebook.com/l.php?u=https%3A%2F%2Fperdure.example%2F%40bob%2F{P}&h=AT0",
    f"https://urldefense.com/v3/__https://perdure.example/@bob/{P}__;!!abc!xyz$",
    f"https://urldefense.proofpoint.com/v2/url?u=https-3A__perdure.example_-40bob_{P}&d=DwMF",
    f"https://web.archive.org/web/20210108120000/https://perdure.example/@bob/{P}",
    f"https://perdure-example.translate.goog/@bob/{P}?_x_tr_sl=en",
    f"https://cdn.example/c/s/perdure.example/@bob/{P}",
    f"https://clicks.example/track?id=1&goto=https%253A%252F%252Fperdure.example%252F%2540bob%252F{P}",
]


@pytest.mark.parametrize("written", SPELLINGS, ids=lambda text: text[:60])
@pytest.mark.parametrize("form", ["{}", "The post {} calls for murder.", "1. {}\n2. https://perdure.example/@eve/9"])
def test_every_spelling_of_an_address_means_its_post(written: str, form: str) -> None:
    letter = read("Please look at this:\n\n" + form.format(written))
    assert len(letter.items) == form.count("\n") + 1, pointed(letter)
    item = letter.items[0]
    assert item.pointer == "url"
    assert places.place_of(item.url, HOSTS).key == f"post:{P}"
    assert item.url.startswith(("http://", "https://"))
    assert "utm_" not in item.url
    assert item.claim.strip()


def test_a_name_in_capitals_keeps_its_post() -> None:
    assert (
        read(f"HTTPS://PERDURE.EXAMPLE/API/V1/STATUSES/{P}").items[0].url
        == f"https://perdure.example/api/v1/statuses/{P}"
    )


def test_an_international_name_is_compared_in_one_form() -> None:
    from perdure.desk.ports import OwnPlaces
    from perdure.desk.rules.reading import read as read_letter

    own = OwnPlaces(("xn--brger-kva.example",))
    for host in ("bürger.example", "xn--brger-kva.example", "BÜRGER.example"):
        letter = read_letter(f"https://{host}/@bob/{P}\n".encode(), "", "", own)
        assert places.place_of(letter.items[0].url, frozenset(own.hosts)).key == f"post:{P}"


def test_addresses_that_touch_are_two() -> None:
    letter = read(f"{post(1)}{post(2)}\n{post(3)},{post(4)};{post(5)}")
    assert [item.url for item in letter.items] == [post(n) for n in range(1, 6)]


def test_an_address_of_another_host_is_not_ours_whatever_it_pretends() -> None:
    letter = read(
        f"{post(1)}\nhttps://perdure.example@evil.example/@bob/2\nhttps://perdure.example.evil.example/@bob/3\n"
    )
    kinds = [places.place_of(item.url, HOSTS).kind for item in letter.items]
    assert kinds == ["post", "foreign", "foreign"]


@pytest.mark.parametrize(
    "broken",
    [
        f"{BASE}/@bob/\n{P}",
        f"{BASE}/@bo\nb/{P}",
        f"{BASE}/@bob/1173094\n40000000001",
        f"https://perdure.example\n/@bob/{P}",
        f"<{BASE}/@bob/1173094\n40000000001>",
        f"<{BASE}/users/bob/stat\nuses/{P}>",
        f"> {BASE}/users/bob/\n> statuses/{P}",
        f"{BASE}/users/bob/statuses/117309440=\n000000001",
        f"{BASE}/api/v1/\n    statuses/{P}",
    ],
)
def test_an_address_that_was_broken_over_lines_is_one(broken: str) -> None:
    letter = read(f"Please remove:\n\n{broken}\n\nRegards")
    assert [places.place_of(item.url, HOSTS).key for item in letter.items] == [f"post:{P}"], pointed(letter)


def test_a_whole_address_takes_nothing_from_the_next_line() -> None:
    letter = read(f"{post(1)}\n2021 was the year\n\n{post(2)}\n{post(3)}\n4. {post(4)}\n\n{post(5)}\n24 hours are left")
    assert [item.url for item in letter.items] == [post(n) for n in range(1, 6)]


def test_shorteners_are_items_that_somebody_else_follows() -> None:
    letter = read("https://bit.ly/3abcDEF\nhttps://t.co/Xyz123")
    assert [places.place_of(item.url, HOSTS).kind for item in letter.items] == ["short", "short"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"post id {P}", ("id", str(P))),
        (f"Post-ID: {P}", ("id", str(P))),
        (f"status/{P}", ("id", str(P))),
        (f"statuses/{P}", ("id", str(P))),
        (f"Beitrag Nr. {P}", ("id", str(P))),
        (f"publication n° {P}", ("id", str(P))),
        (f"@bob/{P}", ("id", str(P))),
        (f"- {P}", ("id", str(P))),
        ("the account @bob_1 on your site", ("account", "bob_1")),
        ("the account @bob@perdure.example", ("account", "bob@perdure.example")),
        ("acct:bob@perdure.example", ("account", "bob@perdure.example")),
        ("Benutzername: bob_1", ("account", "bob_1")),
        ("utilisateur : bob_1", ("account", "bob_1")),
        ("User name: bob_1", ("account", "bob_1")),
        (
            'Your user wrote "we will hang them all on Sunday" last night.',
            ("phrase", "we will hang them all on Sunday"),
        ),
        ("Votre membre écrit « nous les pendrons tous dimanche ».", ("phrase", "nous les pendrons tous dimanche")),
        ("Ihr Nutzer schrieb: „wir hängen sie alle am Sonntag“.", ("phrase", "wir hängen sie alle am Sonntag")),
        ("Ihr Nutzer schrieb »wir hängen sie alle am Sonntag«.", ("phrase", "wir hängen sie alle am Sonntag")),
        ("These posts:\n- we will hang them all on Sunday", ("phrase", "we will hang them all on Sunday")),
    ],
)
def test_what_has_no_address_is_named_otherwise(text: str, expected: tuple[str, str]) -> None:
    assert pointed(read(text)) == [expected]


def test_words_beside_an_address_are_its_reason_and_no_item() -> None:
    letter = read(f'{post(1)} "we will hang them all" by @bob, post id {P}')
    assert pointed(letter) == [("url", post(1))]
    assert "we will hang them all" in letter.items[0].reason


def test_addresses_of_mail_and_numbers_of_cases_are_no_items() -> None:
    letter = read(f"Case ID: 123456789012345678\nWrite to abuse@host.example\n\n{post(1)}")
    assert pointed(letter) == [("url", post(1))]
    assert letter.references == ("123456789012345678",)
