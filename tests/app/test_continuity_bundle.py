"""The config bundle: everything a new host needs beside the rows, for the right people, and back in its place."""

from pathlib import Path

import msgspec
import pytest
import zstandard

from perdure import wiring
from perdure.audit.service import roots
from perdure.continuity.model.bundle import Bundle
from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
from perdure.continuity.rules import bundle as rules
from perdure.continuity.rules import keys, sealing, signing
from perdure.continuity.service import bundle, site, stores
from perdure.continuity.service.bundle import Installed
from perdure.kernel.errors import Conflict, Invalid
from perdure.kernel.settings import Settings, load
from tests.continuity import RECOVERY, ROOT, begin_site
from tests.site import Site

NAME = "config/000001/000001.age"
TRUSTED = {signing.public_of(ROOT)}
TOML = '# ours\nbase_url = "https://example.org"\nport = 80\n'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with a kit and one of each thing that an operator has."""
    folder = tmp_path / "data"
    begin_site(folder)
    for path, content in {
        "perdure.toml": TOML,
        "rules/own.toml": "# rules",
        "secrets/dkim.pem": "dkim",
        "continuity/stores.json": '{"version": 1}',
        "continuity/notes/zone.txt": "example.org. 300 IN A 192.0.2.1",
        "classifier/live": "local-2\n",
        "classifier/local-2/model.npz": "two",
        "classifier/local-1/model.npz": "one",
        "perdure.db": "rows",
        "perdure.db-wal": "rows",
        "run/lanes/lane-0.lock": "",
        "media/a/b.jpeg": "picture",
        "mail/1.eml": "mail",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return folder


def settings_of(data: Path, **environ: str) -> Settings:
    return load(data, {f"PERDURE_{name.upper()}": value for name, value in environ.items()})


def gathered(data: Path, **environ: str) -> Bundle:
    return bundle.gather(data, settings_of(data, **environ), {}, name=NAME, now_ms=5)


def collected(data: Path, name: str = NAME, known: str = "") -> bytes:
    found = bundle.collect(data, settings_of(data), {"site:vapid": "pem"}, name=name, now_ms=5, known=known)
    assert found is not None
    return found.data


def test_the_kit_opens_the_bundle_and_finds_every_file_that_a_new_host_needs(data: Path) -> None:
    opened = rules.unpack(RECOVERY, collected(data), TRUSTED, NAME)
    assert {file.path for file in opened.bundle.files} == {
        "perdure.toml",
        "rules/own.toml",
        "secrets/dkim.pem",
        "continuity/stores.json",
        "continuity/notes/zone.txt",
        "classifier/live",
        "classifier/local-2/model.npz",
    }
    assert opened.bundle.rows == {"site:vapid": "pem"}
    assert opened.bundle.site == site.load_site(data)
    assert opened.host == opened.bundle.site.host
    assert bundle.unnamed(data, settings_of(data)) == []


def test_everybody_named_opens_it_and_nobody_else(data: Path) -> None:
    operator, stranger = sealing.new_identity(), sealing.new_identity()
    begin_site(data, operator=operator[1])
    packed = collected(data)
    assert rules.unpack(operator[0], packed, TRUSTED, NAME).bundle.release
    for identity in (stranger[0], keys.recovery_identity(keys.new_master())):
        with pytest.raises(Invalid, match=r"config/000001/000001\.age cannot be opened with this key"):
            rules.unpack(identity, packed, TRUSTED, NAME)


def test_nothing_of_it_can_be_read_without_a_key(data: Path) -> None:
    (data / "secrets" / "password").write_text("hunter2" * 40)
    assert b"hunter2" not in collected(data)


def test_a_bundle_of_somebody_who_is_no_host_of_this_site_is_refused(data: Path, tmp_path: Path) -> None:
    packed = collected(data)
    with pytest.raises(Invalid, match="unknown key"):
        rules.unpack(RECOVERY, packed, {signing.public_of(keys.root_key(keys.new_master()))}, NAME)
    # Whoever knows the recipients can wrap a bundle of their own, with the real voucher beside it.
    real = site.load_site(data)
    assert real is not None
    forged = bundle.gather(data, settings_of(data), {}, name=NAME, now_ms=9)
    for voucher in (site.voucher(data) or b"", b""):
        with pytest.raises(Invalid, match="unknown key"):
            rules.unpack(RECOVERY, rules.pack(forged, signing.new_key(), voucher), TRUSTED, NAME)


def test_a_host_that_a_genesis_names_needs_no_voucher(data: Path) -> None:
    known = site.load_site(data)
    assert known is not None
    after = site.new_host(data, known, root=None, now_ms=2000)
    packed = collected(data)
    with pytest.raises(Invalid, match="unknown key"):
        rules.unpack(RECOVERY, packed, TRUSTED, NAME)
    assert rules.unpack(RECOVERY, packed, {*TRUSTED, after.host}, NAME).host == after.host


def test_an_old_bundle_under_a_new_name_is_found_out(data: Path) -> None:
    with pytest.raises(Invalid, match="copied an old bundle to a new name"):
        rules.unpack(RECOVERY, collected(data), TRUSTED, "config/000001/000002.age")


def test_every_changed_byte_is_found_out(data: Path) -> None:
    packed = collected(data)
    for place in (0, len(packed) // 2, len(packed) - 1):
        broken = packed[:place] + bytes([packed[place] ^ 1]) + packed[place + 1 :]
        with pytest.raises(Invalid, match=r"config/000001/000001\.age"):
            rules.unpack(RECOVERY, broken, TRUSTED, NAME)


def test_a_bundle_of_a_newer_release_is_told_as_such(data: Path) -> None:
    document = msgspec.to_builtins(gathered(data)) | {"version": 2, "what": "is this"}
    inside = signing.sign(rules.KIND, document, site.host_key(data)) + (site.voucher(data) or b"")

    wrapped = sealing.wrap([sealing.recipient_of(RECOVERY)], zstandard.compress(inside))
    with pytest.raises(Invalid, match="newer Perdure"):
        rules.unpack(RECOVERY, wrapped, TRUSTED, NAME)


def test_a_bundle_is_due_when_something_changed_and_not_before(data: Path) -> None:
    settings = settings_of(data)
    first = bundle.collect(data, settings, {}, name=NAME, now_ms=5)
    assert first is not None
    again = bundle.collect(data, settings, {}, name="config/000001/000002.age", now_ms=9, known=first.digest)
    assert again is None
    (data / "secrets" / "dkim.pem").write_text("new")
    assert bundle.collect(data, settings, {}, name="config/000001/000002.age", now_ms=9, known=first.digest)


def test_without_a_kit_there_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="perdure kit create"):
        bundle.collect(tmp_path, Settings(data=tmp_path), {}, name=NAME, now_ms=5)


def test_values_of_variables_and_secret_files_are_in_it_and_what_is_the_machines_own_is_not(data: Path) -> None:
    (data.parent / "smtp").write_text("smtps://me:hunter2@mail.example.org")
    found = gathered(
        data, mail_url_file=str(data.parent / "smtp"), host="192.0.2.7", workers="3", log_json="true"
    ).settings
    assert found["mail_url"] == "smtps://me:hunter2@mail.example.org"
    assert found["log_json"] is True
    assert found["port"] == 80  # the file's own
    assert not {"host", "workers", "data"} & found.keys()


def test_an_address_for_development_is_no_setting_of_the_site(tmp_path: Path) -> None:
    begin_site(tmp_path)
    assert (
        "base_url"
        not in bundle.gather(
            tmp_path, Settings(data=tmp_path, base_url="http://localhost:45123"), {}, name=NAME, now_ms=5
        ).settings
    )


@pytest.mark.parametrize("path", ["oauth.key", "continuity/new.key", "new/token", ".env"])
def test_a_file_that_nobody_thought_of_is_told(data: Path, path: str) -> None:
    (data / path).parent.mkdir(exist_ok=True)
    (data / path).write_text("secret")
    assert bundle.unnamed(data, settings_of(data)) == [path]
    assert gathered(data).left_out == (path,)


def test_a_file_too_large_for_the_bundle_is_told(data: Path) -> None:
    with (data / "secrets" / "huge").open("wb") as file:
        file.truncate(bundle.LARGEST_FILE + 1)
    assert gathered(data).left_out == ("secrets/huge",)


def test_a_linked_folder_is_told_and_not_followed_round_in_circles(data: Path) -> None:
    (data / "rules" / "loop").symlink_to(data)
    assert gathered(data).left_out == ("rules/loop",)


def test_folders_that_the_settings_name_are_known(data: Path) -> None:
    for folder in ("pictures", "post", "roots"):
        (data / folder).mkdir()
        (data / folder / "x").write_text("x")
    assert bundle.unnamed(data, settings_of(data)) == ["pictures/x", "post/x", "roots/x"]
    named = settings_of(data, storage_url="folder:pictures", mail_url="folder:post", anchors="folder:roots")
    assert set(bundle.unnamed(data, named)) == {"media/a/b.jpeg", "mail/1.eml"}


def test_a_store_below_the_data_directory_is_known_and_not_walked(data: Path) -> None:
    (data / "copies/seg").mkdir(parents=True)
    (data / "copies/seg/1").write_text("segment")
    assert bundle.unnamed(data, settings_of(data)) == ["copies/seg/1"]
    record = StoreRecord(name="near", url=f"file://{data}/copies", owner=Owner(entity="us"))
    (data / stores.FILE).write_bytes(msgspec.json.encode(StoreList(stores=(record,))))
    (data / "copies/seg").chmod(0)
    assert bundle.unnamed(data, settings_of(data)) == []
    (data / "copies/seg").chmod(0o700)


def test_a_new_host_gets_the_files_back_for_their_owner_alone(data: Path, tmp_path: Path) -> None:
    (data / "secrets" / "dkim.pem").chmod(0o644)
    new = tmp_path / "new"
    done = bundle.install(gathered(data), new)
    assert {one.action for one in done} == {"written"}
    assert (new / "perdure.toml").read_text() == TOML
    assert (new / "secrets" / "dkim.pem").read_text() == "dkim"
    assert (new / "secrets" / "dkim.pem").stat().st_mode & 0o777 == 0o640
    assert (new / "secrets").stat().st_mode & 0o777 == 0o700
    assert not (new / "continuity" / "host.key").exists()


def test_variables_of_the_old_host_are_in_the_new_hosts_file(data: Path, tmp_path: Path) -> None:
    old = settings_of(
        data,
        mail_url='smtps://me:pass"wörd\\@mail.example.org',
        outgoing_ports="80,443,8443",
        log_json="true",
        database_url="postgresql://u:p@old/db",
        anchors="mailto:a@example.org,folder:roots",
    )
    made = bundle.gather(data, old, {}, name=NAME, now_ms=5)
    new = tmp_path / "new"
    bundle.install(made, new, {"database_url": ""})
    assert (new / "perdure.toml").stat().st_mode & 0o777 == 0o600
    back = load(new, {})
    assert back == msgspec.structs.replace(old, data=new, database_url="")
    bundle.install(made, tmp_path / "other", {"database_url": "postgresql://x@new/db"})
    assert load(tmp_path / "other", {}).database_url == "postgresql://x@new/db"


def test_what_differs_on_the_new_host_is_named_and_nothing_is_written(data: Path, tmp_path: Path) -> None:
    made, new = gathered(data), tmp_path / "new"
    (new / "rules").mkdir(parents=True)
    (new / "rules" / "own.toml").write_text("mine")
    with pytest.raises(Conflict, match=r"rules/own\.toml"):
        bundle.install(made, new)
    assert [one.name for one in new.iterdir()] == ["rules"]
    assert Installed("rules/own.toml", "replaced") in bundle.install(made, new, replace=True)
    assert {one.action for one in bundle.install(made, new)} == {"same"}


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "a//x", "./x", ""])
def test_a_bundle_cannot_write_outside_the_data_directory(data: Path, tmp_path: Path, path: str) -> None:
    made = gathered(data)
    odd = msgspec.structs.replace(made, files=(msgspec.structs.replace(made.files[0], path=path),))
    with pytest.raises(Invalid, match="outside the data directory"):
        bundle.install(odd, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("config/000000000002/001790000000000.age", (2, 1_790_000_000_000)),
        (NAME, (1, 1)),
        ("config/1/x", None),
        ("snap/1/1.age", None),
    ],
)
def test_a_bundle_is_known_by_its_name(name: str, place: tuple[int, int] | None) -> None:
    assert rules.place_of(name) == place


def test_keys_that_live_in_the_database_are_handed_over_and_put_back_where_they_are_missing(site: Site) -> None:
    vapid = site.get("/api/v2/instance").json()["configuration"]["vapid"]["public_key"]
    key = site.write(roots.key_in)
    kept = site.read(wiring.secret_rows_in)
    assert {"site:vapid", f"audit:{key.public_key}"} <= kept.keys()
    assert kept["site:vapid"].startswith("-----BEGIN PRIVATE KEY-----")
    assert site.write(wiring.put_back_secret_rows_in, kept | {"site:vapid": "another", "site:lost": "found"}) == [
        "lost"
    ]
    assert site.read(wiring.secret_rows_in)["site:lost"] == "found"
    assert site.get("/api/v2/instance").json()["configuration"]["vapid"]["public_key"] == vapid
