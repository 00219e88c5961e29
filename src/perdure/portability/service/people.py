"""Who of an archive's people is here: by a name of this site, or because an account here continues theirs."""

from collections import defaultdict
from collections.abc import Iterable

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.text import key
from perdure.portability.queries import carried as queries


def parts(account: str) -> tuple[str, str]:
    """Folded name and host of ``name@host``."""
    name, _, host = account.strip().lstrip("@").rpartition("@")
    return key(name), host.lower()


def here_in(tx: Tx, domain: str, given: Iterable[str]) -> dict[str, int]:
    """Ids by ``name@host``, of those who are here. A like name is nobody: only a proven continuation counts."""
    by_host: dict[str, dict[str, str]] = defaultdict(dict)
    for account in given:
        name, host = parts(account)
        if name and host:
            by_host[host][account] = name
    found: dict[str, int] = {}
    for host, names in by_host.items():
        ids = _own_in(tx, names.values()) if host == domain.lower() else _continued_in(tx, host, names.values())
        found |= {account: ids[name] for account, name in names.items() if name in ids}
    return found


def _own_in(tx: Tx, names: Iterable[str]) -> dict[str, int]:
    ids = accounts.ids_by_names_in(tx, names)
    views = accounts.views_in(tx, ids.values())
    return {
        name: one
        for name, one in ids.items()
        if one in views and not views[one].hidden and views[one].state != "pending"
    }


def _continued_in(tx: Tx, host: str, names: Iterable[str]) -> dict[str, int]:
    """A key proves more than an archive; among equals, whoever came first."""
    best: dict[str, Row] = {}
    for row in queries.continued(tx, host, list(dict.fromkeys(names))):
        kept = best.get(row.username_key)
        if row.proof and (kept is None or (row.proof == "key" and kept.proof != "key")):
            best[row.username_key] = row
    views = accounts.views_in(tx, [row.account_id for row in best.values()])
    return {
        name: row.account_id
        for name, row in best.items()
        if row.account_id in views and not views[row.account_id].hidden
    }
