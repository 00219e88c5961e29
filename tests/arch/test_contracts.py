import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_unit_every_import_contract_is_kept_without_ignores() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
