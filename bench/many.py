"""A large site in seconds: a seeded community, multiplied with SQL while the triggers of the copies are off."""

import random
import sqlite3
import time
from collections.abc import Iterator
from typing import Any, Final

import community

_FIRST: Final = 10**17
_FOLLOWED: Final = 5


def multiply(file: sqlite3.Connection, posts: int, members: int, reader: int) -> None:
    """Rows that no log holds: they come to the stores in the snapshot. The triggers stand as before at the end."""
    triggers = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    file.execute("BEGIN")
    for name, _ in triggers:
        file.execute(f'DROP TRIGGER "{name}"')
    file.executemany(*_accounts(file, members))
    file.executemany(*_logins(file, members))
    file.executemany(*_follows(file, members, reader))
    file.execute("UPDATE login SET last_used_at = ? WHERE account_id = ?", (int(time.time() * 1000), reader))
    file.executemany(*more_posts(file, range(posts), members))
    for _, text in triggers:
        file.execute(text)
    file.execute("COMMIT")


def _member(number: int) -> int:
    return _FIRST + number


def _like(file: sqlite3.Connection, table: str) -> tuple[str, dict[str, Any]]:
    """An INSERT for a table, and a row of the seeded site to begin from."""
    plain = "WHERE in_reply_to_id IS NULL AND reblog_of_id IS NULL AND visibility = 'public'" if table == "post" else ""
    cursor = file.execute(f"SELECT * FROM {table} {plain} ORDER BY 1 LIMIT 1 OFFSET 3")
    names = [column[0] for column in cursor.description]
    row = dict(zip(names, cursor.fetchone(), strict=True))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", row


def _accounts(file: sqlite3.Connection, members: int) -> tuple[str, Iterator[tuple[Any, ...]]]:
    text, row = _like(file, "account")
    return text, (
        tuple((row | {"id": _member(n), "username": f"m{n}", "username_key": f"m{n}"}).values()) for n in range(members)
    )


def _logins(file: sqlite3.Connection, members: int) -> tuple[str, Iterator[tuple[Any, ...]]]:
    text, row = _like(file, "login")
    return text, (tuple((row | _login(n)).values()) for n in range(members))


def _login(n: int) -> dict[str, Any]:
    """One in five was here lately."""
    used = None if n % 5 else int(time.time() * 1000)
    return {"account_id": _member(n), "email": f"m{n}@x.test", "email_key": f"m{n}@x.test", "last_used_at": used}


def _follows(file: sqlite3.Connection, members: int, reader: int) -> tuple[str, Iterator[tuple[Any, ...]]]:
    text, row = _like(file, "follow")

    def rows() -> Iterator[tuple[Any, ...]]:
        for n in range(members):
            for step in range(1, _FOLLOWED + 1):
                whom = _member((n + step * 7_919) % members)
                yield tuple(
                    (row | {"id": _FIRST + n * 10 + step, "account_id": _member(n), "target_id": whom}).values()
                )
        for n in range(50):
            yield tuple((row | {"id": _FIRST - 1 - n, "account_id": reader, "target_id": _member(n)}).values())

    return text, rows()


def more_posts(file: sqlite3.Connection, numbers: range, members: int) -> tuple[str, Iterator[tuple[Any, ...]]]:
    text, row = _like(file, "post")
    words = community.text

    def rows() -> Iterator[tuple[Any, ...]]:
        dice = random.Random(numbers.start)
        some = [words(dice) for _ in range(5_000)]
        for n in numbers:
            said = f"{some[n % 5_000]} {n}"
            made = {"id": _FIRST + n * 16, "thread_id": _FIRST + n * 16, "account_id": _member(n * 31 % members)}
            yield tuple((row | made | {"text": said, "content": f"<p>{said}</p>", "import_key": None}).values())

    return text, rows()
