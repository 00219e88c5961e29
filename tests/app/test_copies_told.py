"""How the copies stand, for programs: the API, the measurements, the doctor."""

import json
from pathlib import Path

import psycopg
import pytest

from perdure.kernel.settings import Settings
from tests.app.people import person
from tests.app.test_copies_alarms import lane, list_stores, look, shipper_says
from tests.app.test_metrics import asked, value
from tests.command import Command
from tests.site import Site

PATH = "/api/perdure/v1/copies"


def test_the_api_tells_staff_with_the_right_and_a_second_factor_and_nobody_else(site: Site) -> None:
    assert site.get(PATH).status_code == 401
    for refused in (
        person(site, "bob"),
        person(site, "mod1", role="moderator"),
        person(site, "ada", role="admin", factor=False),
        person(site, "eve", role="admin", scope="read"),
    ):
        assert site.get(PATH, refused.token).status_code == 403
    assert site.get(PATH, person(site, "carl", role="admin").token).status_code == 200


def test_the_api_says_what_the_command_line_says_and_what_is_wrong(site: Site) -> None:
    carl = person(site, "carl", role="admin")
    list_stores(site.rt.settings.data, "attic", "cellar")
    shipper_says(site, lane(site, "attic"), lane(site, "cellar", behind_ms=61_000, state="refused", error="401"))
    look(site, 1)
    found = site.get(PATH, carl.token)
    told = found.json()
    assert found.headers["cache-control"] == "no-store"
    assert (told["kept"], told["behind_ms"]) == (False, 61_000)
    assert [one["name"] for one in told["status"]["lanes"]] == ["attic", "cellar"]
    assert {one["key"] for one in told["promises"] if not one["kept"]} == {"kit", "owners", "behind"}
    assert told["owners"]["gaps"][0]["key"] == "owners"
    assert [(one["kind"], one["store"]) for one in told["alarms"]] == [("refused", "cellar"), ("far", "cellar")]


def test_a_list_of_stores_that_is_broken_is_named_and_no_defect(site: Site) -> None:
    carl = person(site, "carl", role="admin")
    (site.rt.settings.data / "continuity").mkdir()
    (site.rt.settings.data / "continuity" / "stores.json").write_text("[")
    found = site.get(PATH, carl.token)
    assert found.status_code == 422
    assert "stores.json" in found.json()["error"]
    assert value(asked(site, "/metrics", "127.0.0.1").text, "perdure_database_up") == 1


def test_metrics_measure_each_store_and_say_nothing_of_one_that_nobody_ships_to(site: Site) -> None:
    list_stores(site.rt.settings.data, "attic", "cellar")
    shipper_says(site, lane(site, "attic", behind_ms=0), lane(site, "cellar", behind_ms=1500, state="trying"))
    site.clock.advance(seconds=2)
    text = asked(site, "/metrics", "127.0.0.1").text
    assert value(text, "perdure_shipper_up") == 1
    assert value(text, 'perdure_copy_behind_seconds{store="attic"}') == 0
    assert value(text, 'perdure_copy_behind_seconds{store="cellar"}') == 1.5
    assert value(text, 'perdure_copy_backlog_bytes{store="cellar"}') == 4096
    assert value(text, 'perdure_copy_seq{store="attic"}') == 7
    assert value(text, 'perdure_copy_head_age_seconds{store="attic"}') == 2
    assert value(text, 'perdure_copy_state{state="trying",store="cellar"}') == 1
    assert value(text, "perdure_copy_owners_kept") == 0
    site.clock.advance(seconds=10)
    silent = asked(site, "/metrics", "127.0.0.1").text
    assert value(silent, "perdure_shipper_up") == 0
    assert "perdure_copy_behind_seconds" not in silent


@pytest.mark.parametrize("engine", ["postgresql"])
def test_metrics_of_the_copies_are_there_while_the_database_is_down(site: Site, settings: Settings) -> None:
    list_stores(site.rt.settings.data, "cellar")
    shipper_says(site, lane(site))
    name = settings.database_url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(settings.database_url.replace(f"/{name}", "/postgres", 1), autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        text = asked(site, "/metrics", "127.0.0.1").text
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert value(text, "perdure_database_up") == 0
    assert value(text, 'perdure_copy_behind_seconds{store="cellar"}') == 0.2


def test_the_doctor_names_the_first_broken_promise_and_the_next_step(command: Command, tmp_path: Path) -> None:
    done = command("doctor", "--json", "--data", tmp_path)
    (found,) = (one for one in json.loads(done.out)["findings"] if one["area"] == "copies")
    assert found["state"] == "warn"
    assert found["text"] == "There is no recovery kit: nobody could open the copies (and 3 more)"
    assert found["advice"] == "perdure kit create; all of it: perdure copies status"
