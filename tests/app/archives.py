"""A member's archive in tests: made by request, fetched, opened."""

import io
import zipfile
from typing import Any

import msgspec

from perdure.portability.service import exports
from tests.app.people import Person
from tests.site import Site

PATH = "/api/perdure/v1/exports"


def archive(site: Site, someone: Person) -> bytes:
    """Ask for an archive and fetch it. Older than five minutes, it is made anew."""
    started = site.post(PATH, someone.token)
    assert started.status_code == 202, started.text
    site.run(exports.finish, site.rt, someone.id)
    answer = site.get(f"{PATH}/{started.json()['id']}/archive", someone.token)
    assert answer.status_code == 200, answer.text
    return answer.content


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def lines(box: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    """The documents of a file of lines."""
    return [msgspec.json.decode(line) for line in box.read(name).splitlines()]


def document(box: zipfile.ZipFile, name: str) -> Any:
    return msgspec.json.decode(box.read(name))
