"""User names, addresses, passwords: what may be chosen."""

import re
from collections.abc import Iterable
from typing import Final

NAME_MAX: Final = 30
DISPLAY_NAME_MAX: Final = 30
NOTE_MAX: Final = 500
FIELDS_MAX: Final = 4
FIELD_MAX: Final = 255
PASSWORD_MIN: Final = 8
PASSWORD_MAX: Final = 128
REASON_MAX: Final = 500
_NAME: Final = re.compile(r"[A-Za-z0-9_]+\Z")
_EMAIL: Final = re.compile(r"[^@\s,<>\"]{1,64}@[^@\s.,<>\"]+(\.[^@\s.,<>\"]+)*\Z")
_DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\Z")
_RESERVED_TEXT: Final = (
    "abuse account accounts admin administrator hostmaster instance mod moderator perdure postmaster root site "
    "support system webmaster security help staff everyone"
)
RESERVED: Final = frozenset(_RESERVED_TEXT.split())


def name_key(name: str) -> str:
    """The form under which user names are unique."""
    return name.lower()


def email_key(email: str) -> str:
    """The form under which addresses are unique: no case, no ``+tag``, and no dots where a provider ignores them."""
    local, _, host = email.strip().lower().rpartition("@")
    local = local.split("+", 1)[0] or local
    if host in {"gmail.com", "googlemail.com"}:
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"


def name_faults(name: str, reserved: frozenset[str] = RESERVED) -> list[tuple[str, str]]:
    """What is wrong with a user name, as error codes and descriptions."""
    if not name:
        return [("ERR_BLANK", "can't be blank")]
    faults = []
    if not _NAME.match(name):
        faults.append(("ERR_INVALID", "must contain only letters, numbers and underscores"))
    if len(name) > NAME_MAX:
        faults.append(("ERR_TOO_LONG", f"is too long (maximum is {NAME_MAX} characters)"))
    if name_key(name) in reserved:
        faults.append(("ERR_RESERVED", "is reserved"))
    return faults


def is_mail_domain(domain: str) -> bool:
    """Whether a text is the domain of an address, as operators name it to refuse it."""
    return bool(_DOMAIN.match(domain))


def mail_domain_blocked(email: str, blocked: Iterable[str]) -> bool:
    """Whether an address is at one of the domains, or below one."""
    host = email.strip().lower().rpartition("@")[2]
    return any(host == domain or host.endswith(f".{domain}") for domain in map(str.lower, blocked))


def email_faults(email: str) -> list[tuple[str, str]]:
    """What is wrong with an address."""
    if not email:
        return [("ERR_BLANK", "can't be blank")]
    if len(email) > 254 or not _EMAIL.match(email):
        return [("ERR_INVALID", "is invalid")]
    return []


def password_faults(password: str) -> list[tuple[str, str]]:
    """What is wrong with a new password."""
    if not password:
        return [("ERR_BLANK", "can't be blank")]
    if len(password) < PASSWORD_MIN:
        return [("ERR_TOO_SHORT", f"is too short (minimum is {PASSWORD_MIN} characters)")]
    if len(password) > PASSWORD_MAX:
        return [("ERR_TOO_LONG", f"is too long (maximum is {PASSWORD_MAX} characters)")]
    return []
