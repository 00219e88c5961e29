"""``perdure accounts suspend``, ``ban`` and ``restore``: decisions, each with a statement of reasons."""

from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from perdure.cli.accounts import Name
from perdure.cli.accounts import accounts_app as accounts_app
from perdure.cli.common import DATA, Data, day, existing, opened
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from pathlib import Path

    from perdure.accounts.model import Member
    from perdure.moderation.model.decisions import Act

GroundName = Literal["incompatible", "illegal"]
Facts = Annotated[str, typer.Option(help="What happened. The person reads it; it cannot be left out.")]
Policy = Annotated[str, typer.Option(help="The house rule: its key on /rules, such as harassment or spam.")]
Ground = Annotated[GroundName, typer.Option(help="Against the house rules, or against the law.")]
Law = Annotated[str, typer.Option(help="The law, where the ground is illegal; else the rule's title.")]
Why = Annotated[str, typer.Option(help="Why the ground applies; without it, the text of the rule.")]
_DAY_MS: Final = 86_400_000


@accounts_app.command("suspend")
def suspend(
    name: Name,
    facts: Facts = "",
    days: Annotated[int, typer.Option(min=1, max=3650, help="For how long; for good: perdure accounts ban.")] = 30,
    policy: Policy = "other",
    ground: Ground = "incompatible",
    law: Law = "",
    why: Why = "",
    data: Data = DATA,
) -> None:
    """Take an account out of sight for some time and sign it out everywhere; the person is told why, and may appeal."""
    from perdure.moderation.model.decisions import Act

    with opened(existing(data)) as rt:
        until = rt.clock.now_ms() + days * _DAY_MS
    member = _decide(data, name, Act(kind="account_suspend", until=until), (facts, policy, ground, law, why))
    typer.echo(f"@{member.username} is suspended until {day(until)} UTC.")


@accounts_app.command("ban")
def ban(
    name: Name,
    facts: Facts = "",
    policy: Policy = "other",
    ground: Ground = "incompatible",
    law: Law = "",
    why: Why = "",
    data: Data = DATA,
) -> None:
    """Close an account for good; the person is told why, and may appeal."""
    from perdure.moderation.model.decisions import Act

    member = _decide(data, name, Act(kind="account_ban"), (facts, policy, ground, law, why))
    typer.echo(f"@{member.username} is banned.")


def _decide(data: "Path", name: str, act: "Act", said: tuple[str, str, GroundName, str, str]) -> "Member":
    from perdure.moderation.model.decisions import DecisionInput
    from perdure.moderation.service import operating

    facts, policy, ground, law, why = said
    if not facts.strip():
        raise Invalid('say what happened, for the person to read: --facts "…"')
    if ground == "illegal" and not law.strip():
        raise Invalid('say which law it is against: --law "…"')
    given = DecisionInput(
        policy=policy,
        acts=(act,),
        ground=ground,
        legal_ground=law,
        explanation=why,
        facts=facts,
        scope="account",
        automated_detection=False,
        automated_decision="not",
    )
    with opened(existing(data)) as rt:
        return rt.db.write_now("operator.decide", operating.decide_in, name, given)


@accounts_app.command("restore")
def restore(name: Name, data: Data = DATA) -> None:
    """Take back what suspends or bans an account."""
    from perdure.moderation.service import operating

    with opened(existing(data)) as rt:
        member = rt.db.write_now("operator.restore", operating.restore_in, name)
    typer.echo(f"@{member.username} is active again.")
