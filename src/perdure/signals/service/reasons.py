"""Why staff changes what machines do: one or two sentences, kept in the record."""

from typing import Final

from perdure.kernel.errors import Invalid

MOST: Final = 500


def check_reason(said: str) -> None:
    """Raise Invalid, the field named, for a reason that is blank or longer than 500 characters."""
    fault = ("ERR_BLANK", "can't be blank") if not said else None
    if len(said) > MOST:
        fault = ("ERR_TOO_LONG", f"is too long (maximum is {MOST} characters)")
    if fault is not None:
        raise Invalid(f"Validation failed: Reason {fault[1]}", {"reason": [fault]})
