"""An account is continued elsewhere by whoever holds its key, without its old site, and its people find it."""

import html
import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from perdure.continuity.rules import signing
from tests.app.archives import archive, opened
from tests.app.people import Person, person
from tests.app.test_imports import bring, trusts
from tests.app.test_imports import other as other
from tests.app.test_pages_settings import signed_in
from tests.app.test_posts import say
from tests.command import Command
from tests.site import Site

BASE = "/api/perdure/v1"


def registered(site: Site, someone: Person) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    answer = site.put(f"{BASE}/identity", someone.token, json={"public_key": key.public_key().public_bytes_raw().hex()})
    assert answer.status_code == 200, answer.text
    return key


def prove(site: Site, someone: Person, key: Ed25519PrivateKey, name: str = "alice") -> int:
    claim = {"host": "perdure.test", "username": name}
    text = site.post(f"{BASE}/continuations/challenge", someone.token, json=claim).json()["challenge"]
    signed = claim | {"signature": key.sign(text.encode()).hex()}
    return site.post(f"{BASE}/continuations/prove", someone.token, json=signed).status_code


def test_the_site_signs_who_somebody_is_in_advance(site: Site) -> None:
    alice = person(site, "alice")
    assert site.get(f"{BASE}/identity", alice.token).status_code == 404
    for wrong in ("", "00", "g" * 64):
        assert site.put(f"{BASE}/identity", alice.token, json={"public_key": wrong}).status_code == 422
    key = registered(site, alice)
    known = site.get("/.well-known/perdure").json()["keys"][0]["public_key"]
    for data in (site.get(f"{BASE}/identity", alice.token).content, opened(archive(site, alice)).read("identity.json")):
        found = signing.verify("member-identity", data, {known}, "the identity").document
        assert (found["host"], found["username"]) == ("perdure.test", "alice")
        assert found["recovery_key"] == key.public_key().public_bytes_raw().hex()
    site.work()
    assert site.delete(f"{BASE}/identity", alice.token).status_code == 200
    assert site.get(f"{BASE}/identity", alice.token).status_code == 404


def test_whoever_holds_the_key_continues_the_account_and_its_followers_find_it(site: Site, other: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.post(f"/api/v1/accounts/{alice.id}/follow", bob.token, json={"notify": True})
    key, data, follower = registered(site, alice), archive(site, alice), archive(site, bob)
    trusts(other, site)
    new_bob, new_alice, thief = person(other, "bob"), person(other, "alison"), person(other, "alice")
    bring(other, new_bob, follower, profile=False)
    bring(other, thief, data, profile=False)
    bring(other, new_alice, data, profile=False)
    assert other.get(f"{BASE}/continuations", thief.token).json()[0]["proof"] == ""
    following = f"/api/v1/accounts/{new_bob.id}/following"
    assert other.get(following).json() == []
    assert prove(other, thief, Ed25519PrivateKey.generate()) == 422
    assert prove(other, new_alice, key) == 200
    assert [one["acct"] for one in other.get(following).json()] == ["alison"]
    relation = other.get(f"/api/v1/accounts/relationships?id={new_alice.id}", new_bob.token).json()[0]
    assert (relation["following"], relation["notifying"]) == (True, True)
    proven = other.get(f"{BASE}/accounts/{new_alice.id}/continuations").json()
    assert [(one["username"], one["host"], one["proof"]) for one in proven] == [("alice", "perdure.test", "key")]
    assert other.get(f"{BASE}/accounts/{thief.id}/continuations").json() == []
    assert "@alice@perdure.test" in other.get("/@alison").text
    assert "@alice@perdure.test" not in other.get("/@alice").text


def test_without_a_key_a_signed_archive_brings_followers_and_an_unsigned_one_nobody(site: Site, other: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.post(f"/api/v1/accounts/{alice.id}/follow", bob.token)
    data, follower = archive(site, alice), archive(site, bob)
    new_bob, early = person(other, "bob"), person(other, "early")
    bring(other, early, data, profile=False)
    trusts(other, site)
    new_alice = person(other, "alice")
    bring(other, new_alice, data, profile=False)
    bring(other, new_bob, follower, profile=False)
    assert [one["acct"] for one in other.get(f"/api/v1/accounts/{new_bob.id}/following").json()] == ["alice"]
    claim = {"host": "perdure.test", "username": "alice"}
    assert other.post(f"{BASE}/continuations/challenge", new_alice.token, json=claim).status_code == 422
    assert other.get(f"{BASE}/accounts/{new_alice.id}/continuations").json() == []


def test_a_challenge_holds_once_and_for_an_hour(site: Site, other: Site) -> None:
    alice, new_alice = person(site, "alice"), person(other, "alice")
    key = registered(site, alice)
    trusts(other, site)
    bring(other, new_alice, archive(site, alice), profile=False)
    claim = {"host": "perdure.test", "username": "alice"}
    text = other.post(f"{BASE}/continuations/challenge", new_alice.token, json=claim).json()["challenge"]
    assert f"{new_alice.id}@other.test" in text
    signed = claim | {"signature": key.sign(text.encode()).hex()}
    site.clock.advance(seconds=3601)
    assert other.post(f"{BASE}/continuations/prove", new_alice.token, json=signed).status_code == 422
    assert prove(other, new_alice, key) == 200
    assert other.post(f"{BASE}/continuations/prove", new_alice.token, json=signed).status_code == 422


def test_in_a_browser_an_archive_comes_in_and_the_key_is_proven(
    site: Site, other: Site, command: Command, tmp_path: Path
) -> None:
    alice, file = person(site, "alice"), tmp_path / "my.key"
    say(site, alice, "from the old house")
    public = command("identity", "new", file).out.strip()
    site.put(f"{BASE}/identity", alice.token, json={"public_key": public})
    trusts(other, site)
    signed_in(other, "alison")
    other.post("/settings/move/archive", files={"archive": ("a.zip", archive(site, alice))})
    other.work()
    page = other.get("/settings/move").text
    assert "1 post came in." in page
    assert "signed by a known site" in page
    assert "Brought in from @alice@perdure.test" in other.get("/@alison").text
    claim = {"host": "perdure.test", "username": "alice"}
    shown = other.post("/settings/move/prove", data=claim).text
    text = html.unescape(re.findall(r"<pre>(.*?)</pre>", shown, re.DOTALL)[0])
    done = command("identity", "sign", file, text)
    assert (
        "proven with your key" in other.post("/settings/move/prove", data=claim | {"signature": done.out.strip()}).text
    )
    assert command("identity", "sign", file, "give me money").status == 2
    assert command("identity", "new", file).status == 2


def test_a_key_proves_whose_it_is_and_where_the_browser_cannot_the_server_makes_one_shown_once(site: Site) -> None:
    alice = signed_in(site, "alice")
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw().hex()
    for name, status in (("bob", 422), ("alice", 200)):
        proof = key.sign(f"perdure-recovery-key\n{name}@perdure.test\n{public}".encode()).hex()
        given = {"public_key": public, "proof": proof}
        assert site.put(f"{BASE}/identity", alice.token, json=given).status_code == status
    assert site.get(f"{BASE}/identity", alice.token).json()["document"]["proof"] == proof
    page = site.post("/settings/move/key", data={"make": "1"}).text
    (private,) = re.findall(r"<pre class=\"secret\">([0-9a-f]{64})</pre>", page)
    document = site.get(f"{BASE}/identity", alice.token).json()["document"]
    assert document["recovery_key"] == signing.public_of(bytes.fromhex(private)) != public
    assert private not in site.get("/settings/move").text
    assert not any(private.encode() in one.read_bytes() for one in site.rt.settings.data.rglob("*") if one.is_file())
