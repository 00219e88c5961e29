import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from perdure import wiring
from perdure.kernel.clock import SystemClock
from perdure.kernel.settings import Settings
from tests.command import Command
from tests.site import on_loop, rows


def archive(folder: Path, count: int, name: str = "old.csv") -> Path:
    file = folder / name
    lines = (f'{number},"text {number}",2020-01-02T03:04:05Z,writer{number % 7}\n' for number in range(count))
    file.write_text("id,text,created_at,author\n" + "".join(lines), "utf-8")
    return file


def test_the_summary_counts_rows_speed_and_authors_and_a_second_run_adds_nothing(
    perdure: Command, tmp_path: Path
) -> None:
    file = archive(tmp_path, 1200)
    assert re.search(
        r"^1,200 rows in .* \([\d,]+ rows/s\): 1,200 added, 0 already here, 0 refused; 7 authors made\.$",
        perdure("import", "posts", file).out,
        re.MULTILINE,
    )
    assert "0 added, 1,200 already here, 0 refused; 0 authors made." in perdure("import", "posts", file).out


def test_a_few_refused_rows_are_named_and_many_go_into_a_file(perdure: Command, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("id,text\n1,\n2,fine\n")
    assert "row 1 (line 2): the text is blank" in perdure("import", "posts", few).out
    many = tmp_path / "many.csv"
    many.write_text("id,text\n" + "".join(f"{number},{'x' * 1001}\n" for number in range(50)))
    out = perdure("import", "posts", many).out
    assert out.count("row ") == 20
    assert "… and 30 more: all are in" in out
    assert "50 × the text has … characters, the limit is …" in out
    (listed,) = (tmp_path / "data" / "imports").iterdir()
    assert len(listed.read_text("utf-8").splitlines()) == 51


def test_columns_are_named_with_map_and_a_wrong_one_says_what_there_is(perdure: Command, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("nr,body,who\n1,hello,Ann\n")
    assert "has no column 'text' but 'nr', 'body', 'who'" in perdure.fails("import", "posts", file)
    assert "no column 'bdoy'" in perdure.fails("import", "posts", file, "--map", "text=bdoy")
    assert "write FIELD=COLUMN" in perdure.fails("import", "posts", file, "--map", "body")
    done = perdure("import", "posts", file, "--map", "text=body", "--map", "id=nr", "--map", "author=who", "--json")
    found = json.loads(done.out)
    assert (found["added"], found["authors"], found["refused"]) == (1, 1, [])


@pytest.mark.slow
def test_an_import_killed_half_way_goes_on_and_doubles_nothing(settings: Settings, tmp_path: Path) -> None:
    file = archive(tmp_path, 12_000)
    environment = {"PATH": "/usr/bin:/bin", "PERDURE_DATA": str(settings.data)}
    if settings.database_url:
        environment["PERDURE_DATABASE_URL"] = settings.database_url
    command = [str(Path(sys.executable).with_name("perdure")), "import", "posts", str(file)]
    first = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with wiring.runtime(settings, clock=SystemClock(), local=True) as rt:

        def stored() -> int:
            return int(on_loop(rt.db.read(rows, "SELECT count(*) AS n FROM post"))[0].n)

        deadline = time.monotonic() + 60
        while stored() < 500 and time.monotonic() < deadline:
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        first.wait(20)
        assert 0 < stored() < 12_000
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=100)
        assert "12,000 rows" in done.stdout
        assert stored() == 12_000
        authors = on_loop(rt.db.read(rows, "SELECT sum(statuses_count) AS n FROM account"))
        assert int(authors[0].n) == 12_000
