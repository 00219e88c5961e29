"""The key pair with which this site signs web pushes (VAPID), made at first use."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from perdure.accounts.queries import site
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
