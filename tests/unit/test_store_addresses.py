"""Addresses and names at stores: read exactly, no secret inside, nothing leads elsewhere."""

import pytest

from perdure.continuity.rules.addresses import parse_address, parse_secret
from perdure.continuity.rules.names import checked_name, checked_prefix
from perdure.kernel.errors import Invalid


def test_the_parts_of_an_address() -> None:
    found = parse_address("sftp://an%40na@[2001:db8::1]:2222/~/co%20pies/?host_key=SHA256:a+b/c")
    assert (found.scheme, found.host, found.port, found.user) == ("sftp", "2001:db8::1", 2222, "an@na")
    assert (found.path, dict(found.options)) == ("~/co pies", {"host_key": "SHA256:a+b/c"})
    assert parse_address("s3://My_Bucket/x").host == "My_Bucket"


def same(one: str, other: str) -> bool:
    return parse_address(one).place == parse_address(other).place


def test_one_place_is_recognised_whoever_enters_it() -> None:
    assert same("sftp://a@h/x?host_key=1", "sftp://b@H/x/?host_key=2")
    assert same("webdav://a@h/x", "webdavs://a@h/x")
    assert same("s3://b/x?endpoint=http://e&region=q", "s3://b/x?endpoint=http://e&access_key_id=k")
    assert not same("s3://b/x?endpoint=http://e", "s3://b/x?endpoint=http://f")
    assert not same("opendal+b2://?bucket=one", "opendal+b2://?bucket=two")
    assert not same("sftp://a@h/x", "sftp://a@h:2222/x")


@pytest.mark.parametrize(
    "option", ["secret_access_key", "password", "token", "account_key", "sas_key", "application_key"]
)
def test_a_secret_in_an_address_is_refused_and_not_repeated(option: str) -> None:
    with pytest.raises(Invalid, match="--secret-file") as refused:
        parse_address(f"s3://b?{option}=hush-hush")
    assert "hush" not in refused.value.public


def test_how_a_secret_may_be_written() -> None:
    assert parse_secret(" pa=ss word!\n", "password", {"password"}) == {"password": "pa=ss word!"}
    assert parse_secret("password=pa=ss\n", "password", {"password"}) == {"password": "pa=ss"}
    assert parse_secret("application_key=x", "password") == {"application_key": "x"}
    assert parse_secret("access_key_id=a\nsecret_access_key=b=c\n", "x") == {
        "access_key_id": "a",
        "secret_access_key": "b=c",
    }
    assert parse_secret('{"type": "x"}', "x") == {"json": '{"type": "x"}'}
    assert parse_secret("-----BEGIN KEY-----\nabc\n", "x") == {"private_key": "-----BEGIN KEY-----\nabc\n"}
    assert parse_secret("\n", "x") == {}
    with pytest.raises(Invalid) as refused:
        parse_secret("hush\nhush2", "x")
    assert "hush" not in refused.value.public


def test_names_and_beginnings_of_names() -> None:
    for name in ("a", "seg/000000000001/000000000009", "key/1/17-ab.age", "x" * 200):
        assert checked_name(name) == name
    for prefix in ("", "seg/", "seg/1/00", "a.b-"):
        assert checked_prefix(prefix) == prefix
    for bad in ("/a", "a//b", "../a", "a/..", "a b", "a\n", "x" * 201):
        with pytest.raises(Invalid):
            checked_name(bad)
        with pytest.raises(Invalid):
            checked_prefix(bad)
