"""What scoring tells the rest of the program."""

from typing import Final, Literal

SubjectKind = Literal["account", "post", "media", "profile_field", "poll", "link", "tag", "list", "message"]
SUBJECT_KINDS: Final[tuple[str, ...]] = (
    "account",
    "post",
    "media",
    "profile_field",
    "poll",
    "link",
    "tag",
    "list",
    "message",
)
# What the action matrix may answer, mildest first (safety.md §5.7).
Action = Literal["publish", "queue", "label", "limit", "hold_review", "auto_hold"]
