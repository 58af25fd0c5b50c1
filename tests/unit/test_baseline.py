"""What the next candidate is held against: the published version where it is sound, and never one that is not."""

from pathlib import Path

import pytest

from pipelines.publish import versions
from pipelines.publish.baseline import baseline_of
from pipelines.settings import Settings
from tests.publishable import small_candidate, small_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path)


def publish(settings: Settings, version: str) -> None:
    plan, gate = small_candidate(settings, version)
    versions.publish(settings, plan, gate, "code", {})


def test_the_first_night_has_nothing_to_compare_with(settings: Settings) -> None:
    baseline = baseline_of(settings)
    assert (baseline.version, baseline.previous) == (None, None)
    assert baseline.drift is not None


def test_afterwards_it_is_the_version_that_current_names(settings: Settings) -> None:
    for version in ("v1", "v2"):
        publish(settings, version)
        baseline = baseline_of(settings)
        assert baseline.version == version
        assert baseline.previous == settings.versions_dir / version / "tthc.duckdb"
    versions.switch(settings, "v1")
    assert baseline_of(settings).version == "v1"


@pytest.mark.parametrize("damaged", ["tthc.duckdb", "manifest.json"])
def test_a_damaged_version_does_not_keep_its_replacement_out(
    settings: Settings, damaged: str, caplog: pytest.LogCaptureFixture
) -> None:
    publish(settings, "v1")
    path = settings.current_link / damaged
    path.chmod(0o644)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert baseline_of(settings).version is None
    assert "v1" in caplog.text
