from pathlib import Path

import pytest

from perdure.kernel.errors import Invalid
from perdure.posts import service as posts
from tests.site import Site


def write(folder: Path, text: str, name: str = "old.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_an_import_keeps_dates_makes_authors_and_a_second_one_adds_nothing(site: Site, tmp_path: Path) -> None:
    rows = 'id,text,created_at,author\n1,"two\nlines #Old",2020-11-03T12:00:00Z,carol\n2,same,,\n3,same,,\n'
    file = write(tmp_path, rows)
    first = posts.import_posts(site.rt, file)
    assert (first.rows, first.added, first.known, first.refused) == (3, 3, 0, [])
    second = posts.import_posts(site.rt, file)
    assert (second.rows, second.added, second.known) == (3, 0, 3)
    carol = site.get("/api/v1/accounts/lookup?acct=carol").json()
    (old,) = site.get(f"/api/v1/accounts/{carol['id']}/statuses").json()
    assert old["created_at"] == "2020-11-03T12:00:00.000Z"
    assert old["content"].startswith("<p>two<br />lines ")
    assert len(site.get("/api/v1/timelines/tag/old").json()) == 1
    assert len(site.get("/api/v1/timelines/public").json()) == 3


def test_every_row_that_stays_out_has_a_reason(site: Site, tmp_path: Path) -> None:
    file = write(tmp_path, "id,text,created_at\n1, ,\n2," + "x" * 1001 + ",\n3,x,yesterday\n4,fine,\n")
    summary = posts.import_posts(site.rt, file)
    assert summary.added == 1
    assert [refused.row for refused in summary.refused] == [1, 2, 3]
    assert all(refused.reason for refused in summary.refused)


def test_json_lines_and_other_column_names_are_read(site: Site, tmp_path: Path) -> None:
    file = write(tmp_path, '{"n": 1, "body": "a"}\n{"n": 2, "body": "b"}\n', "old.jsonl")
    assert posts.import_posts(site.rt, file, {"id": "n", "text": "body"}).added == 2


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [("missing.csv", None, "cannot read"), ("x.csv", "", "is empty"), ("x.csv", "id,body\n1,a\n", "no column 'text'")],
)
def test_a_file_that_cannot_be_read_is_one_clear_sentence(
    site: Site, tmp_path: Path, name: str, text: str | None, words: str
) -> None:
    file = tmp_path / name if text is None else write(tmp_path, text, name)
    with pytest.raises(Invalid, match=words):
        posts.import_posts(site.rt, file)


def test_a_broken_json_line_stays_out_and_the_others_come_in(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    lines = [
        b'{"id": 1, "text": "a"}',
        b'{"id": 2, "text": ',
        b"",
        b"[1]",
        b'{"id": 3, "text": "b\xff"}',
        b'{"id": [4]}',
    ]
    file.write_bytes(b"\n".join([*lines, b'{"id": 5, "text": 6}', b'{"id": {"x": 1}, "text": "c"}']))
    done = posts.import_posts(site.rt, file)
    assert (done.rows, done.added, done.known) == (7, 2, 0)
    assert [(one.row, one.line) for one in done.refused] == [(2, 2), (3, 4), (4, 5), (5, 6), (6, 7)]
    reasons = [one.reason for one in done.refused]
    assert "not valid JSON" in reasons[0]
    assert reasons[1] == "the line is no JSON object"
    assert reasons[2] == "the line is not valid UTF-8"
    assert reasons[3:] == ["there is no text", "the text is no text"]


def test_a_broken_csv_row_stays_out_and_the_others_come_in(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_bytes(b'\xef\xbb\xbfid,text\n1,"two\nlines"\n2\n3,a,b\n4,\xff\n5,fine\n')
    done = posts.import_posts(site.rt, file)
    assert (done.rows, done.added) == (5, 2)
    assert [(one.row, one.line) for one in done.refused] == [(2, 4), (3, 5), (4, 6)]
    assert "1 fields, the header has 2" in done.refused[0].reason
    assert done.refused[2].reason == "the row is not valid UTF-8"


def test_a_real_archive_comes_in_complete(site: Site, shared_data: Path) -> None:
    summary = posts.import_posts(site.rt, shared_data / "parler_dev.csv")
    assert (summary.rows, summary.added + len(summary.refused)) == (6047, 6047)
    assert summary.refused == []
