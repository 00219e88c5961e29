"""Web Push: encrypts for one browser or phone, signs with the site's key, and posts through the guard.

Standard: RFC 8030 (delivery), RFC 8291 (encryption ``aes128gcm``), RFC 8292 (VAPID). Legacy: the fourth draft of
RFC 8291 (``aesgcm``) and the first of RFC 8292, which older apps know.
"""

import base64
import binascii
import os
from typing import Any, Final
from urllib.parse import urlsplit

import http_ece
import msgspec
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from perdure.delivery.errors import Refused, Unreachable
from perdure.delivery.ports import Outgoing
from perdure.kernel.clock import Clock
from perdure.kernel.errors import Invalid
from perdure.notifications.model import PushAddress
from perdure.notifications.ports import PushOutcome

_TTL_S: Final = 172_800
_TOKEN_S: Final = 43_200
_POINT: Final = 65
_SECRET: Final = 16
_AGAIN: Final = frozenset({408, 425, 429})
# A push service that does not take this message may take the next one.
_ONLY_THIS: Final = frozenset({413, 415, 422})


class WebPush:
    """Implements :class:`perdure.notifications.ports.PushGateway`."""

    def __init__(self, outgoing: Outgoing, clock: Clock) -> None:
        self._outgoing = outgoing
        self._clock = clock

    def checked(self, address: PushAddress) -> PushAddress:
        """Normalise keys. Raises Invalid for an address that can never be reached."""
        try:
            self._outgoing.check(address.endpoint)
        except Refused as error:
            raise Invalid("Validation failed: Endpoint is not a valid URL") from error
        point, secret = _bytes(address.p256dh), _bytes(address.auth)
        if point is None or not _on_curve(point):
            raise Invalid("Validation failed: Key p256dh is invalid")
        if secret is None or len(secret) != _SECRET:
            raise Invalid("Validation failed: Key auth is invalid")
        return PushAddress(address.endpoint, _text(point), _text(secret), address.standard)

    async def send(self, address: PushAddress, payload: bytes, *, key_pem: str, contact: str) -> PushOutcome:
        """Encrypt, sign, post."""
        key = load_pem_private_key(key_pem.encode(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        body, headers = _standard(address, payload) if address.standard else _legacy(address, payload)
        token = _signed(key, address.endpoint, contact, self._clock.now_ms() // 1000 + _TOKEN_S)
        _authorise(headers, token, _text(_point_of(key)), standard=address.standard)
        headers |= {"TTL": str(_TTL_S), "Urgency": "normal", "Content-Type": "application/octet-stream"}
        return _outcome(await self._outgoing.post(address.endpoint, headers, body))


def _outcome(status: int) -> PushOutcome:
    if 200 <= status < 300:
        return "sent"
    if status in _AGAIN or status >= 500:
        raise Unreachable(f"The push service answered {status}")
    return "refused" if status in _ONLY_THIS else "gone"


def _standard(address: PushAddress, payload: bytes) -> tuple[bytes, dict[str, str]]:
    body = _encrypted(address, payload, version="aes128gcm", private_key=ec.generate_private_key(ec.SECP256R1()))
    return body, {"Content-Encoding": "aes128gcm"}


def _legacy(address: PushAddress, payload: bytes) -> tuple[bytes, dict[str, str]]:
    once, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    sender = _text(_point_of(once))
    body = _encrypted(address, payload, version="aesgcm", private_key=once, salt=salt, keyid=sender)
    return body, {
        "Content-Encoding": "aesgcm",
        "Encryption": f"salt={_text(salt)}",
        "Crypto-Key": f"dh={sender}",
    }


def _encrypted(address: PushAddress, payload: bytes, **how: Any) -> bytes:
    found = http_ece.encrypt(payload, dh=_bytes(address.p256dh), auth_secret=_bytes(address.auth), **how)
    return bytes(found)


def _authorise(headers: dict[str, str], token: str, public: str, *, standard: bool) -> None:
    if standard:
        headers["Authorization"] = f"vapid t={token},k={public}"
    else:
        headers["Authorization"] = f"WebPush {token}"
        headers["Crypto-Key"] += f";p256ecdsa={public}"


def _signed(key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, expires_s: int) -> str:
    """A JSON Web Token (ES256) for the endpoint's origin."""
    parts = urlsplit(endpoint)
    usual = parts.port in {None, {"http": 80, "https": 443}[parts.scheme]}
    audience = f"{parts.scheme}://{parts.netloc.rpartition(':')[0] if usual and parts.port else parts.netloc}"
    head = _text(b'{"typ":"JWT","alg":"ES256"}')
    claims = _text(msgspec.json.encode({"aud": audience, "exp": expires_s, "sub": contact}))
    r, s = decode_dss_signature(key.sign(f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())))
    return f"{head}.{claims}.{_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _on_curve(point: bytes) -> bool:
    if len(point) != _POINT:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, InvalidKey):
        return False
    return True


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    """Base64 in either alphabet, with or without padding; None for anything else."""
    bare = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
