"""Refusals of accounts, as clients expect them."""

from perdure.kernel.errors import AppError, Forbidden, Invalid

Faults = dict[str, list[tuple[str, str]]]


class OAuthError(AppError):
    """A refusal in the words of RFC 6749: ``code`` is what programs read."""

    kind = "oauth"

    def __init__(self, code: str, public: str, status: int = 400) -> None:
        super().__init__(public)
        self.code = code
        self.status = status


class FactorMissing(Forbidden):
    """Staff without a second factor: they may sign in and set one up, and use no staff right before."""


def human(field: str) -> str:
    """A field's name in front of its fault."""
    return {"email": "Email"}.get(field, field.replace("_", " ").capitalize())


def invalid(faults: Faults) -> Invalid:
    """All faults of a form in one sentence, and each by field."""
    texts = [f"{human(field)} {text}" for field, found in faults.items() for _code, text in found]
    return Invalid("Validation failed: " + ", ".join(texts), faults)


def taken(field: str) -> Invalid:
    """A name or address that exists already."""
    return invalid({field: [("ERR_TAKEN", "has already been taken")]})
