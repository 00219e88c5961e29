import pytest

from perdure.graph.service import porting
from perdure.kernel.errors import Invalid, TooLarge
from perdure.posts.service import porting as posts_porting
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site


def exported(site: Site, someone: Person, kind: str) -> str:
    return site.run(porting.export_csv, site.rt, someone.id, kind)


def test_what_one_exports_another_imports_whole(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    person(site, "carol"), person(site, "dan", locked=True)
    files = {
        "follows": 'Account address,Show boosts,Notify on new posts,Languages\ncarol@perdure.test,false,true,"en, fr"\n',
        "blocks": "bob@perdure.test\n",
        "mutes": "Account address,Hide notifications\ndan@perdure.test,false\n",
        "lists": '"Friends, old",carol@perdure.test\n',
        "domains": "bad.example\n",
    }
    for kind, text in files.items():
        done = site.run(porting.import_csv, site.rt, alice.id, kind, text)
        assert (kind, done.done, done.refused) == (kind, 1, ())
        again = site.run(porting.import_csv, site.rt, alice.id, kind, text)
        assert (again.done, again.refused) == (1, ())
        assert exported(site, alice, kind) == text
    assert exported(site, bob, "follows").count("\n") == 1


def test_each_row_that_cannot_be_taken_is_named_with_its_reason(site: Site) -> None:
    alice = person(site, "alice")
    person(site, "bob")
    text = "bob\n@Bob@perdure.test\nnobody\nbob@elsewhere.example\nalice\n"
    done = site.run(porting.import_csv, site.rt, alice.id, "follows", text)
    assert done.done == 2
    assert done.refused == (
        (3, "nobody", "unknown"),
        (4, "bob@elsewhere.example", "elsewhere"),
        (5, "alice", "forbidden"),
    )
    lists = site.run(porting.import_csv, site.rt, alice.id, "lists", "Mine,bob\nMine,nobody\nMine\n")
    assert (lists.done, [reason for _row, _cell, reason in lists.refused]) == (1, ["unknown", "unknown"])


def test_a_file_that_is_no_table_or_too_long_is_refused_whole(site: Site) -> None:
    alice = person(site, "alice")
    with pytest.raises(Invalid):
        site.run(porting.import_csv, site.rt, alice.id, "follows", 'a,"b" c\n"')
    with pytest.raises(TooLarge):
        site.run(porting.import_csv, site.rt, alice.id, "follows", "a\n" * 10_001)


def test_bookmarks_come_back_as_far_as_one_may_see_them(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    seen, secret = say(site, bob, "seen"), say(site, bob, "secret", visibility="private")
    text = f"{seen['url']}\n{secret['url']}\nhttps://other.example/@x/1\nnonsense\n"
    done = site.run(posts_porting.import_bookmarks, site.rt, alice.id, text)
    assert (done.done, [reason for _row, _cell, reason in done.refused]) == (1, ["not_found", "elsewhere", "form"])
    assert site.run(posts_porting.export_bookmarks, site.rt, alice.id) == f"{seen['url']}\n"
