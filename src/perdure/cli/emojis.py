"""``perdure emojis``: the site's own emoji."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from perdure.cli.common import DATA, Data, existing, opened, show_table

emojis_app = typer.Typer(no_args_is_help=True, help="The site's own emoji.")


@emojis_app.command("add")
def add_emoji(
    shortcode: Annotated[str, typer.Argument(help="What people type between colons.")],
    file: Annotated[Path, typer.Argument(help="A picture.")],
    category: Annotated[str | None, typer.Option(help="The group it is shown in.")] = None,
    data: Data = DATA,
) -> None:
    """Add an emoji."""
    from perdure.accounts import service as accounts
    from perdure.accounts.model import Emoji
    from perdure.kernel.errors import AppError, Invalid
    from perdure.media import service as media

    if not file.is_file():
        raise Invalid(f"there is no file {file}")
    with opened(existing(data)) as rt:
        key = asyncio.run(media.make_picture(rt, file, "preview"))
        try:
            rt.db.write_now("emojis.add", accounts.add_emoji_in, Emoji(shortcode, key, category, True))  # noqa: FBT003 - a column
        except AppError:
            asyncio.run(media.forget_picture(rt, key))
            raise
        rt.bus.publish("outbox")
    typer.echo(f":{shortcode}: is here.")


@emojis_app.command("list")
def list_emojis(data: Data = DATA) -> None:
    """Show every emoji."""
    from perdure.accounts import service as accounts

    with opened(existing(data)) as rt:
        found = rt.db.read_now(accounts.every_emoji_in)
    if not found:
        typer.echo("There are none. Add one: perdure emojis add CODE FILE")
        return
    show_table(("code", "category", "file"), ((one.shortcode, one.category or "–", one.file_key) for one in found))


@emojis_app.command("remove")
def remove_emoji(shortcode: str, data: Data = DATA) -> None:
    """Take an emoji away; its code stays in the texts that name it."""
    from perdure.accounts import service as accounts
    from perdure.media import service as media

    with opened(existing(data)) as rt:
        gone = rt.db.write_now("emojis.remove", accounts.remove_emoji_in, shortcode)
        asyncio.run(media.forget_picture(rt, gone.file_key))
        rt.bus.publish("outbox")
    typer.echo(f":{shortcode}: is gone.")
