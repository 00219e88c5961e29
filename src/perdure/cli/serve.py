"""The supervisor: web workers, the background worker and the shipper, restarted when they die, ended together.

It loads the program once and forks: a child is there at once, and what is only read takes memory once. So nothing here
may leave a thread running or a database open before that, and what measures is loaded when the folder for it is there.
"""

import gc
import os
import signal
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Final

import msgspec
import typer

from perdure.kernel import log, measuring, process
from perdure.kernel.errors import Invalid, Unavailable
from perdure.kernel.settings import Settings

_TICK_S: Final = 0.2
_STOP_S: Final = 20.0
_READY_S: Final = 60.0
_STEADY_S: Final = 60.0
_STOPS: Final = (signal.SIGTERM, signal.SIGINT)
_MODULES: Final = {"web": "perdure.asgi", "worker": "perdure.worker", "shipper": "perdure.shipper"}
FIRST_URL: Final = "http://localhost:8000"
logger = log.logger("serve")
Part = tuple[Callable[[Settings], None], Settings]
"""What a child does, and with which settings."""


def run(settings: Settings, check: Callable[[Settings], None]) -> None:
    """Check, migrate, start everything, and watch over it until SIGTERM or SIGINT.

    Raises Invalid for a port in use, and what ``check`` raises for settings that must not be served.
    """
    settings = with_port(settings)
    with measuring.shared_folder(settings.data):
        check(settings)
        watch_over(settings)


def watch_over(settings: Settings, second: Settings | None = None) -> None:
    """The same for settings whose port is known, within a folder for measurements.

    ``second`` are the settings of a second group of web workers, which answers under another address.
    """
    gc.disable()  # while the program is loaded there is nothing to collect, and looking for it takes its time
    modules = {name: import_module(module) for name, module in _MODULES.items()}
    import_module("perdure.migrations.runner").upgrade(settings)
    log.configure(level=settings.log_level, as_json=settings.log_json)  # what cannot start says so in one sentence
    import_module("perdure.continuity.service.settling").hold(settings)
    modules["web"].prepare(settings)
    gc.collect()
    gc.freeze()
    gc.enable()
    parts = {name: (module.run, settings) for name, module in modules.items()}
    if second is not None:
        parts["second"] = (modules["web"].run, second)
    supervisor = Supervisor(parts)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, supervisor.ask_to_stop)
    supervisor.run()


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
    """The children: granian with its workers (twice where there is a second address), background worker, shipper."""

    def __init__(self, parts: dict[str, Part]) -> None:
        self._parts = parts
        self._doors = [settings for name, (_, settings) in parts.items() if name in {"web", "second"}]
        self._stopping = False
        self._children: dict[str, BaseProcess] = {}
        self._delays = dict.fromkeys(parts, 0.5)
        self._due = dict.fromkeys(parts, 0.0)
        self._started = dict.fromkeys(parts, 0.0)

    def ask_to_stop(self, _number: int, _frame: object) -> None:
        """Handle a signal: the loop sees the flag."""
        self._stopping = True

    def run(self) -> None:
        """Start, watch, stop."""
        os.environ.update(process.for_child())
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
        run, settings = self._parts[name]
        child = get_context("fork").Process(target=_live, args=(name, run, settings))
        # A signal that came before the child has its own handlers would be lost on ours.
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
        try:
            child.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        self._children[name] = child
        self._started[name] = time.monotonic()

    def _announce(self) -> None:
        """Say where it listens as soon as it answers there."""
        deadline = time.monotonic() + _READY_S
        while not self._stopping and time.monotonic() < deadline:
            if all(_answers(door) for door in self._doors):
                typer.echo(f"Perdure is at {self._doors[0].base_url}  (Ctrl-C stops it)")
                for second in self._doors[1:]:
                    typer.echo(f"and at {second.base_url}, certificate in {second.peer_test_tls}")
                return
            self._restart_dead()
            time.sleep(_TICK_S)
        if not self._stopping:
            raise Unavailable("the web workers did not answer within a minute: see the log above")

    def _restart_dead(self) -> None:
        now = time.monotonic()
        for name, child in list(self._children.items()):
            if child.exitcode is None:
                continue
            if not self._due[name]:
                logger.warning("child_died", child=name, status=child.exitcode)
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
            if child.exitcode is None:
                child.terminate()
        deadline = time.monotonic() + _STOP_S
        for child in self._children.values():
            child.join(max(0.1, deadline - time.monotonic()))
            if child.exitcode is None:
                child.kill()
                child.join()


def _live(name: str, run: Callable[[Settings], None], settings: Settings) -> None:
    """A child's life."""
    for number in _STOPS:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    process.die_with_parent()
    process.call(f"perdure-{name}")
    run(settings)


def _answers(door: Settings) -> bool:
    """Whether web workers answer; a second door with the certificate that was made for it."""
    host = _host(door.host)
    if door.peer_test_tls:
        known = ssl.create_default_context(cafile=f"{door.peer_test_tls}/certificate.pem")
        asked: HTTPConnection = HTTPSConnection(host, door.port, timeout=2, context=known)
    else:
        asked = HTTPConnection(host, door.port, timeout=2)
    with closing(asked):
        try:
            asked.request("GET", "/health")
            return asked.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False


def _host(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - asked through the loopback address instead
        return "127.0.0.1"
    return host
