"""Refusals as pages tell them: in the reader's language, beside the field they are about.

The domains refuse in the exact English that clients of the API compare; here each of those sentences finds its words
in the catalogue's group ``faults``. A sentence we do not know is shown as it is to who reads English, and by its kind
to everybody else.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from perdure.kernel.errors import AppError, Invalid
from perdure.web.words import Words

_PREFIX: Final = "Validation failed: "
# Sentence of a domain → key of ``faults``; named groups are the figures in it.
_SENTENCES: Final = tuple(
    (re.compile(rf"(?:\w[\w ]*? )?{pattern}\.?\Z"), key)
    for pattern, key in (
        (r"Text can't be blank", "post_blank"),
        (r"This site is read-only(?:: .*)?", "reading"),
        (r"can't be blank", "blank"),
        (r"Warn them first: .*", "warn_first"),
        (r"They are suspended already", "suspended_already"),
        (r"must be within the next 180 days", "within_days"),
        (r"must name what suspends the account", "suspending_decision"),
        (r"Your reports are not looked at .*", "reports_rest"),
        (r"Your appeals are not looked at .*", "appeals_rest"),
        (r"There is a sender with the name .* already", "sender_taken"),
        (r"name .*, which is no domain", "domains"),
        (r"name .*, which is in none of the domains", "no_address_of_domain"),
        (r"must name the exact ones: .*", "exact_addresses"),
        (r"Say why it is corrected", "correction"),
        (r"Version \d+ of \d+ says the same: there is nothing to correct", "nothing_to_correct"),
        (r"The last decisions can still be undone: publish in two minutes", "undoable"),
        (r"names nobody we know", "nobody"),
        (r"must be accepted", "accept"),
        (r"must contain only letters, numbers and underscores", "letters"),
        (r"is too long \(maximum is (?P<most>\d+) characters\)", "long"),
        (r"is too short \(minimum is (?P<least>\d+) characters\)", "short"),
        (r"is reserved", "reserved"),
        (r"has already been taken", "taken"),
        (r"is not included in the list", "choice"),
        (r"is invalid", "form"),
        (r"character limit of (?P<most>\d+) exceeded", "post_long"),
        (r"Cannot attach more than 4 files", "many_files"),
        (r"Cannot attach files and a poll to the same post", "poll_files"),
        (r"Cannot attach a video to a post that already contains images", "mixed_files"),
        (r"Cannot attach files that have not finished processing\. Try again in a moment!", "files_waiting"),
        (r"Media .* not found or already attached to another post", "files_gone"),
        (r"File content type is invalid, File is invalid", "file"),
        (r"File size must be less than (?P<most>\d+) MB", "file_big"),
        (r"This site does not take video or audio: it has no ffmpeg", "no_film"),
        (r"must have more than one item", "poll_few"),
        (r"can't contain more than (?P<most>\d+) items", "poll_many"),
        (r"can't be longer than (?P<most>\d+) characters each", "poll_long"),
        (r"contain duplicate items", "poll_double"),
        (r"Expires at is too soon", "soon"),
        (r"The scheduled date must be in the future", "soon"),
        (r"Expires at is too far into the future", "far"),
        (r"The poll has already ended", "poll_over"),
        (r"You have already voted on this poll", "voted"),
        (r"The chosen vote option does not exist", "no_option"),
        (r"Someone else's post cannot be pinned", "pin_other"),
        (r"A boost cannot be pinned", "pin_echo"),
        (r"Posts that are only visible to mentioned users cannot be pinned", "pin_direct"),
        (r"You have already pinned the maximum number of posts", "pin_many"),
        (r"Invalid e-mail address, user name or password", "sign_in"),
        (r"The password is not right", "password"),
        (r"Invalid two-factor code", "code"),
        (r"Too many wrong passwords or codes\. Try again in ten minutes", "too_many_codes"),
        (r"The sign-in took too long\. Please start again", "slow_sign_in"),
        (r"The passkey was not accepted\. Please try again", "passkey"),
        (r"There are too many passkeys already", "many_passkeys"),
        (r"This link is used up or too old\. Ask for a new one", "link"),
        (r"Your login is currently disabled", "disabled"),
        (r"Your login is missing a confirmed e-mail address", "unconfirmed"),
        (r"Your login is currently pending approval", "unapproved"),
        (r"must be between 1 and (?P<most>\d+)", "uses_between"),
        (r"must be within a year", "within_year"),
        (r"You have too many open invitations\. Revoke some first", "many_invites"),
        (r"Without scripts, please wait 20 seconds after the page opened, then send the form again", "too_soon"),
        (r"came too soon", "too_soon"),
        (r"The check against machines did not work\. Please send the form again", "proof"),
        (r"did not work", "proof"),
        (r"Too many attempts from your network\. Try again later", "network"),
        (r"contains a disallowed e-mail provider", "mail_domain"),
        (r"can be changed once in 30 days", "rename_soon"),
        (r"is not yours", "not_yours"),
        (r"is nobody here", "nobody"),
        (r"is not right", "password"),
        (r"is no picture that can be read", "picture"),
        (r"Staff needs a second factor: add another one before you remove this one", "last_factor"),
        (r"This action needs a second factor\..*", "factor"),
        (r"need a text of at most (?P<most>\d+) characters each", "rules"),
        (r"must be one domain a line", "domains"),
        (r"is not a valid domain name", "domain"),
        (r"The file is too large", "file_large"),
        (r"Only an active account can have a role", "not_active"),
        (r"This method is only available while the e-mail is awaiting confirmation", "confirmed"),
        (r"The owner of a site cannot leave it: make somebody else the owner first", "owner"),
        (r"The redirect uri included is not valid", "redirect_uri"),
        (r"The requested scope is invalid, unknown, or malformed", "scope"),
        (r"Client authentication failed due to unknown client.*", "client"),
        (r"is no post or account here", "letter_address"),
        (r"Every item that you chose has an outcome already: somebody else was faster", "letter_gone"),
        (r"Something about this letter changed while you read the answer: .*", "letter_changed"),
        (r"Items of this letter are pending: .*", "letter_pending"),
        (r"The deadline is over: more time is asked for before it, never after\..*", "letter_over"),
        (r"Nothing of this letter is pending: .*", "letter_done"),
        (r"must be after the deadline, by thirty days at most", "letter_until"),
        (r"Nothing was found under item (?P<n>\d+): .*", "letter_empty_item"),
        (r"Item (?P<n>\d+) is no post: .*", "letter_no_post"),
        (r"Something was found under an item that you chose: .*", "letter_found"),
        (r"is no outcome that is given without a decision", "letter_choice"),
        (r"This letter is still being read: .*", "letter_reading"),
        (r"This answer is \w+: look again", "letter_answer"),
        (r"Somebody else works on this case right now", "letter_held"),
        (r"It is too late to (?:take|undo) this.*", "letter_late"),
    )
)


class Problem(msgspec.Struct, frozen=True):
    """A refusal ready to be shown: ``text`` for the whole form, ``fields`` for what each field did wrong."""

    text: str
    fields: dict[str, str] = {}


def explained(t: Words, error: AppError) -> Problem:
    """A refusal in the reader's language."""
    details = error.details if isinstance(error, Invalid) else {}
    fields = {name: " ".join(_sentence(t, text) for _code, text in found) for name, found in details.items()}
    if fields:
        return Problem(t("faults.fields"), fields)
    text = error.public.removeprefix(_PREFIX)
    return Problem(_known(t, text) or _unknown(t, error))


def _sentence(t: Words, text: str) -> str:
    return _known(t, text) or (text if t.language == "en" else t("faults.field"))


def _known(t: Words, text: str) -> str | None:
    return next(_matches(t, text), None)


def _matches(t: Words, text: str) -> Iterator[str]:
    for pattern, key in _SENTENCES:
        if match := pattern.match(text):
            yield t.of("faults", key, **{name: int(value) for name, value in match.groupdict().items()})


def _unknown(t: Words, error: AppError) -> str:
    if t.has("faults.kinds", error.kind) and (t.language != "en" or error.kind != "invalid"):
        return t.of("faults.kinds", error.kind)
    return error.public.removeprefix(_PREFIX)
