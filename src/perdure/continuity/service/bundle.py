"""The config bundle: gather it where the site lives, and put it back on a new host."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from perdure.continuity.model.bundle import Bundle, BundledFile
from perdure.continuity.rules import bundle as rules
from perdure.continuity.rules import keeping
from perdure.continuity.rules.keeping import Fate
from perdure.continuity.service import disk, site, stores
from perdure.kernel.errors import Conflict, Invalid
from perdure.kernel.settings import Settings

SETTINGS_FILE: Final = "perdure.toml"
LARGEST_FILE: Final = 8 * 1024 * 1024
"""Bytes of one file; a larger one stays behind and is told."""
_OF_THE_MACHINE: Final = frozenset({"data", "host", "port", "workers", "peer_test", "peer_test_tls"})
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_CLASSIFIER: Final = re.compile(r"local-\d{1,9}")


class Collected(NamedTuple):
    """An object to be stored, the digest of what it says, and the files that it leaves out."""

    data: bytes
    digest: str
    left_out: tuple[str, ...]


class Installed(NamedTuple):
    """What :func:`install` did with one file: ``written``, ``same`` or ``replaced``."""

    path: str
    action: str


def collect(
    data: Path, settings: Settings, rows: Mapping[str, str], *, name: str, now_ms: int, known: str = ""
) -> Collected | None:
    """The bundle as an object to be stored under ``name``; None where it says what ``known`` (a digest) says.

    ``rows`` are the keys that live in the database. Raises Invalid where the site has no kit, or a file cannot be read.
    """
    bundle = gather(data, settings, rows, name=name, now_ms=now_ms)
    digest = rules.digest(bundle)
    if digest == known:
        return None
    packed = rules.pack(bundle, site.host_key(data), site.voucher(data) or b"")
    return Collected(packed, digest, bundle.left_out)


def gather(data: Path, settings: Settings, rows: Mapping[str, str], *, name: str, now_ms: int) -> Bundle:
    """Everything a new host needs beside the rows. Raises Invalid where the site has no kit."""
    known = site.load_site(data)
    if known is None:
        raise Invalid("This site has no recovery kit: nobody could open its copies. Make one: perdure kit create")
    files, left_out = _files(data, settings)
    return Bundle(
        name=name,
        made_at=now_ms,
        release=version("perdure"),
        site=known,
        settings=_settings(data, settings),
        files=files,
        rows=dict(sorted(rows.items())),
        left_out=left_out,
    )


def unnamed(data: Path, settings: Settings) -> list[str]:
    """Files of the data directory whose fate nobody decided."""
    return [path for path, fate, _ in _walk(data, settings) if fate is None]


def install(
    bundle: Bundle, data: Path, settings: Mapping[str, Any] | None = None, *, replace: bool = False
) -> list[Installed]:
    """Put the bundle's files back; ``settings`` are values that differ here (``database_url``), empty for the default.

    Files that differ already are left alone and named in a Conflict before anything is written, unless ``replace``.
    """
    files = _to_write(bundle, settings or {})
    differing = [file.path for file in files if _before(data / file.path) not in {None, file.data}]
    if differing and not replace:
        raise Conflict(f"{data} holds other files already ({', '.join(differing)}): nothing was written")
    done = []
    for file in files:
        before = _before(data / file.path)
        if before != file.data:
            disk.write_private(data / file.path, file.data, file.mode & 0o770 | 0o600)
        action = "same" if before == file.data else "written" if before is None else "replaced"
        done.append(Installed(file.path, action))
    return done


def _to_write(bundle: Bundle, changed: Mapping[str, Any]) -> list[BundledFile]:
    for file in bundle.files:
        parts = file.path.split("/")
        if file.path.startswith("/") or not all(parts) or {".", ".."} & {*parts} or "\0" in file.path:
            raise Invalid(f"{bundle.name} holds a file outside the data directory ({file.path!r}): it is not installed")
    values = {name: value for name, value in (bundle.settings | dict(changed)).items() if value != ""}
    written = next((file for file in bundle.files if file.path == SETTINGS_FILE), None)
    others = [file for file in bundle.files if file is not written]
    if written is not None and _parsed(written.data) == values:
        return [*others, written]
    text = "# Written by perdure from the config bundle: the old host's file, variables and secret files in one.\n"
    text += "".join(f"{name} = {_toml(value)}\n" for name, value in sorted(values.items()))
    return [*others, BundledFile(SETTINGS_FILE, 0o600, text.encode())] if values else others


def _before(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error


def _files(data: Path, settings: Settings) -> tuple[tuple[BundledFile, ...], tuple[str, ...]]:
    taken, left = [], []
    for path, fate, size in _walk(data, settings):
        if fate is Fate.BUNDLED and size <= LARGEST_FILE:
            taken.append(_taken(data, path))
        elif fate is Fate.BUNDLED or fate is None:
            left.append(path)
    return tuple(taken), tuple(left)


def _taken(data: Path, path: str) -> BundledFile:
    try:
        return BundledFile(path, (data / path).stat().st_mode & 0o777, (data / path).read_bytes())
    except OSError as error:
        raise Invalid(f"{data / path} cannot be read for the config bundle: {error.strerror}") from error


def _walk(data: Path, settings: Settings) -> Iterator[tuple[str, Fate | None, int]]:
    """Path, fate and size of every file, sorted by path. Folders that hold nothing for the bundle are not entered."""
    urls = [one.url for one in stores.load(data).stores]
    rules_here = keeping.rules_for(settings, _live_classifier(data), urls)
    waiting = [data]
    found: list[tuple[str, Fate | None, int]] = []
    while waiting:
        for entry in waiting.pop().iterdir():
            path = entry.relative_to(data).as_posix()
            if entry.is_dir():
                inside = keeping.fate(f"{path}/x", rules_here)
                if inside not in {Fate.BUNDLED, None} and not keeping.holds_bundled(path, rules_here):
                    continue
                if entry.is_symlink():  # may lead anywhere, or round in a circle
                    found.append((path, None, 0))
                else:
                    waiting.append(entry)
            elif entry.is_file() and not _under_way(entry.name):
                found.append((path, keeping.fate(path, rules_here), entry.stat().st_size))
    yield from sorted(found)


def _under_way(name: str) -> bool:
    """A file that is being written beside the one it replaces."""
    return name.startswith(".") and name.endswith(".part")


def _live_classifier(data: Path) -> str:
    try:
        name = (data / "classifier" / "live").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return "-"
    return name if _CLASSIFIER.fullmatch(name) else "-"


def _settings(data: Path, settings: Settings) -> dict[str, Any]:
    """The file's own values, and over them what is in force and no default; not what is the machine's own."""
    values = _parsed(_before(data / SETTINGS_FILE) or b"")
    for field in msgspec.structs.fields(Settings):
        value = getattr(settings, field.name)
        if field.name in _OF_THE_MACHINE or (field.name == "base_url" and urlsplit(value).hostname in _LOCAL):
            continue
        if value != field.default or field.name in values:
            values[field.name] = list(value) if isinstance(value, tuple) else value
    return values


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{SETTINGS_FILE} cannot be read for the config bundle: {error}") from error


def _toml(value: Any) -> str:
    """A value of the settings in TOML: text, number, yes or no, or a list of them."""
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
