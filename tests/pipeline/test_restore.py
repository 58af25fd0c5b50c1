"""A restore to another path, from the two folders that a backup keeps: the same version, figures and public history."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.common.errors import EXIT_PUBLISHED
from pipelines.settings import Settings
from pipelines.storage.manifest import files_match_manifest, read_manifest
from tests.conftest import Night

pytestmark = pytest.mark.slow
# What `docs/install.md` says: the least of which all can be made again, and what it says to back up.
LEAST = ("restricted", "first-published")


def csv_files(warehouse: Path) -> dict[str, bytes]:
    """Return every published CSV file and every edition's files."""
    places = (warehouse / "current" / "open-data", warehouse / "editions")
    return {
        path.relative_to(warehouse).as_posix(): path.read_bytes()
        for place in places
        for path in sorted(place.rglob("*"))
        if path.suffix in (".csv", ".json") and path.is_file()
    }


@pytest.mark.campaign
@pytest.mark.parametrize("whole", [False, True])
def test_a_restore_to_another_path_gives_the_same_version_and_keeps_what_the_public_has(
    night: Night, tmp_path: Path, whole: bool
) -> None:
    kept = (*LEAST, "current", f"versions/{night.current.resolve().name}") if whole else LEAST
    backup, elsewhere = tmp_path / "tthc-backup.tar", tmp_path / "nơi khác" / "kho"
    subprocess.run(["tar", "-C", str(night.warehouse), "-cf", str(backup), *kept], check=True)
    registers = shutil.copytree(night.registers, tmp_path / "nơi khác" / "danh mục")
    elsewhere.mkdir()
    subprocess.run(["tar", "-C", str(elsewhere), "-xpf", str(backup)], check=True)

    # The version of a whole backup can be read before any night.
    assert files_match_manifest((elsewhere / "current").resolve()) is whole

    place = {"TTHC_RAW_DIR": str(tmp_path / "nothing delivered"), "TTHC_WAREHOUSE_DIR": str(elsewhere),
             "TTHC_REGISTERS_DIR": str(registers)}  # fmt: skip
    done = night.tthc("run", **place)
    assert done.returncode == EXIT_PUBLISHED, done.stdout + done.stderr
    old, new = night.current.resolve(), (elsewhere / "current").resolve()
    assert new.name == old.name and files_match_manifest(new)
    before, after = read_manifest(old), read_manifest(new)
    assert {name: after["files"][name] for name in before["files"] if name.endswith(".csv")} == {
        name: sha for name, sha in before["files"].items() if name.endswith(".csv")
    }
    assert (after["rows"], after["inputs"]) == (before["rows"], before["inputs"])
    assert csv_files(elsewhere) == csv_files(night.warehouse)
    index = json.loads((elsewhere / "editions" / "index.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in index["editions"]] == [path.name for path in (elsewhere / "editions").glob("2*")]
    first = {path.name: path.read_bytes() for path in (night.warehouse / "first-published").glob("*.parquet")}
    assert {path.name: path.read_bytes() for path in (elsewhere / "first-published").glob("*.parquet")} == first

    # The same key: what is pseudonymous stays one person; and the next night finds nothing to do.
    settings = Settings(warehouse_dir=elsewhere)
    assert settings.key_file.read_text() == night.settings.key_file.read_text()
    assert settings.key_file.stat().st_mode & 0o777 == 0o600
    again = night.tthc("run", **place)
    assert again.returncode == EXIT_PUBLISHED and (elsewhere / "current").resolve() == new
    status = json.loads(night.tthc("status", "--json", "--verify", **place).stdout)
    outcomes = ["unchanged", "unchanged" if whole else "published"]
    assert status["damaged"] == [] and [run["outcome"] for run in status["runs"]][:2] == outcomes
