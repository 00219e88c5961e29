"""Which rules are on. Files are read once and again when they change; states are rows, the same for every process."""

from pathlib import Path
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.kernel.log import logger
from perdure.kernel.text import clean
from perdure.signals.queries import scoring as queries
from perdure.signals.rules import ruleset
from perdure.signals.rules.ruleset import STARTER, Rule, Ruleset
from perdure.signals.service.reasons import check_reason

log = logger("signals")
_MONTH_MS: Final = 30 * 86_400_000
_Stamp = tuple[tuple[str, int, int], ...]


class RuleView(msgspec.Struct, frozen=True):
    """A rule as staff sees it. ``hits`` and ``last_hit_at`` are of the last thirty days."""

    name: str
    version: int
    owner: str
    policy: str
    severity: int
    action: str
    description: str
    when: str
    place: str
    enabled: bool
    always_runs: bool
    hits: int = 0
    last_hit_at: int | None = None
    languages: tuple[str, ...] = ()


class Rulebook:
    """The rules of a site in one process. ``use`` is told which are switched, by whoever has a transaction open."""

    def __init__(self, folder: Path) -> None:
        self._folders = (STARTER, folder)
        self._stamp: _Stamp | None = None
        self._states: dict[str, bool] = {}
        self._all: list[Rule] = []
        self._live = self._urgent = Ruleset(())
        self._reread()

    @property
    def live(self) -> Ruleset:
        """The rules that are on."""
        return self._live

    @property
    def urgent(self) -> Ruleset:
        """Those of them that may hold a post before anybody sees it: of severity 0."""
        return self._urgent

    @property
    def every(self) -> list[Rule]:
        """All rules, on or off."""
        return self._all

    def use(self, states: dict[str, bool]) -> Ruleset:
        """Take up what is switched on and off, and what changed in the files."""
        stamp = _stamp(self._folders)
        if stamp != self._stamp:
            self._reread()
        elif states == self._states:
            return self._live
        self._states = states
        self._switch()
        return self._live

    def _switch(self) -> None:
        on = [rule for rule in self._all if self._states.get(rule.written.name, True)]
        self._live = Ruleset(on)
        self._urgent = Ruleset(rule for rule in on if rule.written.severity == 0)

    def _reread(self) -> None:
        """Read the files anew; one that is broken leaves the rules as they were, and is logged."""
        self._stamp = _stamp(self._folders)
        try:
            self._all = ruleset.read_folders(self._folders)
        except Invalid as error:
            log.error("rules_unreadable", reason=error.public)
            if not self._all:
                self._all = ruleset.read_folders(self._folders[:1])
        self._switch()


def _stamp(folders: tuple[Path, ...]) -> _Stamp:
    found = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            facts = path.stat()
            found.append((str(path), facts.st_mtime_ns, facts.st_size))
    return tuple(found)


def live_in(tx: Tx, book: Rulebook) -> Ruleset:
    """The rules that are on, by what the database says now."""
    return book.use(queries.states(tx))


def rules_in(tx: Tx, book: Rulebook) -> list[RuleView]:
    """Every rule with its state, and how often it hit in thirty days."""
    states = queries.states(tx)
    book.use(states)
    hits = {row.name: row for row in queries.hits_since(tx, _id_before(tx))}
    return [_view(rule, states.get(rule.written.name, True), hits.get(rule.written.name)) for rule in book.every]


def _id_before(tx: Tx) -> int:
    return max(0, tx.now - _MONTH_MS) << SEQUENCE_BITS


def _view(rule: Rule, enabled: bool, hits: object) -> RuleView:  # noqa: FBT001 - a state, not a switch
    one = rule.written
    return RuleView(
        one.name,
        one.version,
        one.owner,
        one.policy,
        one.severity,
        one.action,
        one.description,
        one.when.strip(),
        rule.place,
        enabled,
        rule.program.needs is None,
        getattr(hits, "hits", 0),
        getattr(hits, "last_at", None),
        one.languages,
    )


def harmless() -> list[str]:
    """Texts that no rule may catch many of."""
    return (STARTER / "harmless.txt").read_text("utf-8").splitlines()


def switch_in(tx: Tx, book: Rulebook, staff_id: int | None, name: str, *, on: bool, reason: str = "") -> None:
    """Switch a rule on or off. Asks for ``manage_rules`` and a reason unless the command line does it (None).

    Raises NotFound for a rule that does not exist, Invalid without a reason and for a rule that fails its own tests or
    catches too much.
    """
    said = clean(reason).strip()
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "manage_rules")
        check_reason(said)
    book.use(queries.states(tx))
    rule = next((one for one in book.every if one.written.name == name), None)
    if rule is None:
        raise NotFound(f"There is no rule {name}.")
    if on and (faults := ruleset.check(rule, harmless())):
        raise Invalid(f"The rule stays off: {faults[0]}")
    queries.set_state(tx, name, enabled=on, by=staff_id)
    audit.append_in(
        tx,
        actor_id=staff_id,
        action="rule.enable" if on else "rule.disable",
        subject=f"rule:{name}",
        version=rule.written.version,
        digest=rule.digest,
        reason=said,
    )
