"""What discovery asks before it ranks anything: scoring stands above it, so wiring hands the answer down."""

from collections.abc import Sequence
from typing import Literal, Protocol

from perdure.kernel.db import Tx

Place = Literal["trends", "offers"]
"""``trends`` is what many people make of something; ``offers`` are suggestions, the directory, search, featured."""
Kind = Literal["tag", "post", "link", "account"]


class RankGuard(Protocol):
    """Stands in front of every ranking."""

    def may_rank_in(self, tx: Tx, place: Place, kind: Kind, keys: Sequence[str]) -> set[str]:
        """Those among ``keys`` (folded hashtags, or ids as text) that may be ranked. Writes nothing."""
