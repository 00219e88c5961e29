"""Files in an object store that speaks S3."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Bucket

from perdure.kernel.errors import Invalid, NotFound, Unavailable

_OPTIONS: Final = frozenset(
    {"endpoint", "region", "access_key_id", "secret_access_key", "virtual_hosted_style_request"}
)
_PIECE: Final = 1_048_576


class S3Store:
    """``s3://bucket/prefix?endpoint=…&region=…&access_key_id=…&secret_access_key=…``.

    What the URL leaves out comes from the usual ``AWS_…`` variables.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if unknown := sorted(set(given) - _OPTIONS):
            raise Invalid(f"Settings: storage_url: unknown option {unknown[0]!r}")
        options: Any = {"region": "us-east-1", **given}
        self._bucket = Bucket(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            config=options,
            client_options={"allow_http": options.get("endpoint", "").startswith("http://"), "timeout": "60s"},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
        )

    async def put(self, key: str, source: Path, mime: str) -> None:
        """Upload a file, in parts where it is large."""
        with _faults():
            await obstore.put_async(self._bucket, key, source, attributes={"Content-Type": mime})

    async def size(self, key: str) -> int:
        """How many bytes a key holds."""
        with _faults():
            return int((await obstore.head_async(self._bucket, key))["size"])

    async def chunks(self, key: str, first: int, count: int) -> AsyncIterator[bytes]:
        """Part of an object, one request a piece, so that a reader who leaves costs one piece at most."""
        end = first + count
        while first < end:
            until = min(first + _PIECE, end)
            with _faults():
                piece = bytes(await obstore.get_range_async(self._bucket, key, start=first, end=until))
            if not piece:
                return
            yield piece
            first += len(piece)

    async def fetch(self, key: str, into: Path) -> None:
        """Download an object."""
        with _faults():
            found = await obstore.get_async(self._bucket, key)
            with into.open("wb") as file:
                async for piece in found.stream(min_chunk_size=_PIECE):
                    file.write(bytes(piece))

    async def delete(self, key: str) -> None:
        """Remove an object."""
        try:
            with _faults():
                await obstore.delete_async(self._bucket, key)
        except NotFound:
            return


@contextmanager
def _faults() -> Iterator[None]:
    """The store's errors in our words."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound from error
    except (BaseError, OSError) as error:
        raise Unavailable("The file store does not answer now.", reason=str(error)[:300]) from error
