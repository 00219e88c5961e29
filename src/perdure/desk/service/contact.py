"""Where authorities and users reach this site, and in which languages (TCO Art 15, DSA Arts 11 and 12)."""

import re
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.desk.queries import orders as queries
from perdure.kernel.db import Tx
from perdure.kernel.errors import Conflict, Invalid

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_MOST: Final = {"name": 200, "country": 60, "representative": 300, "postal": 600, "email": 254, "telephone": 60,
                "authority": 300, "text_en": 5000, "text_fr": 5000}  # fmt: skip


class ContactInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator says.

    ``languages`` are those in which orders are taken (ISO 639-1), ``country`` where the main establishment or the
    legal representative is, ``authority`` who is competent for this site.

    ``answers_itself``: Annex II goes out without a person, as soon as everything is disabled. ``drills``: once a month
    the site tests itself.
    """

    name: str = ""
    country: str = ""
    representative: str = ""
    postal: str = ""
    email: str = ""
    telephone: str = ""
    languages: tuple[str, ...] = ("en",)
    text_en: str = ""
    text_fr: str = ""
    authority: str = ""
    answers_itself: bool = False
    drills: bool = True


class ContactView(ContactInput, frozen=True, kw_only=True):
    """The contact point as it stands; ``version`` 0: nobody said anything yet."""

    updated_at: int = 0
    version: int = 0


def contact_in(tx: Tx) -> ContactView:
    """The contact point, for everybody."""
    row = queries.point(tx)
    if row is None:
        return ContactView()
    plain = {name: getattr(row, name) for name in ContactView.__struct_fields__ if name != "languages"}
    return ContactView(languages=msgspec.json.decode(row.languages_json, type=tuple[str, ...]), **plain)


def change_in(tx: Tx, staff_id: int, given: ContactInput, version: int | None = None) -> ContactView:
    """Say where authorities reach this site. Asks for ``manage_settings``.

    Raises Invalid with every field named, Conflict where somebody else was faster than ``version``.
    """
    accounts.authorise_in(tx, staff_id, "manage_settings")
    before = contact_in(tx)
    if version is not None and version != before.version:
        raise Conflict("Somebody else changed this meanwhile: look again")
    tidy = msgspec.structs.replace(
        given,
        languages=tuple(dict.fromkeys(one.strip().lower() for one in given.languages if one.strip())),
        **{name: getattr(given, name).strip() for name in _MOST},
    )
    _check(tidy)
    plain = msgspec.structs.asdict(tidy)
    languages = msgspec.json.encode(plain.pop("languages")).decode()
    queries.keep_point(
        tx, **plain, languages_json=languages, updated_by=staff_id, updated_at=tx.now, version=before.version + 1
    )
    audit.append_in(tx, actor_id=staff_id, action="contact_point.change", subject="contact_point:1")
    return contact_in(tx)


def _check(given: ContactInput) -> None:
    faults: dict[str, list[tuple[str, str]]] = {}
    for name, most in _MOST.items():
        if len(getattr(given, name)) > most:
            faults[name] = [("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")]
    if given.email and not _EMAIL.fullmatch(given.email):
        faults["email"] = [("ERR_INVALID", "is no mail address")]
    if not given.languages or not all(_LANGUAGE.fullmatch(one) for one in given.languages):
        faults["languages"] = [("ERR_INVALID", "must be codes of languages, as en or fr")]
    if faults:
        said = ", ".join(f"{name.capitalize()} {found[0][1]}" for name, found in faults.items())
        raise Invalid(f"Validation failed: {said}", faults)
