"""An older copy and the ledgers, on a clean host: what was decided or erased since then holds (C3, I9; §8.2 test 8)."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from perdure.continuity.service import measures
from perdure.continuity.service.shipping import acks
from perdure.kernel.db import sql
from perdure.kernel.settings import Settings, load
from perdure.media import jobs
from perdure.media.service import recalling
from perdure.moderation.model.decisions import Act
from perdure.moderation.service import decisions, operating
from tests.app.people import Person, person
from tests.app.pictures import patchwork
from tests.app.test_decisions import GOOD, but
from tests.app.test_posts import say
from tests.app.test_reports import mod, report
from tests.app.test_restore import data_of, hurried, place
from tests.command import Command
from tests.copied import CopiedSite
from tests.site import Site, open_site, rows
from tests.unreachable import Banned, Removed, once, reachable_people, reachable_posts

__all__ = ["hurried", "place"]
POSTS, PEOPLE, AUTHORS = 20, 5, 4
DEADLINES = "SELECT case_id, obligation, state, due_at FROM case_clock ORDER BY 1, 2"


class Town:
    """People and posts with pictures, copied; then posts and people that are taken away after the copy."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.copied = CopiedSite(site.rt.settings, folder / "stores")
        self.kept_folder = folder / "older"
        self.reader, self.staff = person(site, "reader"), mod(site)
        self.authors = [person(site, f"author{n}", discoverable=True, indexable=True) for n in range(AUTHORS)]
        self.posts = [
            self._post(self.authors[n % AUTHORS], f"quillwort{n}", pictured=n < AUTHORS) for n in range(POSTS)
        ]
        self.quiet = person(site, "quiet")
        self.kept = self._post(self.quiet, "starling", pictured=True)
        self.people = [self._member(n) for n in range(PEOPLE)]
        for who in self.authors:
            site.post(f"/api/v1/accounts/{who.id}/follow", self.reader.token)
        self.goner = person(site, "goner")
        report(site, self.reader, self.quiet, self.kept.id, category="violation", comment="stays open")
        site.work()
        site.run(jobs.send_missing, site.rt)
        self._ship(snapshot=True)
        shutil.copytree(folder / "stores", self.kept_folder)

    def _post(self, who: Person, word: str, *, pictured: bool = False) -> Removed:
        given = [self._picture(who)] if pictured else []
        post = say(self.site, who, f"{word} #herbs", media_ids=given)
        paths = [one["url"].removeprefix("http://perdure.test") for one in post["media_attachments"]]
        return Removed(post["id"], who.name, who.id, word, "herbs", *paths)

    def _picture(self, who: Person) -> str:
        files = {"file": ("a.png", patchwork(who.id), "image/png")}
        made = self.site.post("/api/v2/media", who.token, files=files).json()
        self.site.work()
        return str(made["id"])

    def _member(self, n: int) -> Banned:
        who = person(self.site, f"menace{n}", discoverable=True, indexable=True)
        return Banned(who.name, who.id, self._post(who, f"hemlock{n}"))

    def take_away(self) -> None:
        """Decide about all of them, erase one account, and bring the ledgers to the stores."""
        for who in self.authors:
            mine = [post.id for post in self.posts if post.author == who.name]
            report(self.site, person(self.site, f"by{who.name}"), who, *mine, category="violation")
        open_cases = f"SELECT id, version FROM moderation_case WHERE author_id <> {self.quiet.id}"
        for case in self.site.read(rows, open_cases):
            self.site.run(decisions.decide, self.site.rt, self.staff.id, case.id, case.version, GOOD)
        for one in self.people:
            self.site.write(operating.decide_in, one.name, but(acts=(Act(kind="account_ban"),), scope="account"))
        self.site.write(lambda tx: tx.run(sql("UPDATE account SET purge_at = 1 WHERE id = :id"), id=self.goner.id))
        self.site.run_jobs()
        self.site.work()
        self.site.run(measures.send, self.site.rt)
        self._ship(snapshot=False)

    def _ship(self, *, snapshot: bool) -> None:
        """Ship; nobody here waits afterwards for a shipper whose clock is another one."""
        self.copied.ship(snapshot=snapshot)
        (self.site.rt.settings.data / acks.FILE).unlink()

    def lose_all_but_the_ledgers(self) -> None:
        """Every store has only what it had before, and what stands outside the epochs."""
        for folder in self.copied.folders.values():
            ledger = folder / "ledger"
            kept = {path.name: path.read_bytes() for path in ledger.iterdir()}
            shutil.rmtree(folder)
            shutil.copytree(self.kept_folder / folder.name, folder)
            ledger.mkdir(exist_ok=True)
            for name, data in kept.items():
                (ledger / name).write_bytes(data)

    def reachable(self, site: Site) -> tuple[set[str], set[str]]:
        """Posts and people that anybody sees at a site."""
        site.client.cookies.clear()

        def get(address: str, token: str | None) -> httpx.Response:
            site.clock.advance(seconds=2)  # nobody asks so much in so short a time
            return site.get(address, token, follow_redirects=True)

        tokens = (None, self.reader.token)
        ask = once(get)
        return reachable_posts(ask, self.posts, tokens), reachable_people(ask, self.people, tokens)


@pytest.fixture
def town(site: Site, tmp_path: Path) -> Town:
    return Town(site, tmp_path)


def restored(town: Town, command: Command, home: Settings, folder: Path) -> tuple[Settings, dict[str, Any]]:
    """Run the command with nothing but the kit."""
    to = home.database_url or f"sqlite:///{home.sqlite_path}"
    kit = town.copied.kit_file(folder)
    done = command("restore", "--kit", str(kit), "--to", to, *data_of(home), "--yes", "--json")
    assert done.status == 0, done.err
    report: dict[str, Any] = json.loads(done.out)
    return msgspec.structs.replace(load(home.data), base_url="http://perdure.test"), report


def test_nothing_that_was_removed_since_an_older_copy_is_reached_after_its_restore(
    town: Town, site: Site, command: Command, place: Callable[[str], Settings], tmp_path: Path, hurried: None
) -> None:
    posts, people = town.reachable(site)
    assert (len(posts), len(people)) == (POSTS, PEOPLE), "all of it can be reached before"
    town.take_away()
    town.lose_all_but_the_ledgers()

    settings, report = restored(town, command, place(site.rt.db.engine), tmp_path)
    assert len(report["outcome"]["enforced"]) == POSTS + PEOPLE
    assert report["outcome"]["newer_measures"] == []
    with open_site(settings, site.clock) as back:
        assert town.reachable(back) == (set(), set())
        back.work()
        assert back.get(f"/api/v1/statuses/{town.kept.id}", town.reader.token).status_code == 200
        assert back.get("/api/v1/accounts/lookup?acct=goner", town.reader.token).status_code in {404, 410}


def _media(town: Town, store: str) -> Iterator[Path]:
    yield from sorted(path for path in (town.copied.folders[store] / "media").rglob("*") if path.is_file())


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_site_boots_without_a_tenth_of_its_files_lists_them_and_heals_when_a_store_returns(
    town: Town, site: Site, command: Command, place: Callable[[str], Settings], tmp_path: Path, hurried: None
) -> None:
    due = site.read(rows, DEADLINES)
    assert due
    everything = list(_media(town, "a"))
    lost = everything[::10]
    for name in ("b", "c"):
        for path in lost:
            (town.copied.folders[name] / path.relative_to(town.copied.folders["a"])).unlink()
    town.copied.folders["a"].rename(tmp_path / "away")

    town.copied.folders["a"].mkdir()
    settings, _ = restored(town, command, place("sqlite"), tmp_path)
    recalling._failed.clear()
    with open_site(settings, site.clock) as back:
        assert back.read(rows, DEADLINES) == due
        page = back.get("/api/v1/timelines/public?limit=40", town.reader.token).json()
        assert len(page) == POSTS + PEOPLE + 1
        back.run(jobs.scrub, back.rt)
        listed = command("copies", "media", "--data", str(settings.data))
        assert listed.status == 1
        assert listed.out.count("is neither here nor") == len(lost)
        town.copied.folders["a"].rmdir()
        (tmp_path / "away").rename(town.copied.folders["a"])
        recalling._failed.clear()
        back.clock.advance(days=2)
        back.run(jobs.scrub, back.rt)
        healed = command("copies", "media", "--data", str(settings.data))
        assert healed.status == 0, healed.out
        for post in (town.kept, *town.posts):
            assert back.get(post.file, town.reader.token).status_code == 200
