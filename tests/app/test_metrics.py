import re
from typing import Any

import httpx
import msgspec
import pytest

from perdure import asgi
from perdure.kernel.settings import Settings
from perdure.ops_api.measure import group_of
from tests.app.people import person
from tests.site import Site


def asked(site: Site, path: str, peer: str, headers: dict[str, str] | None = None, **settings: Any) -> httpx.Response:
    """A request from an address, with other settings than the site's."""
    changed: Settings = msgspec.structs.replace(site.rt.settings, **settings)
    rt = msgspec.structs.replace(site.rt, settings=changed)
    app = asgi.create_app(rt, asgi.framework(changed.max_request_bytes))

    async def fetch() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(peer, 1))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://perdure.test") as client:
            return await client.get(path, headers=headers)

    return site.run(fetch)


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found is not None, name
    return float(found[1])


def test_metrics_tell_of_posts_people_the_outbox_and_jobs(site: Site) -> None:
    anna = person(site, "anna")
    site.post("/api/v1/statuses", anna.token, json={"status": "counted"})
    waiting = value(asked(site, "/metrics", "127.0.0.1").text, "perdure_outbox_waiting")
    assert waiting > 0
    site.clock.advance(seconds=30)
    assert value(asked(site, "/metrics", "127.0.0.1").text, "perdure_outbox_oldest_seconds") == 30
    site.work()
    site.run_jobs()
    text = asked(site, "/metrics", "127.0.0.1").text
    assert value(text, "perdure_posts") == 1
    assert value(text, "perdure_members") == 1
    assert value(text, "perdure_outbox_waiting") == 0
    assert value(text, 'perdure_job_failed{job="posts.publish_due"}') == 0
    assert value(text, "perdure_database_up") == 1


def test_requests_are_counted_by_group_and_status(site: Site) -> None:
    name = 'perdure_request_seconds_count{group="timelines",status="200"}'
    site.get("/api/v1/timelines/public")
    before = value(asked(site, "/metrics", "127.0.0.1").text, name)
    for _ in range(3):
        site.get("/api/v1/timelines/public")
    text = asked(site, "/metrics", "127.0.0.1").text
    assert value(text, name) == before + 3


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("/api/v1/statuses/1/context", "statuses"),
        ("/api/v2/search", "search"),
        ("/api/v1/x" * 50, "other"),
        ("/oauth/token", "oauth"),
        ("/@anna", "pages"),
    ],
)
def test_unit_paths_are_counted_under_a_bounded_set_of_names(path: str, group: str) -> None:
    assert group_of(path) == group


@pytest.mark.parametrize(
    ("peer", "headers", "changes"),
    [
        ("203.0.113.9", {}, {}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, {}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, {}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, {"trusted_proxies": ("127.0.0.1",)}),
    ],
)
def test_strangers_do_not_read_metrics(site: Site, peer: str, headers: dict[str, str], changes: dict[str, Any]) -> None:
    answer = asked(site, "/metrics", peer, headers, **changes)
    assert answer.status_code == 403
    assert "perdure_" not in answer.text


def test_a_named_network_reads_metrics_also_through_a_trusted_proxy(site: Site) -> None:
    assert asked(site, "/metrics", "10.1.2.3", metrics_from=("10.0.0.0/8",)).status_code == 200
    through = asked(
        site,
        "/metrics",
        "127.0.0.1",
        {"X-Forwarded-For": "10.1.2.3"},
        metrics_from=("10.0.0.0/8",),
        trusted_proxies=("127.0.0.1",),
    )
    assert through.status_code == 200


def test_health_is_up_in_exactly_these_bytes(site: Site) -> None:
    answer = site.get("/health")
    assert (answer.status_code, answer.content) == (200, b'{"status":"UP"}')
    assert answer.headers["cache-control"] == "no-store"


def test_health_says_degraded_while_only_reading_works_and_while_nothing_does(site: Site) -> None:
    if site.rt.settings.sqlite_path is None:
        import psycopg

        with psycopg.connect(site.rt.settings.database_url, autocommit=True) as server:
            (name,) = server.execute("SELECT current_database()").fetchone() or ("",)
            server.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')  # type: ignore[arg-type]
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            answer = site.get("/health")
            assert (answer.status_code, answer.json()["status"]) == (200, "DEGRADED"), answer.text
            server.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')  # type: ignore[arg-type]
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert site.get("/health").json() == {"status": "UP"}
        return
    import fcntl

    # Another process that never lets go of the writers' lock: reading goes on, writing waits and is refused.
    lock = site.rt.settings.sqlite_path.with_name("perdure.db-writer.lock")
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        answer = site.get("/health")
        assert answer.status_code == 200
        assert answer.json() == {"status": "DEGRADED", "database": "up", "writes": "refused"}
    assert site.get("/health").json() == {"status": "UP"}
