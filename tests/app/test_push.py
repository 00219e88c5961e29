"""Web Push (api.md §3.11) against a push service on loopback that decrypts what arrives."""

import base64
import json
import os
from collections.abc import Iterator
from typing import Any

import http_ece
import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from perdure.accounts import service as accounts
from perdure.graph import service as graph
from perdure.kernel.settings import Settings
from perdure.posts import service as posts
from tests.app.people import Person, person
from tests.app.test_notifications import publish
from tests.conftest import LOOPBACK
from tests.elsewhere import Answer, Asked, Elsewhere, elsewhere
from tests.site import NOW, Site, rows

PATH = "/api/v1/push/subscription"
KINDS = {
    "mention", "quote", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quoted_update",
    "admin.sign_up", "admin.report",
}  # fmt: skip


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Phone:
    """An app's side of Web Push."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)
        self.point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def request(self, alerts: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        keys = {"p256dh": text(self.point), "auth": text(self.secret)}
        subscription = {"endpoint": self.endpoint, "keys": keys, "standard": more.pop("standard", True)}
        return {"subscription": subscription, "data": {"alerts": alerts or {"mention": True}, **more}}

    def read(self, asked: Asked) -> dict[str, Any]:
        if asked.headers["Content-Encoding"] == "aes128gcm":
            opened = http_ece.decrypt(asked.body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        else:
            salt = raw(asked.headers["Encryption"].removeprefix("salt="))
            dh = raw(asked.headers["Crypto-Key"].split(";")[0].removeprefix("dh="))
            how = {"salt": salt, "dh": dh, "auth_secret": self.secret, "version": "aesgcm"}
            opened = http_ece.decrypt(asked.body, private_key=self.key, **how)
        return dict(json.loads(opened))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, **LOOPBACK)


@pytest.fixture
def service() -> Iterator[Elsewhere]:
    with elsewhere() as found:
        found.answers["/push"] = Answer(status=201)
        yield found


@pytest.fixture
def phone(service: Elsewhere) -> Phone:
    return Phone(service.url + "/push")


@pytest.fixture
def alice(site: Site) -> Person:
    return person(site, "alice")


@pytest.fixture
def bob(site: Site) -> Person:
    return person(site, "bob", display_name="Bob B.")


def subscribe(site: Site, someone: Person, request: dict[str, Any]) -> dict[str, Any]:
    answer = site.post(PATH, someone.token, json=request)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def claims(token: str, key: str) -> dict[str, Any]:
    """The claims of a JSON Web Token, once its signature is known to be good."""
    head, body, signature = token.split(".")
    r, s = int.from_bytes(raw(signature)[:32], "big"), int.from_bytes(raw(signature)[32:], "big")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key))
    public.verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES256"}
    return dict(json.loads(raw(body)))


@pytest.mark.parametrize("standard", [True, False])
def test_a_notification_is_pushed_encrypted_and_signed_in_both_encodings(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone, standard: bool
) -> None:
    made = subscribe(site, alice, phone.request(standard=standard))
    publish(site, bob, "hello @alice,\n\nhow are you?")
    site.work()
    [asked] = service.asked
    told = site.get("/api/v1/notifications", alice.token).json()[0]
    assert phone.read(asked) == {
        "access_token": alice.token,
        "preferred_locale": "en",
        "notification_id": int(told["id"]),
        "notification_type": "mention",
        "icon": "http://perdure.test/static/avatar.svg",
        "title": "Bob B. mentioned you",
        "body": "hello @alice, how are you?",
    }
    assert alice.token.encode() not in asked.body
    assert (asked.method, asked.headers["TTL"], asked.headers["Urgency"]) == ("POST", "172800", "normal")
    if standard:
        scheme, _, rest = asked.headers["Authorization"].partition(" ")
        token, key = (part.split("=", 1)[1] for part in rest.split(","))
        assert scheme == "vapid"
    else:
        assert asked.headers["Content-Encoding"] == "aesgcm"
        token = asked.headers["Authorization"].removeprefix("WebPush ")
        key = asked.headers["Crypto-Key"].split(";p256ecdsa=")[1]
    found = claims(token, key)
    assert found["aud"] == service.url
    assert NOW // 1000 < found["exp"] <= NOW // 1000 + 86_400
    assert found["sub"].startswith("mailto:")
    assert key == made["server_key"]


def test_the_server_key_is_the_same_wherever_apps_look_for_it(site: Site, alice: Person, phone: Phone) -> None:
    key = subscribe(site, alice, phone.request())["server_key"]
    assert len(raw(key)) == 65
    assert site.get("/api/v2/instance").json()["configuration"]["vapid"]["public_key"] == key
    app = site.post("/api/v1/apps", json={"client_name": "App", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}).json()
    assert app["vapid_key"] == key
    assert site.get("/api/v1/apps/verify_credentials", alice.token).json()["vapid_key"] == key


def test_a_subscription_is_made_read_changed_and_removed(site: Site, alice: Person, phone: Phone) -> None:
    assert site.get(PATH, alice.token).status_code == 404
    assert site.put(PATH, alice.token, json={"data": {"policy": "none"}}).status_code == 404
    made = subscribe(site, alice, phone.request({"mention": True, "admin.report": "1", "unknown": True}))
    assert set(made) == {"id", "endpoint", "standard", "alerts", "policy", "server_key"}
    assert (made["endpoint"], made["standard"], made["policy"]) == (phone.endpoint, True, "all")
    assert made["alerts"] == {kind: kind in {"mention", "admin.report"} for kind in KINDS}
    assert site.get(PATH, alice.token).json() == made
    changed = site.put(PATH, alice.token, json={"data": {"alerts": {"follow": True}, "policy": "followed"}}).json()
    assert changed == {**made, "alerts": {kind: kind == "follow" for kind in KINDS}, "policy": "followed"}
    assert site.put(PATH, alice.token, json={"policy": "none"}).json()["policy"] == "none"
    assert site.get(PATH, alice.token).json()["alerts"]["follow"] is True
    assert site.delete(PATH, alice.token).json() == {}
    assert site.get(PATH, alice.token).json() == {"error": "Record not found"}
    assert site.delete(PATH, alice.token).json() == {}


def test_forms_and_plain_base64_are_taken_too(site: Site, alice: Person, phone: Phone) -> None:
    form = {
        "subscription[endpoint]": phone.endpoint,
        "subscription[keys][p256dh]": base64.b64encode(phone.point).decode(),
        "subscription[keys][auth]": base64.b64encode(phone.secret).decode(),
        "data[alerts][mention]": "true",
        "data[policy]": "follower",
    }
    answer = site.post(PATH, alice.token, data=form)
    assert answer.status_code == 200, answer.text
    assert answer.json()["alerts"]["mention"] is True
    assert (answer.json()["standard"], answer.json()["policy"]) == (False, "follower")


def test_a_token_has_one_subscription_and_a_new_one_takes_its_place(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone
) -> None:
    subscribe(site, alice, phone.request())
    service.answers["/other"] = Answer(status=201)
    other = Phone(service.url + "/other")
    subscribe(site, alice, other.request())
    publish(site, bob, "hi @alice")
    site.work()
    assert service.paths() == ["/other"]
    assert other.read(service.asked[0])["body"] == "hi @alice"


UNREACHABLE: list[dict[str, Any]] = [
    {"endpoint": "http://10.0.0.1/push"},
    {"endpoint": "ftp://example.org/push"},
    {"endpoint": "not a url"},
    {"endpoint": ""},
    {"keys": {"p256dh": "AAAA", "auth": "AAAAAAAAAAAAAAAAAAAAAA"}},
    {"keys": {"p256dh": text(b"\x04" + b"\x01" * 64), "auth": "AAAAAAAAAAAAAAAAAAAAAA"}},
    {"keys": {"p256dh": "not base64!", "auth": "AAAAAAAAAAAAAAAAAAAAAA"}},
    {"keys": {}},
]


def test_an_address_that_cannot_be_pushed_to_is_refused(site: Site, alice: Person, phone: Phone) -> None:
    for change in UNREACHABLE:
        request = phone.request()
        request["subscription"] |= change
        answer = site.post(PATH, alice.token, json=request)
        assert answer.status_code == 422, change
        assert answer.json()["error"].startswith("Validation failed: ")
    assert site.get(PATH, alice.token).status_code == 404


def test_short_secrets_and_unknown_policies_are_refused(site: Site, alice: Person, phone: Phone) -> None:
    request = phone.request()
    request["subscription"]["keys"]["auth"] = "AAAA"
    assert site.post(PATH, alice.token, json=request).json()["error"] == "Validation failed: Key auth is invalid"
    wrong = site.post(PATH, alice.token, json=phone.request(policy="sometimes"))
    assert (wrong.status_code, wrong.json()["error"]) == (
        422,
        "Validation failed: Policy is not included in the list",
    )


def test_pushes_need_their_scope(site: Site, phone: Phone) -> None:
    narrow = person(site, "carol", scope="read write follow")
    for answer in (site.post(PATH, narrow.token, json=phone.request()), site.get(PATH, narrow.token)):
        assert (answer.status_code, answer.json()["error"]) == (403, "This action is outside the authorized scopes")


def test_only_the_kinds_asked_for_are_pushed(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone
) -> None:
    subscribe(site, alice, phone.request({"favourite": True, "follow": True}))
    post_id = publish(site, alice, "mine")
    publish(site, bob, "hi @alice")
    site.write(posts.vote_in, bob.id, post_id, 1)
    site.write(graph.follow_in, bob.id, alice.id)
    site.work()
    assert sorted(phone.read(asked)["notification_type"] for asked in service.asked) == ["favourite", "follow"]


@pytest.mark.parametrize("follows", ["alice", "bob"])
def test_the_policy_of_a_subscription_says_from_whom(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone, follows: str
) -> None:
    follower, followed = (alice, bob) if follows == "alice" else (bob, alice)
    site.write(graph.follow_in, follower.id, followed.id)
    pushed = set()
    for policy in ("all", "none", "followed", "follower"):
        subscribe(site, alice, phone.request(policy=policy))
        before = len(service.asked)
        publish(site, bob, "hi @alice")
        site.work()
        if len(service.asked) > before:
            pushed.add(policy)
    assert pushed == ({"all", "followed"} if follows == "alice" else {"all", "follower"})


def test_what_waits_as_a_request_or_is_filtered_out_is_not_pushed(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone
) -> None:
    subscribe(site, alice, phone.request())
    publish(site, bob, "psst @alice", visibility="direct")
    words = {"title": "x", "context": ["notifications"], "filter_action": "hide"}
    made = site.post("/api/v2/filters", alice.token, json={**words, "keywords_attributes": [{"keyword": "spinach"}]})
    assert made.status_code == 200
    publish(site, bob, "@alice eat your spinach")
    site.work()
    assert service.asked == []


def test_a_subscription_that_is_gone_is_forgotten(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone
) -> None:
    for status in (404, 410, 403):
        service.answers["/push"] = Answer(status=status)
        subscribe(site, alice, phone.request())
        publish(site, bob, f"{status} @alice")
        site.work()
        assert site.get(PATH, alice.token).status_code == 404
        publish(site, bob, f"again {status} @alice")
        site.work()
    assert len(service.asked) == 3


def test_a_push_service_that_is_away_is_asked_again_and_the_message_arrives_once(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone
) -> None:
    service.answers["/push"] = Answer(status=503)
    subscribe(site, alice, phone.request())
    publish(site, bob, "hi @alice")
    site.work()
    service.answers["/push"] = Answer(status=201)
    site.work()
    assert len(service.asked) == 1  # not before its time
    site.clock.advance(seconds=2)
    site.work()
    site.clock.advance(days=1)
    site.work()
    assert len(service.asked) == 2
    assert phone.read(service.asked[1])["body"] == "hi @alice"


def test_old_news_is_given_up_and_who_is_never_there_is_forgotten(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone
) -> None:
    service.answers["/push"] = Answer(status=503)
    subscribe(site, alice, phone.request())
    for number in range(20):
        assert site.get(PATH, alice.token).status_code == 200
        publish(site, bob, f"{number} hi @alice")
        site.work()
        site.clock.advance(seconds=3601)
        site.work()
    assert site.get(PATH, alice.token).status_code == 404
    assert site.read(rows, "SELECT 1 FROM outbox_delivery") == []


def test_a_message_too_large_for_the_service_is_dropped_and_the_subscription_stays(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone
) -> None:
    service.answers["/push"] = Answer(status=413)
    subscribe(site, alice, phone.request())
    publish(site, bob, "hi @alice")
    site.work()
    site.clock.advance(days=1)
    site.work()
    assert len(service.asked) == 1
    assert site.get(PATH, alice.token).status_code == 200


def test_long_posts_and_names_fit_every_push_service_and_a_warning_stands_for_its_post(
    site: Site, alice: Person, service: Elsewhere, phone: Phone
) -> None:
    carol = person(site, "carol", display_name="é" * 2000)
    subscribe(site, alice, phone.request())
    publish(site, carol, "@alice " + "ü" * 900)
    publish(site, carol, "@alice secret", spoiler_text="Spiders")
    site.work()
    assert all(len(asked.body) <= 4096 for asked in service.asked)
    assert {phone.read(asked)["body"][:7] for asked in service.asked} == {"@alice ", "Spiders"}


def test_a_revoked_token_is_pushed_to_no_more(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone
) -> None:
    subscribe(site, alice, phone.request())
    [token] = site.read(accounts.tokens_in, alice.id)
    site.run(accounts.revoke_own, site.rt, alice.id, token.id)
    publish(site, bob, "hi @alice")
    site.work()
    assert service.asked == []
    assert site.read(rows, "SELECT 1 FROM push_subscription") == []


def test_the_token_lies_encrypted_in_the_database(site: Site, alice: Person, phone: Phone) -> None:
    subscribe(site, alice, phone.request())
    assert alice.token not in str(site.read(rows, "SELECT * FROM push_subscription"))


def test_a_push_speaks_the_readers_language(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone
) -> None:
    site.run(accounts.change_locale, site.rt, alice.id, "fr")
    subscribe(site, alice, phone.request())
    publish(site, bob, "salut @alice")
    site.work()
    found = phone.read(service.asked[0])
    assert (found["preferred_locale"], found["title"]) == ("fr", "Bob B. vous a mentionné")


def test_a_push_service_that_redirects_is_not_followed_and_left(
    site: Site, alice: Person, bob: Person, service: Elsewhere, phone: Phone
) -> None:
    with elsewhere("127.0.0.2") as other:
        other.answers["/push"] = Answer(status=307, headers=(("Location", "http://10.0.0.1/"),))
        subscribe(site, bob, Phone(other.url.replace("127.0.0.1", "127.0.0.2") + "/push").request())
        subscribe(site, alice, phone.request())
        publish(site, alice, "hi @bob")
        publish(site, bob, "hi @alice")
        site.work()
        assert len(service.asked) == 1
        assert other.paths() == ["/push"]  # a redirect is not followed, and ends the subscription
    assert site.get(PATH, bob.token).status_code == 404
