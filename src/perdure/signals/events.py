"""What scoring found."""

from typing import ClassVar

from perdure.kernel.events import Event


class Flagged(Event, frozen=True):
    """Something needs more than to be published. ``signal_ids`` are the rows that say why."""

    kind: ClassVar[str] = "signals.flagged"
    subject_kind: str
    subject_id: int
    subject_version: int
    author_id: int
    action: str  # of the action matrix
    severity: int  # 0 to 3, 0 is the gravest
    policy: str  # key of the house rule
    score: float  # 0 to 1
    signal_ids: tuple[int, ...]
    source: str  # rule, classifier, exact_text, near_text, media_hash, link, velocity, sweep
    acted_at_post: bool = False  # the post was held before anybody could see it


class SweepAsked(Event, frozen=True):
    """Copies of what an entry of the bank was made from are to be found."""

    kind: ClassVar[str] = "signals.sweep_asked"
    entry_id: int
