"""Versions: complete or absent, bound to the bytes the gate saw, switched in one step."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.common.checksums import SEAL
from pipelines.common.errors import CandidateRefused, TthcError
from pipelines.common.files import atomic_write, sha256_of
from pipelines.publish import versions
from pipelines.settings import Settings
from pipelines.storage.manifest import files_match_manifest, read_manifest
from tests.publishable import small_candidate, small_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path, keep_versions=2)


def publish(settings: Settings, name: str) -> bool:
    plan, gate = small_candidate(settings, name)
    return versions.publish(settings, plan, gate, "code", {})


def test_a_published_version_is_whole_and_current(settings: Settings) -> None:
    assert publish(settings, "v1") is True
    assert versions.current_version(settings) == "v1"
    assert files_match_manifest(settings.current_link)
    assert settings.current_link.readlink() == Path("versions/v1")


def test_the_same_version_again_is_no_change(settings: Settings) -> None:
    publish(settings, "v1")
    before = sha256_of(settings.current_link / "tthc.duckdb")
    assert publish(settings, "v1") is False
    assert sha256_of(settings.current_link / "tthc.duckdb") == before


@pytest.mark.parametrize("damage", ["flip", "remove", "add"])
def test_damage_is_noticed_and_never_switched_to(settings: Settings, damage: str) -> None:
    publish(settings, "v1")
    publish(settings, "v2")
    csv = settings.versions_dir / "v1" / "open-data" / "a.csv"
    csv.chmod(0o644)
    if damage == "flip":
        csv.write_text("a\nV1\n")
    elif damage == "remove":
        csv.unlink()
    else:
        csv.with_name("b.csv").write_text("x")
    assert not files_match_manifest(settings.versions_dir / "v1")
    with pytest.raises(TthcError, match="version_damaged"):
        versions.switch_current(settings, "v1")
    assert versions.current_version(settings) == "v2"


def test_any_flipped_bit_in_the_manifest_is_noticed(settings: Settings) -> None:
    """Count of rows and the gate's word stand there; people read them as they read the figures."""
    publish(settings, "v1")
    path = settings.versions_dir / "v1" / "manifest.json"
    path.chmod(0o644)
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 4]) + whole[position + 1 :])
        assert not files_match_manifest(path.parent) or json.loads(path.read_bytes()) == json.loads(whole), position
    assert position > 500


def test_a_version_of_before_there_were_seals_still_verifies(settings: Settings) -> None:
    publish(settings, "v1")
    path = settings.versions_dir / "v1" / "manifest.json"
    path.chmod(0o644)
    path.write_text(json.dumps({name: value for name, value in read_manifest(path.parent).items() if name != SEAL}))
    assert files_match_manifest(path.parent)


def test_a_damaged_version_is_replaced_by_its_next_run(settings: Settings) -> None:
    publish(settings, "v1")
    (settings.versions_dir / "v1" / "open-data" / "a.csv").unlink()
    publish(settings, "v1")
    assert files_match_manifest(settings.current_link)


@pytest.mark.parametrize("change", [{"success": False}, {"candidate_sha256": "0" * 64}])
def test_only_the_bytes_that_the_gate_passed_are_published(settings: Settings, change: dict[str, Any]) -> None:
    publish(settings, "v1")
    plan, passed = small_candidate(settings, "v2")
    gate: Any = {**passed, **change}
    with pytest.raises(CandidateRefused):
        versions.publish(settings, plan, gate, "code", {})
    assert versions.current_version(settings) == "v1"
    kept = versions.keep_refused(settings, plan, gate)
    assert [table["table"] for table in json.loads((kept / "gate.json").read_text())["tables"]] == ["t"]


def test_old_versions_go_but_never_the_current_one(settings: Settings) -> None:
    for name in ("v1", "v2", "v3"):
        publish(settings, name)
    versions.switch_current(settings, "v1")
    assert versions.prune(settings) == ["v2"]
    assert {path.name for path in settings.versions_dir.iterdir()} == {"v1", "v3"}


def test_a_reader_keeps_the_version_it_opened(settings: Settings) -> None:
    publish(settings, "v1")
    with duckdb.connect(str(settings.current_link / "tthc.duckdb"), read_only=True) as reader:
        publish(settings, "v2")
        assert reader.execute("select a from marts.t").fetchall() == [(1,)]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def broken_off() -> None:
        with atomic_write(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
