from pathlib import Path

import pytest

from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime
from perdure.posts import service as posts
from perdure.posts.service.importing import ImportSummary
from tests.app.people import person
from tests.site import Site, rows


def load(site: Site, folder: Path, text: str, name: str = "a.csv") -> ImportSummary:
    file = folder / name
    file.write_text(text, encoding="utf-8")

    async def imported(rt: Runtime) -> ImportSummary:
        return posts.import_posts(rt, file)

    return site.run(imported, site.rt)


def test_rows_of_one_instant_all_come_in(site: Site, tmp_path: Path) -> None:
    text = "id,text,created_at,author\n" + "".join(f"{number},x,2020-01-01,bob\n" for number in range(3000))
    first = load(site, tmp_path, text)
    assert (first.added, first.known, first.refused) == (3000, 0, [])
    again = load(site, tmp_path, text)
    assert (again.added, again.known) == (0, 3000)
    assert site.read(rows, "SELECT count(*) AS n FROM post")[0].n == 3000


def test_an_author_is_one_person_in_any_case_and_a_bad_name_is_refused(site: Site, tmp_path: Path) -> None:
    done = load(site, tmp_path, "id,text,author\n1,x,Bob\n2,y,bob\n3,z,b ob\n")
    assert (done.added, [refused.row for refused in done.refused]) == (2, [3])
    assert [row.username for row in site.read(rows, "SELECT username FROM account")] in (["Bob"], ["bob"])


def test_rows_without_an_author_are_never_put_into_a_persons_mouth(site: Site, tmp_path: Path) -> None:
    person(site, "archive")
    with pytest.raises(Invalid, match="belongs to a person"):
        load(site, tmp_path, "id,text\n1,x\n")
    assert site.read(rows, "SELECT id FROM post") == []


def test_a_date_in_the_future_is_refused_and_the_newest_date_is_the_authors_last(site: Site, tmp_path: Path) -> None:
    done = load(
        site, tmp_path, "id,text,created_at,author\n1,x,2020-01-02,bob\n2,y,2999-01-01,bob\n3,z,2020-01-01,bob\n"
    )
    assert (done.added, [refused.row for refused in done.refused]) == (2, [2])
    assert site.get("/api/v1/accounts/lookup?acct=bob").json()["last_status_at"] == "2020-01-02"


@pytest.mark.parametrize("heading", ["id,text\n1,same\n2,same\n3,other\n", "text\nsame\nsame\nother\n"])
def test_a_copy_of_the_file_under_another_name_adds_nothing(site: Site, tmp_path: Path, heading: str) -> None:
    assert load(site, tmp_path, heading).added == 3
    again = load(site, tmp_path, heading, "renamed.csv")
    assert (again.added, again.known) == (0, 3)


def test_another_archive_that_counts_from_one_too_comes_in(site: Site, tmp_path: Path) -> None:
    assert load(site, tmp_path, "id,text\n1,mine\n").added == 1
    assert load(site, tmp_path, "id,text\n1,yours\n").added == 1
