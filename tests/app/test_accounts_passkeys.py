import base64
import hashlib
import json
import re
import secrets
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from perdure.accounts import service
from perdure.kernel.errors import Invalid, NotFound
from tests.app.people import Person, person
from tests.site import Site

ORIGIN = "http://perdure.test"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Authenticator:
    """A security key in software: what a browser and its key do."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.count = 0

    def _data(self, flags: int) -> bytes:
        self.count += 1
        return hashlib.sha256(b"perdure.test").digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, Any], origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": origin}).encode()

    def create(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        data = self._data(0x45) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options, origin)
        return self._answer({"attestationObject": b64(attestation), "clientDataJSON": b64(client)})

    def get(self, options: dict[str, Any], origin: str = ORIGIN) -> str:
        data = self._data(0x05)
        client = self._client("webauthn.get", options, origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"authenticatorData": b64(data), "clientDataJSON": b64(client), "signature": b64(signature)}
        return self._answer(response)

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response})


def enrol(site: Site, alice: Person) -> Authenticator:
    key = Authenticator()
    options = json.loads(site.run(service.begin_enrolment, site.rt, alice.id, "correct horse"))
    _passkey, codes = site.run(service.finish_enrolment, site.rt, alice.id, key.create(options), "Blue key")
    assert len(codes) == 10
    return key


def test_the_sign_in_page_takes_a_passkey(site: Site) -> None:
    key = enrol(site, person(site, "alice", password="correct horse"))
    script = re.search(r'src="(/static/passkey[^"]+)"', site.get("/auth/sign_in").text)
    assert script
    assert "navigator.credentials.get" in site.get(script[1]).text
    options = site.post("/auth/passkey/options").json()
    answer = site.post("/auth/passkey", content=key.get(options), headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert "HttpOnly" in answer.headers["set-cookie"]
    wrong = site.post("/auth/passkey", content="{}", headers={"Content-Type": "application/json"})
    assert (wrong.status_code, "error" in wrong.json()) == (422, True)


def sign_in(site: Site, answer: str) -> Any:
    return site.run(service.finish_passkey_sign_in, site.rt, answer, user_agent="Test", address="127.0.0.1")


def test_a_passkey_alone_signs_in(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    key = enrol(site, alice)
    options = json.loads(site.run(service.begin_passkey_sign_in, site.rt))
    entry = sign_in(site, key.get(options))
    assert entry.account_id == alice.id
    found = site.run(service.viewer_for_session, site.rt, entry.session_token)
    assert found is not None
    assert found[0].account_id == alice.id


def test_a_passkey_answer_works_once_here_only_and_with_its_own_key(site: Site) -> None:
    key = enrol(site, person(site, "alice", password="correct horse"))
    options = json.loads(site.run(service.begin_passkey_sign_in, site.rt))
    answer = key.get(options)
    sign_in(site, answer)
    with pytest.raises(Invalid):
        sign_in(site, answer)
    options = json.loads(site.run(service.begin_passkey_sign_in, site.rt))
    with pytest.raises(Invalid):
        sign_in(site, key.get(options, origin="https://evil.example"))
    other = Authenticator()
    other.id = key.id
    options = json.loads(site.run(service.begin_passkey_sign_in, site.rt))
    with pytest.raises(Invalid):
        sign_in(site, other.get(options))
    for nonsense in ("", "{}", "[]", '{"response": {"clientDataJSON": "x"}}'):
        with pytest.raises(Invalid):
            sign_in(site, nonsense)


def test_with_a_passkey_a_password_alone_does_not_sign_in(site: Site) -> None:
    enrol(site, person(site, "alice", password="correct horse"))
    page = site.post(
        "/auth/sign_in", data={"user[email]": "alice", "user[password]": "correct horse"}, follow_redirects=False
    )
    assert page.status_code == 200
    assert "factor_token" in page.text


def test_a_passkey_is_removed_by_its_owner_only(site: Site) -> None:
    alice, bob = person(site, "alice", password="correct horse"), person(site, "bob", password="correct horse")
    enrol(site, alice)
    (key,) = site.run(service.passkeys, site.rt, alice.id)
    assert key.name == "Blue key"
    with pytest.raises(NotFound):
        site.run(service.remove_passkey, site.rt, bob.id, "correct horse", key.id)
    site.run(service.remove_passkey, site.rt, alice.id, "correct horse", key.id)
    assert site.run(service.passkeys, site.rt, alice.id) == []
