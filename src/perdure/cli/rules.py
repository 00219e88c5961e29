"""``perdure rules`` and ``perdure links``: what fires on what, tried before it is switched on; where links may lead."""

from pathlib import Path
from typing import Annotated

import typer

from perdure.cli.common import DATA, Data, day, existing, opened, show_table

rules_app = typer.Typer(no_args_is_help=True, help="Rules as code: test, list, enable, disable.")
links_app = typer.Typer(no_args_is_help=True, help="Sites that posts may not link to.")


_Why = Annotated[str, typer.Option("--reason", help="Why; kept in the record.")]


@rules_app.command("test")
def try_rules(
    files: Annotated[list[Path] | None, typer.Argument(help="Rule files; none: all of the site.")] = None,
    text: Annotated[str | None, typer.Option(help="A text: say which rules fire on it.")] = None,
    data: Data = DATA,
) -> None:
    """Run the rules' own tests, and try them on harmless texts. Exit 1 where one fails."""
    from perdure.kernel.settings import load
    from perdure.signals.rules import ruleset
    from perdure.signals.service.rulebook import harmless

    if files:
        found = [rule for path in files for rule in ruleset.read_file(path)]
    else:
        found = ruleset.read_folders((ruleset.STARTER, load(data.resolve()).data / "rules"))
    if text is not None:
        fired = list(ruleset.Ruleset(found).hits(ruleset.seen_of(text)))
        for hit in fired:
            typer.echo(f"{hit.rule.written.name} ({hit.rule.written.policy}): {', '.join(hit.fired) or 'facts'}")
        typer.echo(f"{len(fired)} of {len(found)} rules fire.")
        return
    faults = [line for rule in found for line in ruleset.check(rule, harmless())]
    for line in faults:
        typer.echo(line)
    tests = sum(len(rule.written.test) for rule in found)
    typer.echo(f"{len(found)} rules, {tests} tests, {len(faults)} faults.")
    if faults:
        raise typer.Exit(1)


@rules_app.command("list")
def list_rules(data: Data = DATA) -> None:
    """Show every rule, whether it is on, and how often it fired in thirty days."""
    from perdure.signals.service import rulebook

    with opened(existing(data)) as rt:
        found = rt.db.read_now(rulebook.rules_in, rt.port(rulebook.Rulebook))
    show_table(
        ("rule", "on", "severity", "policy", "at most", "hits", "last", "runs", "file"),
        (
            (
                one.name,
                "yes" if one.enabled else "no",
                one.severity,
                one.policy,
                one.action,
                one.hits,
                day(one.last_hit_at),
                "always" if one.always_runs else "by word",
                one.place,
            )
            for one in found
        ),
    )


@rules_app.command("enable")
def enable_rule(name: str, data: Data = DATA, reason: _Why = "") -> None:
    """Switch a rule on, if it passes its tests."""
    _switch(name, data, reason, on=True)


@rules_app.command("disable")
def disable_rule(name: str, data: Data = DATA, reason: _Why = "") -> None:
    """Switch a rule off."""
    _switch(name, data, reason, on=False)


@rules_app.command("matrix")
def show_or_set_matrix(
    file: Annotated[Path | None, typer.Option("--set", help="A changed matrix (TOML) to put in force.")] = None,
    reason: Annotated[str, typer.Option(help="Why it changes; kept with the version.")] = "",
    data: Data = DATA,
) -> None:
    """Print the action matrix in force, or put a changed one in force as a new version."""
    from perdure.signals.service import matrix

    with opened(existing(data)) as rt:
        if file is None:
            typer.echo(rt.db.read_now(matrix.matrix_text_in).rstrip())
            return
        made = rt.db.write_now("rules.matrix", matrix.set_matrix_in, None, _text(file), reason)
    typer.echo(f"Version {made.version} of the action matrix is in force.")


def _text(file: Path) -> str:
    from perdure.kernel.errors import Invalid

    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise Invalid(f"{file} is not a text in UTF-8") from None


def _switch(name: str, data: Path, reason: str, *, on: bool) -> None:
    from perdure.signals.service import rulebook

    with opened(existing(data)) as rt:
        book = rt.port(rulebook.Rulebook)
        rt.db.write_now("rules.switch", lambda tx: rulebook.switch_in(tx, book, None, name, on=on, reason=reason))
    typer.echo(f"{name} is {'on' if on else 'off'}. Running servers follow within a second.")


@links_app.command("list")
def list_links(data: Data = DATA) -> None:
    """Show the sites on the block and the warn list."""
    from perdure.signals.service import reputation

    with opened(existing(data)) as rt:
        found = rt.db.read_now(reputation.listed_in)
    if not found:
        typer.echo("There are none. Add one: perdure links block DOMAIN --policy spam --reason TEXT")
        return
    show_table(("site", "verdict", "policy", "reason"), found)


def _judge(domain: str, verdict: str, policy: str, reason: str, data: Path) -> None:
    from perdure.signals.service import reputation

    with opened(existing(data)) as rt:
        name = rt.db.write_now("links.judge", reputation.judge_in, None, domain, verdict, policy, reason)
    typer.echo(f"{name}: {verdict}.")


_Policy = Annotated[str, typer.Option(help="Key of the house rule that the site breaks.")]
_Reason = Annotated[str, typer.Option(help="Why; kept in the record.")]


@links_app.command("block")
def block_link(domain: str, policy: _Policy = "", reason: _Reason = "", data: Data = DATA) -> None:
    """Put a site on the block list."""
    _judge(domain, "block", policy, reason, data)


@links_app.command("warn")
def warn_link(domain: str, policy: _Policy = "", reason: _Reason = "", data: Data = DATA) -> None:
    """Put a site on the warn list: posts that link there come before a person."""
    _judge(domain, "warn", policy, reason, data)


@links_app.command("clear")
def clear_link(domain: str, data: Data = DATA) -> None:
    """Take a site off both lists."""
    _judge(domain, "none", "", "", data)
