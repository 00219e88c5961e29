"""The guard of outgoing requests against real servers on loopback."""

import gzip
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from perdure.adapters.outgoing import GuardedHttp
from perdure.delivery.errors import Refused, Unreachable
from perdure.delivery.model import Fetched, Wanted
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from tests.elsewhere import Answer, Elsewhere, elsewhere
from tests.site import on_loop

PAGE = Wanted(types=frozenset({"text/html"}), most=10_000, seconds=5)


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with elsewhere() as found:
        yield found


def opened(tmp_path: Path, **changes: Any) -> GuardedHttp:
    """A guard for which this machine counts as public."""
    values = {"outgoing_networks": ("127.0.0.0/8",), "outgoing_ports": (), **changes}
    return GuardedHttp(Settings(data=tmp_path, base_url="https://perdure.test", **values))


def get(guard: GuardedHttp, url: str, wanted: Wanted = PAGE) -> Fetched:
    return on_loop(guard.get(url, wanted))


def test_a_page_comes_with_its_type_charset_and_links_and_we_say_who_we_are(tmp_path: Path, there: Elsewhere) -> None:
    there.answers["/page"] = Answer(
        b"<title>hi</title>",
        mime="Text/HTML; Charset=ISO-8859-1",
        headers=(("Link", "</me>; rel=me"), ("Set-Cookie", "a=b")),
    )
    found = get(opened(tmp_path), there.url + "/page?q=1")
    assert (found.status, found.mime, found.charset, found.body) == (
        200,
        "text/html",
        "iso-8859-1",
        b"<title>hi</title>",
    )
    assert found.links == ("</me>; rel=me",)
    asked = there.asked[0]
    assert asked.path == "/page?q=1"
    assert asked.headers["Host"] == f"127.0.0.1:{there.port}"
    assert asked.headers["User-Agent"].startswith("Perdure/")
    assert "https://perdure.test" in asked.headers["User-Agent"]


def test_no_cookie_is_sent_along_a_redirect_or_later(tmp_path: Path, there: Elsewhere) -> None:
    there.answers["/in"] = Answer(status=302, headers=(("Location", "/out"), ("Set-Cookie", "session=1")))
    there.answers["/out"] = "there"
    guard = opened(tmp_path)
    assert get(guard, there.url + "/in").url == there.url + "/out"
    get(guard, there.url + "/out")
    assert not any(name.lower() in {"cookie", "authorization"} for asked in there.asked for name in asked.headers)


def test_a_redirect_may_be_written_in_plain_utf_8(tmp_path: Path, there: Elsewhere) -> None:
    there.answers["/"] = Answer(status=302, headers=(("Location", "/été".encode().decode("latin-1")),))
    there.answers["/%C3%A9t%C3%A9"] = "summer"
    assert get(opened(tmp_path), there.url + "/").body == b"summer"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0177.0.0.1", "0x7f.1"])
def test_this_machine_is_never_asked_under_any_name_or_notation(tmp_path: Path, there: Elsewhere, host: str) -> None:
    guard = GuardedHttp(Settings(data=tmp_path, outgoing_ports=()))
    with pytest.raises(Refused):
        get(guard, f"http://{host}:{there.port}/")
    assert there.asked == []


def test_a_name_that_leads_here_is_refused_when_it_is_looked_up(
    tmp_path: Path, there: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        looked_up.append(host)
        return real("127.0.0.1" if host == "rebound.example" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    guard = GuardedHttp(Settings(data=tmp_path, outgoing_ports=()))
    guard.check(f"http://rebound.example:{there.port}/")  # the text alone is fine
    with pytest.raises(Refused):
        get(guard, f"http://rebound.example:{there.port}/")
    assert there.asked == []
    there.answers["/"] = "hello"
    looked_up.clear()
    assert get(opened(tmp_path), f"http://rebound.example:{there.port}/").body == b"hello"
    assert looked_up == ["rebound.example"]  # one look-up: what was checked is what was connected to
    assert there.asked[0].headers["Host"] == f"rebound.example:{there.port}"


def test_a_redirect_to_a_private_address_is_not_followed(tmp_path: Path, there: Elsewhere) -> None:
    with elsewhere("127.0.0.2") as inner:
        inner.answers["/"] = "secret"
        there.answers["/"] = Answer(status=302, headers=(("Location", f"http://127.0.0.2:{inner.port}/"),))
        guard = opened(tmp_path, outgoing_networks=("127.0.0.1/32",))
        with pytest.raises(Refused):
            get(guard, there.url + "/")
        assert inner.asked == []
        assert get(opened(tmp_path), there.url + "/").body == b"secret"


@pytest.mark.parametrize("onward", ["file:///etc/passwd", "http://user:pw@127.0.0.1/", "gopher://127.0.0.1/", "/again"])
def test_a_redirect_is_checked_like_the_first_url_and_their_number_is_limited(
    tmp_path: Path, there: Elsewhere, onward: str
) -> None:
    there.answers["/"] = there.answers["/again"] = Answer(status=301, headers=(("Location", onward),))
    with pytest.raises(Refused):
        get(opened(tmp_path), there.url + "/")
    assert len(there.asked) <= 4


def test_other_ports_are_refused_unless_the_setting_names_them(tmp_path: Path, there: Elsewhere) -> None:
    there.answers["/"] = "hello"
    with pytest.raises(Refused):
        get(opened(tmp_path, outgoing_ports=(80, 443)), there.url + "/")
    assert get(opened(tmp_path, outgoing_ports=(80, there.port)), there.url + "/").status == 200


def test_test_mode_reaches_this_machine_and_nothing_else(tmp_path: Path, there: Elsewhere) -> None:
    there.answers["/"] = "hello"
    guard = GuardedHttp(Settings(data=tmp_path, peer_test=True, outgoing_networks=("192.0.2.0/24",)))
    assert get(guard, f"http://localhost:{there.port}/").body == b"hello"
    with pytest.raises(Refused):
        get(guard, "http://192.0.2.1/")


def test_a_huge_body_is_cut_or_refused_and_never_read_to_its_end(tmp_path: Path, there: Elsewhere) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b"x" * 65_536

    there.answers["/"] = lambda _asked: Answer(endless())
    guard = opened(tmp_path)
    with pytest.raises(Refused, match="too large"):
        get(guard, there.url + "/")
    assert get(guard, there.url + "/", Wanted(types=PAGE.types, most=100, cut=True)).body == b"x" * 100
    time.sleep(0.05)
    assert sent < 64 * 1024 * 1024


def test_a_small_file_that_unpacks_to_a_huge_one_is_stopped(tmp_path: Path, there: Elsewhere) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    there.answers["/"] = Answer(bomb, headers=(("Content-Encoding", "gzip"),))
    with pytest.raises(Refused, match="too large"):
        get(opened(tmp_path), there.url + "/")
    there.answers["/small"] = Answer(gzip.compress(b"fine"), headers=(("Content-Encoding", "gzip"),))
    assert get(opened(tmp_path), there.url + "/small").body == b"fine"
    there.answers["/odd"] = Answer(b"?", headers=(("Content-Encoding", "br"),))
    with pytest.raises(Refused):
        get(opened(tmp_path), there.url + "/odd")


def test_a_site_that_drips_is_left_when_the_time_is_over(tmp_path: Path, there: Elsewhere) -> None:
    def drip() -> Iterator[bytes]:
        while True:
            time.sleep(0.05)
            yield b"x"

    there.answers["/"] = lambda _asked: Answer(drip())
    began = time.monotonic()
    with pytest.raises(Unreachable):
        get(opened(tmp_path), there.url + "/", Wanted(types=PAGE.types, most=10_000, seconds=0.4))
    assert time.monotonic() - began < 3


def test_another_type_is_refused_before_its_body_is_read(tmp_path: Path, there: Elsewhere) -> None:
    there.answers["/"] = Answer(b"%PDF", mime="application/pdf")
    with pytest.raises(Refused, match="application/pdf"):
        get(opened(tmp_path), there.url + "/")


@contextmanager
def raw(answer: bytes, *, endless: bytes = b"") -> Iterator[str]:
    """A server that says exactly these bytes, then ``endless`` again and again."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65_536)
            try:
                self.request.sendall(answer)
                for _ in range(2000 if endless else 0):
                    self.request.sendall(endless)
            except OSError:
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.parametrize(
    ("answer", "endless"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"y" * 1000 + b"\r\n"),
        (b"hello, this is no HTTP\r\n\r\n", b""),
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\nshort", b""),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
            b"",
        ),
    ],
    ids=["endless headers", "no HTTP", "silence", "too short", "broken gzip"],
)
def test_broken_answers_are_a_clear_failure(tmp_path: Path, answer: bytes, endless: bytes) -> None:
    with raw(answer, endless=endless) as url, pytest.raises(Unreachable):
        get(opened(tmp_path), url)


def test_nobody_there_is_a_clear_failure(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(Unreachable):
        get(opened(tmp_path), f"http://127.0.0.1:{port}/")
    with pytest.raises(Unreachable):
        get(opened(tmp_path), "http://no-such-name.invalid/")


def test_bytes_are_posted_and_redirects_are_not_followed(tmp_path: Path, there: Elsewhere) -> None:
    there.answers["/push"] = Answer(status=201)
    there.answers["/moved"] = Answer(status=307, headers=(("Location", "/push"),))
    guard = opened(tmp_path)
    assert on_loop(guard.post(there.url + "/push", {"TTL": "60"}, b"\x00sealed")) == 201
    assert (there.asked[0].body, there.asked[0].headers["TTL"]) == (b"\x00sealed", "60")
    assert on_loop(guard.post(there.url + "/moved", {}, b"")) == 307
    assert there.paths() == ["/push", "/moved"]


def test_a_forward_proxy_is_told_the_checked_address_and_names_are_still_checked_here(
    tmp_path: Path, there: Elsewhere
) -> None:
    there.answers["/"] = "through"
    heads: list[bytes] = []

    class Proxy(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += self.rfile.readline()
            heads.append(head)
            host, _, port = head.split()[1].decode().rpartition(":")
            with socket.create_connection((host, int(port)), timeout=5) as onward:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                onward.sendall(self.request.recv(65_536))
                while piece := onward.recv(65_536):
                    self.wfile.write(piece)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        proxy = f"http://who:secret@127.0.0.1:{server.server_address[1]}"
        guard = opened(tmp_path, outgoing_proxy=proxy, outgoing_networks=("127.0.0.1/32",))
        assert get(guard, there.url + "/").body == b"through"
        with pytest.raises(Refused):
            get(guard, f"http://127.0.0.2:{there.port}/")
        server.shutdown()
    assert len(heads) == 1
    assert heads[0].startswith(f"CONNECT 127.0.0.1:{there.port} HTTP/1.1\r\n".encode())
    assert b"Proxy-Authorization: Basic d2hvOnNlY3JldA==" in heads[0]


@contextmanager
def encrypted(names: list[str], folder: Path) -> Iterator[int]:
    """A TLS server with a certificate for some names, signed by itself; the certificate lies in the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 7, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(private + certificate.public_bytes(Encoding.PEM))
    (folder / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                with context.wrap_socket(self.request, server_side=True) as secure:
                    secure.recv(65_536)
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nsafe")
            except OSError:
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_certificate_is_checked_against_the_name_though_the_address_is_connected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        return real("127.0.0.1" if str(host).endswith(".example") else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with encrypted(["secure.example"], tmp_path) as port:
        with pytest.raises(Unreachable):
            get(opened(tmp_path), f"https://secure.example:{port}/")  # nobody vouches for it
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert get(opened(tmp_path), f"https://secure.example:{port}/").body == b"safe"
        with pytest.raises(Unreachable):
            get(opened(tmp_path), f"https://other.example:{port}/")


@pytest.mark.parametrize("wrong", [{"outgoing_networks": ("10.0.0.0/99",)}, {"outgoing_proxy": "socks5://host:1"}])
def test_a_wrong_setting_stops_the_start(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="outgoing_"):
        GuardedHttp(Settings(data=tmp_path, **wrong))
