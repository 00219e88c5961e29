"""What lies on the moderators' desk in the gallery: measures, links to somebody banned, trends, entries at rest."""

from collections.abc import Sequence
from typing import Final

from perdure.desk.events import LetterArrived
from perdure.desk.model import Arrived, SenderInput
from perdure.desk.service import arriving, opening, senders
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.moderation.model.decisions import Act, ActKind, DecisionInput, LabelInput
from perdure.moderation.service import people
from perdure.moderation.tables.decisions import evasion_link
from perdure.signals.queries import bank as entries
from perdure.signals.queries import trends as reviews
from perdure.signals.service import bank, trend_desk

_WEEK_MS: Final = 7 * 86_400_000


def fill_in(tx: Tx, ids: dict[str, int], bad_post_id: int) -> None:
    """Mild stand-ins for what moderators see, about the people of the gallery."""
    _decide_in(tx, ids, "famous", "account_limit")
    _decide_in(tx, ids, "stranger", "account_suspend", until=tx.now + _WEEK_MS)
    _decide_in(tx, ids, "famous", "account_label")
    for place, (name, kinds) in enumerate((("famous", ("network", "copy")), ("quiet", ("email",)))):
        evidence = ",".join(f'{{"kind":"{kind}"}}' for kind in kinds)
        tx.insert(
            evasion_link,
            id=tx.new_id(),
            account_id=ids[name],
            banned_id=ids["stranger"],
            score_permille=(615, 950)[place],
            evidence_json=f"[{evidence}]",
            state="open",
            created_at=tx.now,
        )
    reviews.ask(tx, "tag", "garden", "12 of 40 sampled posts are risky")
    trend_desk.decide_in(
        tx, ids["olga"], "tag", "jardin", approved=False, reason="It is one person with many names.", version=None
    )
    made = bank.remember_in(
        tx, decision_id=tx.new_id(), subject_kind="post", subject_id=bad_post_id, policy="harassment", severity=1
    )
    bank.quarantine_in(tx, entries.by_id(tx, made)[0], "25 established people in an hour, where 0.5 are usual")


async def bring_letter(rt: Runtime, author: str, posts: Sequence[int]) -> int:
    """A host's letter about some posts, one of them twice and one that is not there, looked up; returns its id."""
    given = SenderInput(name="Example Hosting GmbH", authority="provider", domains=("host.example",), locale="en")
    sender, _ = await senders.create(rt, None, given)
    named = [f"{rt.settings.base_url}/@{author}/{one}" for one in (*posts, posts[0], 123456789)]
    text = "\n".join(["Abuse report 2026-4711", *named, "Please answer within 24 hours."])
    at = rt.clock.now_ms() - 5 * 3_600_000
    arrived = Arrived(raw=text.encode(), channel="lmtp", received_at=at, sender_id=sender.id, proof="dkim:host.example")
    letter_id = await arriving.arrive(rt, arrived)
    await opening.open_letter(rt, LetterArrived(letter_id))
    return letter_id


def _decide_in(tx: Tx, ids: dict[str, int], name: str, kind: ActKind, until: int | None = None) -> None:
    label = LabelInput(value="disputed", reason="Sells the same bucket twice", permanent=True, blur="none")
    given = DecisionInput(
        policy="spam",
        acts=(Act(kind=kind, until=until, label=label if kind == "account_label" else None),),
        ground="incompatible",
        explanation="Say a thing once.",
        facts="The account advertises the same bucket in every thread.",
        scope="account",
        automated_detection=False,
        automated_decision="not",
    )
    people.decide_in(tx, ids["olga"], ids[name], None, given)
