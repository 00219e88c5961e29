"""What becomes of each file of a data directory when the host is gone.

Whatever is not named here is told, not lost in silence: a test walks a served directory and fails for a file that
nobody thought of.
"""

from collections.abc import Iterable
from enum import StrEnum
from fnmatch import fnmatchcase
from glob import escape
from posixpath import normpath, relpath
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from perdure.kernel.settings import Settings


class Fate(StrEnum):
    """How a file comes to a new host."""

    BUNDLED = "in the config bundle"
    ROWS = "as rows, in segments and snapshots"
    MEDIA = "as media objects"
    NEW = "made anew by every host"
    STAYS = "stays behind"


class Rule(NamedTuple):
    """A pattern of paths below the data directory (``*`` crosses slashes), their fate, and why."""

    pattern: str
    fate: Fate
    why: str


RULES: Final = (
    Rule("perdure.toml", Fate.BUNDLED, "settings"),
    Rule("rules/*", Fate.BUNDLED, "the site's own rules of moderation"),
    Rule("secrets/*", Fate.BUNDLED, "whatever the operator puts there: TLS account, DKIM, onion key, passwords"),
    Rule("classifier/live", Fate.BUNDLED, "which classifier is used"),
    Rule("continuity/stores.json", Fate.BUNDLED, "addresses and credentials of the stores"),
    Rule("continuity/notes/*", Fate.BUNDLED, "the operator's notes: DNS zones, contracts, telephone numbers"),
    Rule("continuity/kit.json", Fate.BUNDLED, "when the kit was made and tested"),
    Rule("continuity/site.json", Fate.NEW, "the bundle names the site; the host in it is of one host only"),
    Rule("continuity/host.key", Fate.NEW, "a key signs for one host only"),
    Rule("continuity/host.voucher", Fate.NEW, "the root key's word for one host"),
    Rule("continuity/restored.json", Fate.STAYS, "the report of the restore that this host began with"),
    Rule("continuity/settled.json", Fate.STAYS, "what this host saw around itself when it took over"),
    Rule("continuity/settling", Fate.NEW, "the mark of a host that has not yet looked around"),
    Rule("continuity/restoring", Fate.NEW, "the mark of a restore that is under way"),
    Rule("restoring/*", Fate.NEW, "a database that is being restored"),
    Rule("continuity/genesis", Fate.NEW, "each reign begins with its own"),
    Rule("continuity/spool/*", Fate.NEW, "objects on their way to the stores"),
    Rule("continuity/outgoing/*", Fate.NEW, "objects on their way into the spool"),
    Rule("continuity/cursors/*", Fate.NEW, "how far each store is: asked of the stores"),
    Rule("continuity/packed", Fate.NEW, "how far segments are packed"),
    Rule("continuity/acked", Fate.NEW, "shared memory of running processes"),
    Rule("continuity/status.*", Fate.NEW, "what the shipper says of itself"),
    Rule("continuity/alarms.json", Fate.NEW, "what is wrong with the copies of this host, and who was told"),
    Rule("continuity/lifeboat.json", Fate.NEW, "which lifeboat each place was given by this host"),
    Rule("continuity/drills/*", Fate.STAYS, "reports of drills, which are sent on when they are made"),
    Rule("continuity/measures.sent", Fate.NEW, "how far the enforcement ledger was told"),
    Rule("continuity/scrub.json", Fate.NEW, "how the copies of files were last found"),
    Rule("continuity/physical/*", Fate.NEW, "the physical copy in the making"),
    Rule("continuity/bundle.digest", Fate.NEW, "what the last bundle said"),
    Rule("continuity/snapshot.*", Fate.NEW, "when the last snapshot was taken"),
    Rule("continuity/cut-off.accepted", Fate.NEW, "an operator's word for one host"),
    Rule("continuity/moved", Fate.NEW, "where the site lives, on a host that was left"),
    Rule("continuity/stranded/*", Fate.STAYS, "what a host wrote after another one took over"),
    Rule("perdure.db*", Fate.ROWS, "the database"),
    Rule("run/*", Fate.NEW, "locks and sockets of running processes"),
    Rule("tls/*", Fate.NEW, "test mode's certificate"),
    Rule("classifier/*", Fate.STAYS, "older models: taught again from the same decisions"),
    Rule("final-statement.json", Fate.BUNDLED, "the site's last word"),
    Rule("exports/*", Fate.STAYS, "members' archives on their way out and in: asked for again"),
    Rule("imports/*", Fate.STAYS, "reports about imported archives"),
)


def fate(path: str, rules: Iterable[Rule]) -> Fate | None:
    """The fate of a file; None where no rule names it. The first rule that fits counts."""
    return next((rule.fate for rule in rules if fnmatchcase(path, rule.pattern)), None)


def rules_for(settings: Settings, live_classifier: str, store_urls: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules of a site, with the folders that its settings and stores name.

    ``live_classifier`` is a local model's name.
    """
    named = [Rule(f"classifier/{live_classifier}/*", Fate.BUNDLED, "the local classifier in use")]
    named += _inside(settings.storage_url, Fate.MEDIA, "pictures, films, sounds")
    named += _inside(settings.mail_url, Fate.STAYS, "mails written as files, for development")
    for address in settings.anchors:
        named += _inside(address.strip(), Fate.STAYS, "roots of the ledger, which is itself copied")
    for url in store_urls:
        if url.startswith("file:"):
            named += _inside(f"folder:{relpath(unquote(urlsplit(url).path), settings.data)}", Fate.STAYS, "a store")
    return (*named, *RULES)


def holds_bundled(folder: str, rules: Iterable[Rule]) -> bool:
    """Whether files below a folder may be bundled."""
    return any(rule.fate is Fate.BUNDLED and rule.pattern.startswith(f"{folder}/") for rule in rules)


def _inside(address: str, fate: Fate, why: str) -> list[Rule]:
    """A rule for the folder that an address names inside the data directory; none for another address."""
    kind, _, folder = address.partition(":")
    clean = normpath(folder)
    if kind != "folder" or not folder or clean.startswith(("/", "..")) or clean == ".":
        return []
    return [Rule(f"{escape(clean)}/*", fate, why)]
