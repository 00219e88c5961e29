"""Measurements over several processes: whichever worker is asked, it answers for all."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.e2e.test_serve import children, member, serving, until

pytestmark = pytest.mark.slow
NAME = 'perdure_request_seconds_count{group="instance",status="200"}'


def metrics(url: str) -> str:
    return httpx.get(f"{url}/metrics", timeout=10).text


def value(text: str, pattern: str) -> float:
    return sum(float(found) for found in re.findall(rf"^{pattern} (\S+)$", text, re.MULTILINE))


def ask(url: str, times: int) -> None:
    for _ in range(times):  # a connection each, so that the workers share them
        assert httpx.get(f"{url}/api/v2/instance", timeout=10).status_code == 200


def test_every_worker_counts_and_a_killed_one_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    token = member(data)
    with serving(data, workers=2) as (process, url):
        ask(url, 60)
        name = re.escape(NAME)
        assert {value(metrics(url), name) for _ in range(8)} == {60}
        httpx.post(f"{url}/api/v1/statuses", headers={"Authorization": f"Bearer {token}"}, data={"status": "x"})
        fanned = re.escape('perdure_outbox_delivered_total{subscriber="timelines.fan_out"}')
        assert until(lambda: value(metrics(url), fanned) == 1), "the worker's own count is missing"
        assert value(metrics(url), r"perdure_posts") == 1
        measured = re.findall(r"^perdure_process_resident_bytes", metrics(url), re.MULTILINE)
        assert len(measured) == 5  # two web workers, the worker, the shipper, and who watches over them
        _kill_one_web_worker(process.pid)
        assert until(_served(url))
        ask(url, 10)
        assert until(lambda: value(metrics(url), name) >= 70)
        assert until(lambda: len(re.findall(r"^perdure_process_started_seconds", metrics(url), re.MULTILINE)) == 4)


def _served(url: str) -> Callable[[], bool]:
    def served() -> bool:
        try:
            return all(httpx.get(f"{url}/health", timeout=2).is_success for _ in range(4))
        except httpx.HTTPError:
            return False

    return served


def _kill_one_web_worker(supervisor: int) -> None:
    below = [pid for child in children(supervisor) for pid in children(child)]
    mains = [pid for pid in below if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(mains[-1], signal.SIGKILL)
