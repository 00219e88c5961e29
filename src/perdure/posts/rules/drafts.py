"""What a draft must satisfy, in the words that clients compare."""

from typing import Final, NoReturn

from perdure.kernel.errors import Invalid
from perdure.posts.model import VISIBILITIES, Draft, PollDraft

MAX_OPTIONS: Final = 4
MAX_OPTION_CHARACTERS: Final = 50
MIN_EXPIRATION_S: Final = 300
MAX_EXPIRATION_S: Final = 2_629_746
MAX_MEDIA: Final = 4
MAX_PINS: Final = 5
MIN_AHEAD_MS: Final = 300_000
IDEMPOTENCY_MS: Final = 3_600_000


def refuse(text: str) -> NoReturn:
    """Raise a validation error."""
    raise Invalid(f"Validation failed: {text}")


def check(draft: Draft, characters: int, most: int) -> None:
    """Raise :class:`Invalid` for a draft that cannot be published. ``characters`` counts text and warning."""
    if not draft.text.strip() and not draft.media_ids and draft.poll is None:
        refuse("Text can't be blank")
    if draft.poll is not None and not draft.text.strip():
        refuse("Text can't be blank")
    if characters > most:
        refuse(f"Text character limit of {most} exceeded")
    if draft.visibility is not None and draft.visibility not in VISIBILITIES:
        refuse("Visibility is not included in the list")
    if len(draft.media_ids) > MAX_MEDIA:
        refuse("Cannot attach more than 4 files")
    if draft.poll is not None:
        if draft.media_ids:
            refuse("Cannot attach files and a poll to the same post")
        check_poll(draft.poll)


def check_poll(poll: PollDraft) -> None:
    """Raise :class:`Invalid` for a poll that breaks a limit."""
    if len(poll.options) < 2 or any(not option.strip() for option in poll.options):
        refuse("Options must have more than one item")
    if len(poll.options) > MAX_OPTIONS:
        refuse(f"Options can't contain more than {MAX_OPTIONS} items")
    if any(len(option) > MAX_OPTION_CHARACTERS for option in poll.options):
        refuse(f"Options can't be longer than {MAX_OPTION_CHARACTERS} characters each")
    if len(set(poll.options)) != len(poll.options):
        refuse("Options contain duplicate items")
    if poll.expires_in_s < MIN_EXPIRATION_S:
        refuse("Expires at is too soon")
    if poll.expires_in_s > MAX_EXPIRATION_S:
        refuse("Expires at is too far into the future")
