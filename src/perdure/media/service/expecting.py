"""Which objects of files should be at the stores, for those who look whether they are."""

from collections.abc import Iterator

from perdure.kernel.db import Tx
from perdure.media.queries import copies as queries
from perdure.media.rules.copying import object_name

_PAGE = 1_000


def objects_in(tx: Tx) -> Iterator[str]:
    """Names of all objects that the rows name."""
    after = ""
    while found := queries.objects_after(tx, after, _PAGE):
        yield from map(object_name, found)
        after = found[-1]
