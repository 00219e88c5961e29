"""The site's own keys, made at first use and kept with its data: for signing web pushes (VAPID), and for sealing."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from perdure.accounts.queries import site
from perdure.accounts.rules import secrets
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime


async def vapid_private_pem(rt: Runtime) -> str:
    """The private key in PEM."""
    found = await rt.db.read(site.secret, "vapid")
    if found is not None:
        return found
    key = ec.generate_private_key(ec.SECP256R1())
    made = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return await rt.db.write("site.vapid", site.keep_secret, "vapid", made)


async def vapid_public_key(rt: Runtime) -> str:
    """The public key as clients take it: an uncompressed point in URL-safe base64."""
    key = load_pem_private_key((await vapid_private_pem(rt)).encode(), None)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


async def seal(rt: Runtime, text: str) -> str:
    """Encrypt a secret that has to be stored in a form that can be read again."""
    return (await _sealer(rt)).encrypt(text.encode()).decode()


async def unseal(rt: Runtime, sealed: str) -> str | None:
    """The secret that :func:`seal` encrypted; None where the site's key has changed since."""
    try:
        return (await _sealer(rt)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def seal_in(tx: Tx, text: str) -> str:
    """:func:`seal` in the caller's transaction, which must be one that writes."""
    key = site.secret(tx, "seal") or site.keep_secret(tx, "seal", Fernet.generate_key().decode())
    return Fernet(key).encrypt(text.encode()).decode()


def unseal_in(tx: Tx, sealed: str) -> str | None:
    """The secret that :func:`seal_in` encrypted; None where the site's key has changed since."""
    key = site.secret(tx, "seal")
    try:
        return None if key is None else Fernet(key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def keyed_in(tx: Tx, text: str) -> str:
    """An HMAC (hex) under a key of the site: alike for the same text, and no dictionary finds the text again.

    The caller's transaction must be one that writes.
    """
    key = site.secret(tx, "keyed") or site.keep_secret(tx, "keyed", secrets.fresh())
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def site_secrets_in(tx: Tx) -> dict[str, str]:
    """All keys of the site by name, for the config bundle: whoever holds them can speak for the site."""
    return site.all_secrets(tx)


def put_back_secrets_in(tx: Tx, kept: Mapping[str, str]) -> list[str]:
    """Keep those of the secrets that the database lacks; what it has counts. Returns the names of those put back."""
    missing = kept.keys() - site.all_secrets(tx).keys()
    for name in missing:
        site.keep_secret(tx, name, kept[name])
    return sorted(missing)


async def _sealer(rt: Runtime) -> Fernet:
    found = await rt.db.read(site.secret, "seal")
    if found is None:
        found = await rt.db.write("site.seal", site.keep_secret, "seal", Fernet.generate_key().decode())
    return Fernet(found)
