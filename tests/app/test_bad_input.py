"""What is refused, and in which words: one test for each kind of bad input."""

import struct
import zlib
from collections.abc import Iterator

import pytest

from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.site import Site, rows


@pytest.fixture
def alice(site: Site) -> Person:
    return person(site, "alice", role="owner")


def told(answer: object, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text  # type: ignore[attr-defined]
    assert words in answer.json()["error"]  # type: ignore[attr-defined]


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"[" * 200_000, b'{"status": "\xff"}', b'{"status": }'])
def test_a_body_that_is_no_json_object_is_refused(site: Site, alice: Person, body: bytes) -> None:
    told(site.post("/api/v1/statuses", alice.token, content=body, headers=JSON), 422, "Validation failed")
    assert site.read(rows, "SELECT id FROM post") == []


@pytest.mark.parametrize("value", [{}, {"a": 1}, [[]], [{}]])
def test_a_value_of_the_wrong_type_is_refused(site: Site, alice: Person, value: object) -> None:
    told(site.post("/api/v1/statuses", alice.token, json={"status": value}), 422, "Status is invalid")


def test_a_post_of_ten_megabytes_is_refused_before_it_is_read(site: Site, alice: Person) -> None:
    body = b'{"status": "' + b"x" * 10_000_000 + b'"}'
    told(site.post("/api/v1/statuses", alice.token, content=body, headers=JSON), 413, "too large")


def test_a_body_in_pieces_is_refused_as_soon_as_it_is_too_large(site: Site, alice: Person) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(10_000):
            sent += 1
            yield b"x" * 10_000

    told(site.post("/api/v1/statuses", alice.token, content=pieces(), headers=JSON), 413, "too large")


def test_a_post_of_two_thousand_characters_is_refused_in_words(site: Site, alice: Person) -> None:
    told(site.post("/api/v1/statuses", alice.token, json={"status": "x" * 2000}), 422, "limit of 1000 exceeded")


def test_thousands_of_parameters_are_refused(site: Site, alice: Person) -> None:
    query = "&".join(f"p{n}=1" for n in range(3000))
    told(site.get(f"/api/v1/timelines/home?{query}", alice.token), 422, "Too many parameters")
    told(site.post("/api/v1/statuses", alice.token, data={f"p{n}": "1" for n in range(3000)}), 422, "Too many")


@pytest.mark.parametrize("identifier", ["0", "-1", "abc", str(2**63), "9" * 40, "1e3", "%00", "%FF", "１２３"])
def test_an_id_that_belongs_to_nothing_is_not_found(site: Site, alice: Person, identifier: str) -> None:
    for path in ("statuses/{}", "accounts/{}", "lists/{}", "media/{}", "polls/{}", "notifications/{}"):
        told(site.get("/api/v1/" + path.format(identifier), alice.token), 404, "Record not found")


@pytest.mark.parametrize("token", ["forged", "x" * 5000, "' OR 1=1 --", "é", "."])
def test_a_forged_token_is_refused(site: Site, alice: Person, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode("latin-1")}
    told(site.get("/api/v1/timelines/home", headers=headers), 401, "The access token is invalid")
    told(site.post("/api/v1/statuses", headers=headers, json={"status": "x"}), 401, "The access token is invalid")


def test_a_method_that_a_path_does_not_have_is_refused(site: Site, alice: Person) -> None:
    told(site.delete("/api/v1/timelines/home", alice.token), 405, "Method not allowed")


def test_control_characters_are_left_out_of_what_is_stored(site: Site, alice: Person) -> None:
    made = site.post("/api/v1/statuses", alice.token, json={"status": "a\0b\x07c"})
    assert made.json()["content"] == "<p>abc</p>"


def test_a_hashtag_longer_than_any_index_holds_stays_text(site: Site, alice: Person) -> None:
    letters = "".join(chr(0x20000 + 7 * n) for n in range(900))
    made = site.post("/api/v1/statuses", alice.token, json={"status": f"#{letters} #short"}).json()
    assert [tag["name"] for tag in made["tags"]] == ["short"]


def test_a_key_longer_than_any_index_holds_still_makes_one_post(site: Site, alice: Person) -> None:
    headers = {"Idempotency-Key": "".join(chr(33 + n * n % 90) for n in range(6000))}
    made = {
        site.post("/api/v1/statuses", alice.token, json={"status": "x"}, headers=headers).json()["id"] for _ in "ab"
    }
    assert len(made) == 1


def _png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


HOSTILE_FILES = {
    "a zip bomb dressed as a picture": _png(30_000, 30_000, zlib.compress(bytes(10_000_000), 9)),
    "a picture that promises more than it holds": _png(60_000, 60_000, b""),
    "a picture of no size": _png(0, 0, b""),
    "half a picture": picture("png", 200, 200)[:200],
    "a zip file": b"PK\x03\x04" + bytes(500),
    "a text": b"hello",
    "nothing": b"",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "a header and noise": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40,
}


@pytest.mark.parametrize("name", HOSTILE_FILES)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_file_that_is_no_picture_is_refused(site: Site, alice: Person, name: str) -> None:
    file = {"file": ("a.png", HOSTILE_FILES[name], "image/png")}
    answer = site.post("/api/v2/media", alice.token, files=file)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"].startswith("Validation failed")
    assert site.read(rows, "SELECT id FROM media") == []
