"""The supervisor: web workers, the background worker and the shipper, restarted when they die, ended together."""

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from typing import Final

import httpx
import msgspec
import typer

from perdure.continuity.service import settling
from perdure.kernel import log, metrics, process
from perdure.kernel.errors import Invalid, Unavailable
from perdure.kernel.settings import Settings
from perdure.migrations import runner

_TICK_S: Final = 0.2
_STOP_S: Final = 20.0
_READY_S: Final = 60.0
_STEADY_S: Final = 60.0
_MODULES: Final = {"web": "perdure.asgi", "worker": "perdure.worker", "shipper": "perdure.shipper"}
FIRST_URL: Final = "http://localhost:8000"
logger = log.logger("serve")


def run(settings: Settings, second: Settings | None = None) -> None:
    """Migrate, start everything, and watch over it until SIGTERM or SIGINT. Raises Invalid for a port in use.

    ``second`` are the settings of a second group of web workers, which answers under another address.
    """
    log.configure(level=settings.log_level, as_json=settings.log_json)
    settings = with_port(settings)
    runner.upgrade(settings)
    settling.hold(settings)
    measured = metrics.prepare_folder(settings.data)
    os.environ[metrics.FOLDER_VARIABLE] = str(measured)
    supervisor = Supervisor(settings, second)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, supervisor.ask_to_stop)
    try:
        supervisor.run()
    finally:
        shutil.rmtree(measured, ignore_errors=True)


def with_port(settings: Settings) -> Settings:
    """The settings with a port that can be listened on, the address to match, and the number of workers."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            message = (
                f"cannot listen on {settings.host} port {settings.port} ({error.strerror}): "
                "stop what uses it, or choose another with --port"
            )
            raise Invalid(message) from error
        port = probe.getsockname()[1]
    base_url = settings.base_url
    if base_url == FIRST_URL:
        base_url = f"http://localhost:{port}"
    workers = settings.workers or os.cpu_count() or 1
    return msgspec.structs.replace(settings, port=port, base_url=base_url, workers=workers)


class Supervisor:
    """The children: granian with its workers (twice where there is a second address), and the background worker."""

    def __init__(self, settings: Settings, second: Settings | None = None) -> None:
        self._settings = settings
        self._second = second
        self._stopping = False
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._parts = {name: (module, settings) for name, module in _MODULES.items()}
        if second is not None:
            self._parts["second"] = (_MODULES["web"], second)
        self._delays = dict.fromkeys(self._parts, 0.5)
        self._due = dict.fromkeys(self._parts, 0.0)
        self._started = dict.fromkeys(self._parts, 0.0)

    def ask_to_stop(self, _number: int, _frame: object) -> None:
        """Handle a signal: the loop sees the flag."""
        self._stopping = True

    def run(self) -> None:
        """Start, watch, stop."""
        for name in self._parts:
            self._start(name)
        try:
            self._announce()
            while not self._stopping:
                self._restart_dead()
                time.sleep(_TICK_S)
        finally:
            self._stop()

    def _start(self, name: str) -> None:
        module, settings = self._parts[name]
        child = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", module], stdin=subprocess.PIPE, env={**os.environ, **process.for_child()}
        )
        self._children[name] = child
        self._started[name] = time.monotonic()
        assert child.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died at once: it is started again
            child.stdin.write(process.encode_settings(settings))
            child.stdin.close()

    def _announce(self) -> None:
        """Say where it listens as soon as it answers there."""
        doors = [self._settings, *([self._second] if self._second is not None else [])]
        deadline = time.monotonic() + _READY_S
        while not self._stopping and time.monotonic() < deadline:
            if all(_answers(door) for door in doors):
                typer.echo(f"Perdure is at {self._settings.base_url}  (Ctrl-C stops it)")
                if self._second is not None:
                    typer.echo(f"and at {self._second.base_url}, certificate in {self._second.peer_test_tls}")
                return
            self._restart_dead()
            time.sleep(_TICK_S)
        if not self._stopping:
            raise Unavailable("the web workers did not answer within a minute: see the log above")

    def _restart_dead(self) -> None:
        now = time.monotonic()
        for name, child in list(self._children.items()):
            if child.poll() is None:
                continue
            if not self._due[name]:
                logger.warning("child_died", child=name, status=child.returncode)
                if now - self._started[name] > _STEADY_S:
                    self._delays[name] = 0.5
                self._due[name] = now + self._delays[name]
                self._delays[name] = min(self._delays[name] * 2, 30.0)
            elif now >= self._due[name]:
                self._due[name] = 0.0
                self._start(name)

    def _stop(self) -> None:
        """Ask all children to finish, and wait; whoever does not finish in time is killed."""
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + _STOP_S
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _answers(door: Settings) -> bool:
    """Whether web workers answer; a second door with the certificate that was made for it."""
    secure = bool(door.peer_test_tls)
    verify = ssl.create_default_context(cafile=f"{door.peer_test_tls}/certificate.pem") if secure else True
    url = f"http{'s' if secure else ''}://{_host(door.host)}:{door.port}/health"
    try:
        return httpx.get(url, timeout=2, verify=verify).is_success
    except httpx.HTTPError:
        return False


def _host(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - asked through the loopback address instead
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
