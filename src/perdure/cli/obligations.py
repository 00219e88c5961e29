"""``perdure obligations``: what this site owes others, and until when."""

from pathlib import Path
from typing import Annotated, Any

import typer

from perdure.cli.common import DATA, AsJson, Data, existing, opened, show_table
from perdure.kernel.errors import Invalid

obligations_app = typer.Typer(no_args_is_help=True, help="The register of obligations and deadlines: list, set.")
_Key = Annotated[str, typer.Argument(help="As the list names it: tco.order, provider.aws, house.sev0.limit …")]


@obligations_app.command("list")
def show(
    key: Annotated[str, typer.Argument(help="One row: every version of it.")] = "",
    as_json: AsJson = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Show the register as it stands; with a key every version of one row."""
    import msgspec

    from perdure.moderation.service import obligations

    with opened(existing(data)) as rt:
        if key:
            found = rt.db.read_now(obligations.history_in, None, key)
        else:
            found = list(rt.db.read_now(obligations.register_in).values())
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    show_table(
        ("key", "applies", "limit", "target", "ends", "hours", "version", "source"),
        (
            (
                one.obligation.key,
                one.obligation.applies,
                one.obligation.limit or "–",
                one.obligation.target or "–",
                one.obligation.ends,
                one.obligation.hours.zone if one.obligation.hours else "all",
                f"{one.number}{'' if one.packaged else ' (own)'}",
                one.obligation.source,
            )
            for one in found
        ),
    )


@obligations_app.command("set")
def change(
    key: _Key,
    fields: Annotated[list[str] | None, typer.Argument(help="field=value, as limit=PT12H or applies=no")] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with the version.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="A row as TOML instead, as `obligations list KEY` names it.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Write a new version of a row, or a new row. Clocks that run keep their deadlines."""
    from perdure.moderation.service import obligations

    changes = _fields(fields or []) | (_file(file) if file else {})
    if not changes:
        raise Invalid("Say what changes: field=value, or --file")
    with opened(existing(data)) as rt:
        made = rt.db.write_now("obligations.set", obligations.set_in, None, key, changes, reason)
    typer.echo(f"{key}: version {made.number} holds for clocks that start from now on.")


def _fields(given: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise Invalid(f"{one}: write it as field=value")
        lead, _, language = name.partition(".")
        if lead == "title" and language:
            found.setdefault("title", {})[language] = value
        elif name in {"pause", "authorities"}:
            found[name] = [part for part in value.split(",") if part]
        elif name == "severities":
            found[name] = [int(part) if part.isdecimal() else -1 for part in value.split(",") if part]
        elif name == "extend":
            found[name] = value in {"yes", "true"}
        else:
            found[name] = value
    return found


def _file(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"{path} cannot be read as TOML: {error}") from error
    found.pop("key", None)
    return found
