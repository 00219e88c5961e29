"""Who may say that a host reigns, and which of several claims counts (continuity.md §3.7)."""

from collections.abc import Collection
from typing import TypeVar

import msgspec

from perdure.continuity.model.keys import VOUCHER, Site, Voucher
from perdure.continuity.model.reigns import Genesis, Head, Intent
from perdure.continuity.rules import signing
from perdure.kernel.errors import Invalid

T = TypeVar("T")


def read_genesis(data: bytes, site: Site, reigning: Collection[str], what: str) -> Genesis:
    """A genesis that counts: signed by the root key, by the host before, or by a host that the root key vouches for.

    ``reigning`` are public keys of the epoch before. Raises Invalid, which names ``what``.
    """
    claimed = _peek(data, what)
    trusted = {site.root, *reigning}
    if claimed.voucher:
        voucher = _as(
            signing.verify(VOUCHER, claimed.voucher.encode(), {site.root}, f"the voucher in {what}").document, Voucher
        )
        if voucher.host == claimed.host_key and voucher.site_id == site.site_id:
            trusted.add(voucher.host)
    genesis = _as(signing.verify("genesis", data, trusted, what).document, Genesis)
    if genesis.site != site.site_id:
        raise Invalid(f"{what} is of another site")
    return genesis


def epoch_of(data: bytes, what: str) -> int:
    """The epoch that a genesis claims, unverified. Raises Invalid, which names ``what``."""
    return _peek(data, what).epoch


def names_host(data: bytes, host_key: str) -> bool:
    """Whether a genesis, unverified, is of this host key."""
    return _peek(data, "the genesis").host_key == host_key


def read_intent(data: bytes, site: Site, reigning: Collection[str], what: str) -> Intent:
    """An intent that counts: signed by the root key or the reigning host. Raises Invalid, which names ``what``."""
    intent = _as(signing.verify("intent", data, {site.root, *reigning}, what).document, Intent)
    if intent.site != site.site_id:
        raise Invalid(f"{what} is of another site")
    return intent


def read_head(data: bytes, host_keys: Collection[str], what: str) -> Head:
    """A head, signed by a host that reigns or reigned. Raises Invalid, which names ``what``."""
    return _as(signing.verify("head", data, host_keys, what).document, Head)


def _peek(data: bytes, what: str) -> Genesis:
    try:
        return msgspec.json.decode(data, type=_Unverified).document
    except msgspec.DecodeError as error:
        raise Invalid(f"{what} is no genesis: it was damaged, or is not ours") from error


class _Unverified(msgspec.Struct):
    document: Genesis


def _as(document: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise Invalid(f"A signed {kind.__name__.lower()} is of a newer release: install that release") from error
