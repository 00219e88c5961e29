import ipaddress

import pytest

from perdure.delivery.errors import Refused
from perdure.delivery.rules import Reach, is_public, target_of

PUBLIC = Reach()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fec0::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::1",
        "2002:0a00:0001::1", "2001:0:7f00:1::1", "::127.0.0.1", "::10.0.0.1", "100::1", "3fff::1", "4000::1",
    ],
)  # fmt: skip
def test_an_address_that_only_this_machine_or_network_reaches_is_refused_in_every_form(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"]
)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "//example.org/", "example.org", "http://", "http:///x",
        "http://user@example.org/", "http://user:password@example.org/", "http://example.org:8080/", "http://example.org:22/",
        "http://example.org:99999/", "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
        "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://127.1/", "http://127.0.1/",
        "http://0/", "http://010.8.8.8/", "http://127.0.0.1./", "http://[fe80::1%25eth0]/", "http://example.org\\@127.0.0.1/",
        "http://exa mple.org/", "http://example.org/\r\nX: y", "http://[::1", "http://" + "a" * 300 + ".org/", "http://example.org/" + "a" * 3000,
        "http://１２７.０.０.１/", "http://。/",
    ],
)  # fmt: skip
def test_a_url_that_is_never_asked_is_refused_by_its_text(url: str) -> None:
    with pytest.raises(Refused):
        target_of(url, PUBLIC)


def test_a_url_is_taken_apart_for_the_request() -> None:
    target = target_of("HTTPS://Exämple.ORG/ä b?q=ü&x=%20#part".replace(" ", "%20"), PUBLIC)
    assert target.url == "https://xn--exmple-cua.org/%C3%A4%20b?q=%C3%BC&x=%20"
    assert (target.host, target.port, target.authority) == ("xn--exmple-cua.org", 443, "xn--exmple-cua.org")
    assert target_of("http://[2606:4700::1111]:443/", PUBLIC).authority == "[2606:4700::1111]:443"


def test_test_mode_reaches_loopback_and_nothing_else() -> None:
    inside = Reach(loopback_only=True, ports=frozenset())
    assert target_of("http://127.0.0.1:3000/", inside).port == 3000
    with pytest.raises(Refused):
        target_of("http://8.8.8.8/", inside)


def test_operators_may_open_a_network_of_their_own() -> None:
    opened = Reach(also=(ipaddress.ip_network("10.1.0.0/16"),))
    assert target_of("http://10.1.2.3/", opened).host == "10.1.2.3"
    with pytest.raises(Refused):
        target_of("http://10.2.2.3/", opened)
