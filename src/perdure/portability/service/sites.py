"""Sites whose signature counts here: named by the operator, or asked while they still answer."""

import re
from typing import Final

import msgspec

from perdure.audit.service.ledger import append_in
from perdure.delivery import service as delivery
from perdure.delivery.errors import Refused, Unreachable
from perdure.delivery.model import Wanted
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.portability.model import Signature
from perdure.portability.ports import Signer
from perdure.portability.queries import runs
from perdure.portability.tables import known_site

_KEY: Final = re.compile(r"[0-9a-f]{64}")
_HOST: Final = re.compile(r"[a-z0-9.\-]{1,253}(:[0-9]{1,5})?")
_WANTED: Final = Wanted(types=frozenset({"application/json"}), most=65_536, seconds=5.0)
log = logger("portability")


class _Key(msgspec.Struct):
    public_key: str


class _WellKnown(msgspec.Struct):
    host: str
    keys: list[_Key]


def trust_in(tx: Tx, host: str, public_key: str) -> None:
    """Take the archives that a key signed as those of a site. Raises Invalid."""
    host, public_key = host.strip().lower(), public_key.strip().lower()
    if not _HOST.fullmatch(host) or not _KEY.fullmatch(public_key):
        raise Invalid("a site is named by its host, and its key by 64 hexadecimal digits")
    tx.upsert(known_site, ("host", "public_key"), host=host, public_key=public_key, source="operator", added_at=tx.now)
    append_in(tx, actor_id=None, action="site.trust", subject="site:1", host=host, public_key=public_key)


def distrust_in(tx: Tx, host: str) -> None:
    """Believe a site's keys no longer. Raises NotFound."""
    if not tx.delete(known_site, host=host.strip().lower()):
        raise NotFound("this site is not known")
    append_in(tx, actor_id=None, action="site.distrust", subject="site:1", host=host)


def known_in(tx: Tx) -> list[Row]:
    """Every site that is known."""
    return runs.sites(tx)


async def judge(rt: Runtime, host: str, key: str) -> Signature:
    """What a signature by ``key`` in the name of ``host`` is worth; a site that is not known is asked for its key."""
    if not key:
        return "none"
    if host.lower() == rt.settings.domain.lower():
        return "signed" if key == rt.port(Signer).public_key() else "unknown"
    if key in await rt.db.read(runs.keys_of, host.lower()):
        return "signed"
    if key in await _asked(rt, host):
        await rt.db.write("portability.site", _met_in, host.lower(), key)
        return "signed"
    return "unknown"


def _met_in(tx: Tx, host: str, key: str) -> None:
    tx.insert_new(known_site, host=host, public_key=key, source="fetched", added_at=tx.now)


async def _asked(rt: Runtime, host: str) -> set[str]:
    """The keys that a site itself names, over HTTPS; nothing where it does not answer."""
    if not _HOST.fullmatch(host.lower()):
        return set()
    try:
        answer = await delivery.fetch(rt, f"https://{host.lower()}/.well-known/perdure", _WANTED)
        found = msgspec.json.decode(answer.body, type=_WellKnown) if answer.status == 200 else None
    except (Refused, Unreachable, msgspec.DecodeError, UnicodeDecodeError) as error:
        log.info("site_silent", host=host, reason=repr(error))
        return set()
    return {one.public_key for one in found.keys} if found and found.host.lower() == host.lower() else set()
