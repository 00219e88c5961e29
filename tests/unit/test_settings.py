from pathlib import Path

import pytest

from perdure.kernel.errors import Invalid
from perdure.kernel.settings import load


def test_unit_a_typo_in_the_file_stops_the_start_and_names_the_nearest_setting(tmp_path: Path) -> None:
    (tmp_path / "perdure.toml").write_text('base_ulr = "https://example.org"')
    with pytest.raises(Invalid, match=r"unknown setting 'base_ulr'. Did you mean 'base_url'"):
        load(tmp_path, {})


def test_unit_a_typo_in_a_variable_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"PERDURE_WORKRES: unknown setting 'workres'. Did you mean 'workers'"):
        load(tmp_path, {"PERDURE_WORKRES": "2"})


def test_unit_variables_win_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    (tmp_path / "perdure.toml").write_text("port = 1\nworkers = 3")
    settings = load(tmp_path, {"PERDURE_PORT": "2"}, workers=4)
    assert (settings.port, settings.workers) == (2, 4)


def test_unit_a_secret_may_live_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:p@h/d\n")
    assert load(tmp_path, {"PERDURE_DATABASE_URL_FILE": str(tmp_path / "url")}).database_url == "postgresql://u:p@h/d"


@pytest.mark.parametrize(
    ("name", "value"), [("BASE_URL", "example.org"), ("PORT", "70000"), ("DATABASE_URL", "mysql://x"), ("WORKERS", "x")]
)
def test_unit_a_wrong_value_is_one_clear_sentence(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Invalid, match="Settings: "):
        load(tmp_path, {f"PERDURE_{name}": value})


def test_unit_test_mode_cannot_be_turned_on_by_a_variable(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="--peer-test"):
        load(tmp_path, {"PERDURE_PEER_TEST": "true"})


def test_unit_broken_toml_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "perdure.toml").write_text("port = ")
    with pytest.raises(Invalid, match=r"perdure.toml"):
        load(tmp_path, {})
