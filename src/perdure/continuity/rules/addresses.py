"""Addresses of stores. An address never holds a secret: it is shown on pages, printed in kits and written to logs."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from perdure.kernel.errors import Invalid

SCHEMES: Final = ("file", "s3", "gs", "az", "webdav", "webdavs", "ftp", "ftps", "sftp", "opendal+SCHEME")
_SECRET: Final = re.compile(
    r"secret|passw|token|credential|account_key|application_key$|signature|sas|private", re.IGNORECASE
)
_SERVICE: Final = re.compile(r"opendal\+[a-z0-9_-]+")
_WITH_HOST: Final = frozenset({"s3", "gs", "az", "webdav", "webdavs", "ftp", "ftps", "sftp"})


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a store's URL. ``path`` has no slash at either end, ``options`` are those of the query."""

    scheme: str
    host: str
    port: int | None
    user: str
    path: str
    options: Mapping[str, str]

    @property
    def place(self) -> tuple[object, ...]:
        """What tells two places apart; not who enters, nor how."""
        entering = {"host_key", "region", "access_key_id", "skip_signature", "virtual_hosted_style_request"}
        scheme = {"webdavs": "webdav", "ftps": "ftp"}.get(self.scheme, self.scheme)
        where = tuple(sorted((name, value) for name, value in self.options.items() if name not in entering))
        return (scheme, self.host.casefold(), self.port, self.path, where)

    def only(self, *known: str) -> None:
        """Raise Invalid where the query names an option that this kind of store does not have."""
        for name in self.options:
            if name not in known:
                raise Invalid(
                    f"{self.scheme}: unknown option {name!r}; there are: {', '.join(sorted(known)) or 'none'}"
                )


def parse_address(url: str) -> Address:
    """The parts of an address. Raises Invalid for one that no store can be behind, or that holds a secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid("the store's address is malformed: its host or port cannot be read") from error
    if parts.scheme not in SCHEMES[:-1] and not _SERVICE.fullmatch(parts.scheme):
        raise Invalid(f"a store's address begins with one of: {', '.join(f'{one}://' for one in SCHEMES)}")
    if parts.password is not None:
        raise Invalid("the store's address holds a password: take it out and give it with --secret-file")
    if parts.scheme in _WITH_HOST and not parts.hostname:
        raise Invalid(f"{parts.scheme}: the address names no host or bucket, as in {parts.scheme}://NAME/path")
    if parts.scheme == "file" and (parts.netloc or parts.path in {"", "/"}):
        raise Invalid("file: write three slashes and the folder's whole path, as in file:///mnt/copies")
    host = unquote(parts.netloc.rpartition("@")[2]) if parts.scheme in {"s3", "gs", "az"} else parts.hostname or ""
    user = unquote(parts.username or "")
    return Address(parts.scheme, host, port, user, _path(parts.path), _options(parts.query))


def _path(path: str) -> str:
    found = unquote(path).strip("/")
    if any(part in {".", ".."} for part in found.split("/")) or "\x00" in found:
        raise Invalid("the store's address must not hold . or .. as a part of its path")
    return found


def _options(query: str) -> dict[str, str]:
    """The query as it is written: a plus sign is part of many a fingerprint, and no space."""
    found: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if _SECRET.search(name):
            raise Invalid(f"{name} is a secret and does not belong into an address: give it with --secret-file")
        found[unquote(name)] = unquote(value)
    return found


def parse_secret(text: str, alone: str, known: Container[str] | None = None) -> dict[str, str]:
    """What a secret file says: lines ``name=value``, or one value that stands ``alone`` under that name.

    A single line is a pair only where its name is ``known`` (None: any), for a password may well hold an equals sign. A
    PEM key stands under ``private_key``, a JSON document under ``json``. Raises Invalid without repeating any of it.
    """
    text = text.strip()
    if not text:
        return {}
    if text.startswith("-----BEGIN"):
        return {"private_key": text + "\n"}
    if text.startswith("{"):
        return {"json": text}
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    if len(pairs) == 1 and known is not None and pairs[0][0].strip() not in known:
        return {alone: text}
    if all(sign and re.fullmatch(r"[a-z][a-z0-9_]*", name.strip()) for name, sign, _ in pairs):
        return {name.strip(): value.strip() for name, _, value in pairs}
    if len(pairs) > 1:
        raise Invalid("the secret is neither one line, nor lines name=value, nor a PEM key, nor JSON")
    return {alone: text}
