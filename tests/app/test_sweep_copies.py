"""Check C4 at a size for every day: mutants of removed posts among thousands are found, news that quote them not held."""

import random

from bench import copies

from perdure.kernel.db import Tx
from perdure.posts.tables import post
from perdure.signals.service import bank, signatures, sweep
from tests.app.people import person
from tests.site import Site, rows

_ORDINARY = 4_000


def _posts_in(tx: Tx, account_id: int, texts: list[str]) -> list[int]:
    ids = [tx.new_id() for _ in texts]
    answered = dict.fromkeys(("in_reply_to_id", "in_reply_to_account_id", "reblog_of_id", "poll_id"))
    unset = dict.fromkeys(("language", "app_name", "app_website", "edited_at", "deleted_at", "import_key"))
    none = dict.fromkeys(("replies_count", "reblogs_count", "favourites_count"), 0)
    fixed = {"account_id": account_id, "content": "", "spoiler_text": "", "sensitive": False, "has_media": False}
    state = {"visibility": "public", "state": "published", "created_at": tx.now, "version": 1, "limited": False}
    tx.insert_many(
        post,
        [
            {"id": post_id, "text": text, "thread_id": post_id, **answered, **unset, **none, **fixed, **state}
            for post_id, text in zip(ids, texts, strict=True)
        ],
    )
    signatures.sign_posts_in(tx, ids)
    return ids


def test_mutants_are_found_and_news_that_quote_them_are_not_held(site: Site) -> None:
    author, pick = person(site, "author").id, random.Random(5)
    site.write(_posts_in, author, [copies.ordinary(pick) for _ in range(_ORDINARY)])
    removed = copies.threats()
    mutants = site.write(_posts_in, author, [change(text, pick) for text in removed for _, change in copies.MUTATIONS])
    news = site.write(_posts_in, author, [quoted for text in removed for quoted in copies.news(text)])
    for number, post_id in enumerate(site.write(_posts_in, author, removed), 1):
        given = {"decision_id": number, "subject_kind": "post", "subject_id": post_id, "policy": "threat"}
        entries = site.write(lambda tx, given=given: bank.remember_in(tx, severity=0, **given))
        site.write(sweep.start_in, entries)
        site.run(sweep.run, site.rt, entries[0])
    hits = {row.subject_id: row.manner for row in site.read(rows, "SELECT subject_id, manner FROM bank_hit")}
    assert sum(one in hits for one in mutants) >= 0.95 * len(mutants)
    assert [one for one in news if hits.get(one) == "exact"] == []
    assert len([one for one in hits if one not in {*mutants, *news}]) <= 0.01 * _ORDINARY
