"""Passkeys: enrolment, and signing in with one, which counts as both factors (WebAuthn)."""

from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from perdure.accounts.model import Passkey
from perdure.accounts.queries import factors, people, sign_in
from perdure.accounts.service.credentials import first_codes_in, keep_factor_in, note_factor_in
from perdure.accounts.service.proof import prove_password
from perdure.accounts.service.sign_in import Entry, open_session_in
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.runtime import Runtime

REFUSED: Final = "The passkey was not accepted. Please try again."
_LIFE_MS: Final = 300_000
_MOST: Final = 20


class _Verified(msgspec.Struct, frozen=True):
    credential_id: str
    public_key: str
    sign_count: int


async def begin_enrolment(rt: Runtime, account_id: int, password: str) -> str:
    """Options (JSON) for the browser's ``navigator.credentials.create``. Asks for the password first."""
    await prove_password(rt, account_id, password)
    view = (await rt.db.read(people.views, [account_id]))[account_id]
    known = await rt.db.read(factors.passkeys_of, account_id)
    options = generate_registration_options(
        rp_id=_rp_id(rt),
        rp_name=rt.settings.domain,
        user_id=str(account_id).encode(),
        user_name=view.username,
        user_display_name=view.display_name or view.username,
        exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(key.credential_id)) for key in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    await _remember(rt, options.challenge, account_id)
    return options_to_json(options)


async def finish_enrolment(rt: Runtime, account_id: int, credential: str, name: str) -> tuple[Passkey, list[str]]:
    """Store the passkey that the browser made; returns it with recovery codes if the account had none.

    Raises Invalid for one that does not verify.
    """
    challenge = _challenge_of(credential)
    row = await rt.db.write("factors.challenge", factors.take_challenge, challenge)
    if row is None or row.account_id != account_id:
        raise Invalid(REFUSED)
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_rp_id(rt),
            expected_origin=rt.settings.base_url,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise Invalid(REFUSED, reason=str(error)) from error
    verified = _Verified(
        bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key), found.sign_count
    )
    return await rt.db.write("factors.passkey_add", _add_in, account_id, verified, name.strip()[:100] or "Passkey")


async def passkeys(rt: Runtime, account_id: int) -> list[Passkey]:
    """An account's passkeys, oldest first."""
    return await rt.db.read(factors.passkeys_of, account_id)


async def remove_passkey(rt: Runtime, account_id: int, password: str, passkey_id: int) -> None:
    """Forget one of one's own passkeys. Raises NotFound."""
    await prove_password(rt, account_id, password)
    await rt.db.write("factors.passkey_remove", _remove_in, account_id, passkey_id)


async def begin_passkey_sign_in(rt: Runtime) -> str:
    """Options (JSON) for ``navigator.credentials.get``: whoever shows a known passkey signs in."""
    options = generate_authentication_options(rp_id=_rp_id(rt), user_verification=UserVerificationRequirement.REQUIRED)
    await _remember(rt, options.challenge, None)
    return options_to_json(options)


async def finish_passkey_sign_in(rt: Runtime, credential: str, *, user_agent: str, address: str) -> Entry:
    """Sign a browser in by passkey. Raises Invalid for one that does not verify."""
    challenge = _challenge_of(credential)
    row = await rt.db.write("factors.challenge", factors.take_challenge, challenge)
    known = await rt.db.read(factors.passkey_by_credential, str(_parsed(credential).get("id", "")))
    if row is None or known is None:
        raise Invalid(REFUSED)
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_rp_id(rt),
            expected_origin=rt.settings.base_url,
            credential_public_key=base64url_to_bytes(known.public_key),
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise Invalid(REFUSED, reason=str(error)) from error
    return await rt.db.write("sign_in.passkey", _sign_in_in, known, found.new_sign_count, user_agent, address)


def _rp_id(rt: Runtime) -> str:
    return urlsplit(rt.settings.base_url).hostname or "localhost"


async def _remember(rt: Runtime, challenge: bytes, account_id: int | None) -> None:
    until = rt.clock.now_ms() + _LIFE_MS
    text = bytes_to_base64url(challenge)
    await rt.db.write("factors.ask", factors.insert_challenge, text, account_id, until)


def _parsed(credential: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(credential, type=dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise Invalid(REFUSED) from error


def _challenge_of(credential: str) -> str:
    """The challenge that a browser answers, from its signed data: it names the row that proves it is ours."""
    try:
        data = base64url_to_bytes(_parsed(credential)["response"]["clientDataJSON"])
        return str(msgspec.json.decode(data)["challenge"])
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(REFUSED) from error


def _add_in(tx: Tx, account_id: int, verified: _Verified, name: str) -> tuple[Passkey, list[str]]:
    if len(factors.passkeys_of(tx, account_id)) >= _MOST:
        raise Invalid("Validation failed: There are too many passkeys already")
    added = Passkey(
        id=tx.new_id(),
        account_id=account_id,
        credential_id=verified.credential_id,
        public_key=verified.public_key,
        sign_count=verified.sign_count,
        name=name,
        created_at=tx.now,
        last_used_at=None,
    )
    if not factors.insert_passkey(tx, **msgspec.structs.asdict(added)):
        raise Invalid(REFUSED)
    note_factor_in(tx, account_id, "factor.passkey_added")
    return added, first_codes_in(tx, account_id)


def _remove_in(tx: Tx, account_id: int, passkey_id: int) -> None:
    if not factors.delete_passkey(tx, account_id, passkey_id):
        raise NotFound
    keep_factor_in(tx, account_id)
    login = people.login_of(tx, account_id)
    if login is not None and not login.totp_secret and not factors.passkeys_of(tx, account_id):
        sign_in.replace_recovery_codes(tx, account_id, [])
    note_factor_in(tx, account_id, "factor.passkey_removed")


def _sign_in_in(tx: Tx, known: Passkey, sign_count: int, user_agent: str, address: str) -> Entry:
    factors.update_passkey(tx, known.id, sign_count=sign_count, last_used_at=tx.now)
    return Entry(known.account_id, session_token=open_session_in(tx, known.account_id, user_agent, address))
