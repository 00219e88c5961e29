"""Tables: CSV with any mark between its columns, in any order, with or without names, in three languages. Pure."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from perdure.desk.rules import places
from perdure.desk.rules.reading import dates, pointing, policies, spelling
from perdure.desk.rules.reading.gathering import CLAIM, REASON, Finding

Role = Literal["url", "id", "account", "reason", "text", "reference", "date", "policy", "picture", "none"]
_DELIMITERS: Final = ",;\t|"
_MOST_ROWS: Final = 60_000
_MOST_CELLS: Final = 200
_LOOKED_AT: Final = 200
_NAMES: Final[tuple[tuple[Role, str], ...]] = (
    ("url", (
        r"url|uri|link|links|lien|liens|adresse|address|web ?address|permalink|location|post ?url|content ?url|"
        r"status ?url|href|source ?url|(?:reported|infringing|offending) (?:url|link|content url)|page|webadresse|"
        r"adresse web|post ?link|beitragslink"
    )),
    ("id", (
        r"(?:post|status|content|message|beitrag|beitrags|publication|toot|item|inhalt|contenu|statut)[ _-]?(?:id|"
        r"nr|no|number|nummer|num\u00e9ro)|(?:id|num\u00e9ro)[ _-](?:du )?(?:post|message|status|beitrag|"
        r"publication|contenu)"
    )),
    ("account", (
        r"(?:user|account|author|handle|screen|profile|poster|nutzer|benutzer|konto|autor|auteur|compte|"
        r"utilisateur|pseudo|profil)[ _-]?(?:name|id|handle|nom)?|username|uploader|verfasser|nom d.utilisateur"
    )),
    ("text", (
        r"text|texte|quote|quoted|content|contenu|inhalt|excerpt|extrait|zitat|wortlaut|citation|message|post "
        r"?text|beitrag|statement|post|snippet|auszug"
    )),
    ("policy", (
        r"policy|rule|category|cat\u00e9gorie|kategorie|type|typ|violation|class|classification|label|r\u00e8gle|"
        r"regel|verstoss|versto\u00df|tatbestand|qualification|offen[cs]e|infraction|violation[ _-]?type|abuse[ "
        r"_-]?type"
    )),
    ("reason", (
        r"reason|reasons|motif|motifs|raison|grund|begr\u00fcndung|comment|comments|commentaire|kommentar|note|"
        r"notes|description|beschreibung|remark|bemerkung|explanation|explication|details?|why|justification|"
        r"legal basis|base l\u00e9gale|rechtsgrundlage|context|contexte"
    )),
    ("reference", (
        r"ref|reference|r\u00e9f\u00e9rence|referenz|case|case[ _-]?(?:id|no|number)|ticket|ticket[ _-]?id|"
        r"report[ _-]?id|id|no|nr|n\u00b0|num|num\u00e9ro|number|nummer|#|item|line|zeile|ligne|aktenzeichen|"
        r"vorgang|dossier|lfd\.? ?nr|position|pos"
    )),
    ("date", (
        r"date|datum|time|timestamp|seen|seen[ _-]?at|observed|observed[ _-]?at|reported[ _-]?at|date[ "
        r"_-]?(?:seen|reported|observed|posted|found)|created[ _-]?at|posted[ _-]?at|heure|zeit|zeitpunkt|constat|"
        r"date de constat|festgestellt|gesehen|first[ _-]?seen|last[ _-]?seen|detected"
    )),
    ("picture", (
        r"screenshot|screenshots?|image|picture|capture|bild|bildschirmfoto|evidence|beweis|preuve|file|datei|"
        r"fichier|attachment|anlage"
    )),
)  # fmt: skip
_ROLES: Final = tuple((role, re.compile(rf"(?:{names})\Z", re.IGNORECASE)) for role, names in _NAMES)


class Table(msgspec.Struct, frozen=True):
    """Rows of cells and what each column is. ``names`` are empty where the table has no line of names."""

    rows: list[list[str]]
    names: list[str]
    roles: list[Role]


def parse(text: str) -> list[list[str]]:
    """The rows of a text that is a table. Never raises; a broken quotation mark costs its row at most."""
    bare = text.lstrip("\ufeff").replace("\0", "")
    first, _, rest = bare.partition("\n")
    delimiter = ""
    if match := re.match(r"\"?sep=(.)\"?\s*\Z", first.strip("\r"), re.IGNORECASE):
        delimiter, bare = match[1], rest
    delimiter = delimiter or delimiter_of(bare) or ","
    if bare.count('"') % 2:
        return _unquoted(bare, delimiter)
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(bare, newline=""), delimiter=delimiter)
    csv.field_size_limit(10_000_000)
    try:
        for row in reader:
            if len(rows) >= _MOST_ROWS:
                break
            rows.append([cell.strip() for cell in row[:_MOST_CELLS]])
    except csv.Error:
        return _unquoted(bare, delimiter)
    return rows


def _unquoted(text: str, delimiter: str) -> list[list[str]]:
    return [
        [cell.strip().strip('"').strip() for cell in line.split(delimiter)[:_MOST_CELLS]]
        for line in text.splitlines()[:_MOST_ROWS]
    ]


def delimiter_of(text: str) -> str:
    """The mark that parts the columns: the one that stands equally often in most lines. Empty for none."""
    lines = [line for line in text.split("\n", _LOOKED_AT)[:_LOOKED_AT] if line.strip() and not line.startswith("#")]
    best, best_score = "", 0.0
    for mark in _DELIMITERS:
        counts = Counter(_outside(line, mark) for line in lines)
        count, times = max(
            ((many, often) for many, often in counts.items() if many), key=lambda one: one[1], default=(0, 0)
        )
        score = times / max(1, len(lines)) + min(count, 20) / 100
        if count and times * 2 >= len(lines) and score > best_score:
            best, best_score = mark, score
    return best


def _outside(line: str, mark: str) -> int:
    """How often a mark stands in a line outside quotation marks."""
    return sum(piece.count(mark) for piece in line[:20_000].split('"')[::2])


def looks_like_table(text: str, hosts: frozenset[str]) -> bool:
    """Whether plain text is a table that somebody pasted: columns throughout, one of them with addresses."""
    lines = [line for line in text.strip().split("\n") if line.strip()]
    if len(lines) < 2:
        return False
    delimiter = delimiter_of(text.strip())
    if not delimiter:
        return False
    counts = Counter(_outside(line, delimiter) for line in lines[:_LOOKED_AT])
    width, times = max(counts.items(), key=lambda one: one[1])
    if not width or times * 10 < len(lines[:_LOOKED_AT]) * 8:
        return False
    names = [role for cell in lines[0].split(delimiter) if (role := role_of(cell.strip(' "\r'))) != "none"]
    if "url" in names or "id" in names or len(names) >= 2:
        return True
    table = shape(parse(text)[:_LOOKED_AT], hosts)
    return len(lines) >= 3 and "url" in table.roles and len(table.roles) > 1


def role_of(name: str) -> Role:
    """What a column is by its name."""
    bare = re.sub(r"[\s_*:()\[\]-]+", " ", name).strip().lower()
    return next((role for role, pattern in _ROLES if pattern.match(bare)), "none")


def shape(rows: Sequence[list[str]], hosts: frozenset[str]) -> Table:
    """Find the line of names, and what each column is: by its name, else by what is in it."""
    filled = [row for row in rows if any(row)]
    names: list[str] = []
    start = 0
    for at, row in enumerate(filled[:10]):
        roles = [role_of(cell) for cell in row if cell]
        named = [role for role in roles if role != "none"]
        if (
            named
            and not any(_has_address(cell, hosts) for cell in row)
            and len(named) * 2 >= len(roles)
            and len(row) >= 1
        ):
            names, start = row, at + 1
            break
    data = filled[start:] if names else filled
    width = max((len(row) for row in data), default=len(names))
    roles = [role_of(names[at]) if at < len(names) else "none" for at in range(width)]
    sample = data[:_LOOKED_AT]
    for at in range(width):
        cells = [row[at] for row in sample if at < len(row) and row[at]]
        roles[at] = _by_content(cells, roles[at], hosts)
    return Table(list(data), names, _completed(roles, data))


def _has_address(cell: str, hosts: frozenset[str]) -> bool:
    return (
        bool(cell)
        and ("/" in cell or any(host in cell.lower() for host in hosts))
        and bool(spelling.find(spelling.plain(cell[:4000], hosts), hosts))
    )


def _by_content(cells: list[str], role: Role, hosts: frozenset[str]) -> Role:
    if not cells:
        return role
    addresses = sum(1 for cell in cells if _has_address(cell, hosts) and len(cell) < 4000 and len(cell.split()) <= 12)
    if addresses * 2 >= len(cells):
        return "url"
    if role == "url":  # a column that is called so and holds something else
        role = "none"
    numbers = sum(1 for cell in cells if re.fullmatch(r"#?\d{12,19}", cell))
    if numbers * 2 >= len(cells) and role in {"none", "reference", "text"}:
        return "id"
    if role == "none":
        if sum(1 for cell in cells if re.fullmatch(r"@[\w.@-]{1,200}", cell)) * 2 >= len(cells):
            return "account"
        if sum(1 for cell in cells if len(cell) <= 40 and dates.instant_of(cell) is not None) * 2 > len(cells):
            return "date"
    return role


def _completed(roles: list[Role], data: Sequence[list[str]]) -> list[Role]:
    """Without a column of reasons the one with the longest words is that."""
    if "reason" in roles or "policy" in roles:
        return roles
    lengths = {
        at: sum(len(row[at]) for row in data[:_LOOKED_AT] if at < len(row))
        for at, role in enumerate(roles)
        if role == "none"
    }
    worded = {
        at: size
        for at, size in lengths.items()
        if any(re.search(r"[^\W\d_]{3}", row[at]) for row in data[:_LOOKED_AT] if at < len(row))
    }
    if worded:
        roles[max(worded, key=lambda at: worded[at])] = "reason"
    return roles


def findings_of(rows: Sequence[list[str]], hosts: frozenset[str]) -> list[Finding]:
    """One finding for each row, or for each address where a cell holds several. No row with words in it is left out."""
    table = shape(rows, hosts)
    found: list[Finding] = []
    for row in table.rows:
        if not any(row) or (
            [role_of(cell) for cell in row] == [role_of(name) for name in table.names] and row == table.names
        ):
            continue
        if row[0].startswith("#") and not any(_has_address(cell, hosts) for cell in row):
            continue
        found += _row(row, table, hosts)
    return found


def _row(row: list[str], table: Table, hosts: frozenset[str]) -> list[Finding]:
    cells: dict[Role, list[str]] = {}
    for at, cell in enumerate(row):
        if cell:
            cells.setdefault(table.roles[at] if at < len(table.roles) else "none", []).append(cell)
    base = _base(row, cells)
    urls = _urls(cells.get("url", ()), hosts) or _urls([cell for cell in row if cell], hosts)
    if urls:
        return [msgspec.structs.replace(base, pointer="url", url=url) for url in urls]
    pointed = _pointed(row, cells)
    if pointed is not None:
        return [msgspec.structs.replace(base, pointer=pointed.pointer, value=pointed.value)]
    base.wants_picture = any(pointing.wants_picture(cell) for cell in row)
    return [base]


def _base(row: list[str], cells: dict[Role, list[str]]) -> Finding:
    words = [*cells.get("policy", ()), *cells.get("reason", ()), *cells.get("text", ())]
    reason = "\n".join(words)[:REASON]
    policy = policies.policy_of(" ".join(cells.get("policy", ()))) or policies.policy_of(
        " ".join(cells.get("reason", ()))
    )
    seen = next((moment for cell in cells.get("date", ()) if (moment := dates.instant_of(cell)) is not None), None)
    reference = next(iter(cells.get("reference", ())), "")[:200]
    return Finding(
        "none",
        " | ".join(cell for cell in row if cell)[:CLAIM],
        reason=reason,
        policy=policy,
        reference=reference,
        seen_at=seen,
    )


def _urls(cells: Sequence[str], hosts: frozenset[str]) -> list[str]:
    found: dict[str, str] = {}
    for cell in cells:
        for one in spelling.find(spelling.plain(" ".join(cell.split()), hosts), hosts):
            found.setdefault(places.place_of(one.url, hosts).key, one.url)
    return list(found.values())


def _pointed(row: list[str], cells: dict[Role, list[str]]) -> pointing.Pointed | None:
    for cell in cells.get("id", ()):
        if match := re.search(r"\d{1,19}", cell):
            return pointing.Pointed("id", str(int(match[0])))
    joined = " ".join(row)
    if found := pointing.ids(joined, listed=False):
        return found[0]
    for cell in cells.get("text", ()):
        if len(cell) >= 8 and not pointing.wants_picture(cell):
            return pointing.Pointed("phrase", " ".join(cell.strip("\"'\u201c\u201d\u00ab\u00bb ").split())[:CLAIM])
    for cell in cells.get("account", ()):
        bare = cell.strip().removeprefix("acct:").lstrip("@")
        if re.fullmatch(r"[A-Za-z0-9_]{1,60}(?:@[A-Za-z0-9.\-]{1,200})?", bare):
            return pointing.Pointed("account", bare)
    return next(iter([*pointing.phrases(joined), *pointing.accounts(joined)]), None)
