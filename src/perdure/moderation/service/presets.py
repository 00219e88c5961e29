"""Warning presets: texts that a site writes once, and its staff's apps use by number."""

from typing import Final

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.text import clean
from perdure.moderation.model.decisions import WarningPreset
from perdure.moderation.queries import presets as queries
from perdure.moderation.rules.statements import Faults
from perdure.moderation.tables.decisions import warning_preset

_MOST: Final = 100
_TITLE_MOST: Final = 120
_TEXT_MOST: Final = 2000


def all_in(tx: Tx, staff_id: int) -> list[WarningPreset]:
    """Every preset, by title. Asks for ``manage_users``."""
    accounts.authorise_in(tx, staff_id, "manage_users")
    return [_view(row) for row in queries.every(tx, _MOST)]


def text_in(tx: Tx, preset_id: int) -> str:
    """The text of one. Raises NotFound."""
    text: str = _one(tx, preset_id).text
    return text


def add_in(tx: Tx, staff_id: int, title: str, text: str) -> WarningPreset:
    """Keep a new preset. Asks for ``manage_settings``; raises Invalid, the field named."""
    accounts.authorise_in(tx, staff_id, "manage_settings")
    given = _checked(title, text)
    if queries.count(tx) >= _MOST:
        raise Invalid(f"There are {_MOST} presets already: change one, or remove one first")
    preset_id = tx.new_id()
    stamps = {"created_by": staff_id, "created_at": tx.now, "updated_at": tx.now}
    tx.insert(warning_preset, id=preset_id, **given, **stamps, version=1)
    _log(tx, staff_id, "add", preset_id, title)
    return _view(_one(tx, preset_id))


def change_in(
    tx: Tx, staff_id: int, preset_id: int, title: str, text: str, version: int | None = None
) -> WarningPreset:
    """Give a preset other words; statements made with it stay. Raises as :func:`add_in`, NotFound, Conflict."""
    accounts.authorise_in(tx, staff_id, "manage_settings")
    row, given = _one(tx, preset_id), _checked(title, text)
    if version is not None and row.version != version:
        raise Conflict("Somebody else changed this preset meanwhile: look again")
    tx.update(warning_preset, {"id": preset_id}, **given, updated_at=tx.now, version=row.version + 1)
    _log(tx, staff_id, "change", preset_id, title)
    return _view(_one(tx, preset_id))


def remove_in(tx: Tx, staff_id: int, preset_id: int) -> None:
    """Remove a preset. Asks for ``manage_settings``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_settings")
    row = _one(tx, preset_id)
    tx.delete(warning_preset, id=preset_id)
    _log(tx, staff_id, "remove", preset_id, row.title)


def _one(tx: Tx, preset_id: int) -> Row:
    row = queries.one(tx, preset_id)
    if row is None:
        raise NotFound
    return row


def _checked(title: str, text: str) -> dict[str, str]:
    given = {"title": clean(title).strip(), "text": clean(text).strip()}
    faults = Faults()
    for name, most in (("title", _TITLE_MOST), ("text", _TEXT_MOST)):
        faults.unless(given[name], name, "ERR_BLANK", "can't be blank")
        faults.unless(len(given[name]) <= most, name, "ERR_TOO_LONG", f"is too long (maximum is {most} characters)")
    faults.refuse()
    return given


def _view(row: Row) -> WarningPreset:
    return WarningPreset(**{name: getattr(row, name) for name in WarningPreset.__struct_fields__})


def _log(tx: Tx, staff_id: int, verb: str, preset_id: int, title: str) -> None:
    audit.append_in(tx, actor_id=staff_id, action=f"preset.{verb}", subject=f"preset:{preset_id}", title=title)
