"""What the next candidate is held against: the published version where it is sound, and never one that is not."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.common.i18n import say
from pipelines.open_data.editions import add_edition
from pipelines.open_data.vintage_store import seal_vintage
from pipelines.publish import versions
from pipelines.publish.baseline import baseline_of
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.runs import begin_run, end_run
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
    versions.switch_current(settings, "v1")
    assert baseline_of(settings).version == "v1"


@pytest.mark.parametrize("damaged", ["tthc.duckdb", "manifest.json"])
def test_a_damaged_version_does_not_keep_its_replacement_out(
    settings: Settings, damaged: str, caplog: pytest.LogCaptureFixture
) -> None:
    publish(settings, "v1")
    damage(settings.current_link / damaged)
    assert baseline_of(settings).version is None
    assert say("baseline_lost") in caplog.text


def test_a_lost_link_or_a_damaged_version_leaves_the_one_before_to_compare_with(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing compared is nothing held: a figure that jumps would get out on the night after a loss."""
    for number, version in enumerate(("v2", "v1"), start=1):  # by run, not by name
        publish(settings, version)
        made(settings, number, version)
    settings.current_link.unlink()
    assert baseline_of(settings).version == "v1"
    damage(settings.versions_dir / "v1" / "tthc.duckdb")
    assert baseline_of(settings).version == "v2"
    assert caplog.messages == [say("baseline_other", version=one) for one in ("v1", "v2")]


def test_all_versions_lost_is_said_where_something_was_out(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    vintage = settings.work_dir / "open-data"
    vintage.mkdir(parents=True)
    head: Any = {"vintage": "2024-01-31-abc", "files": {}, "descriptions": {}}
    seal_vintage(vintage, head)
    add_edition(settings, vintage)
    assert baseline_of(settings).version is None
    assert say("baseline_lost") in caplog.text


def damage(path: Path) -> None:
    """Make the last byte is another."""
    path.chmod(0o644)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def made(settings: Settings, number: int, version: str) -> None:
    """Make the ledger's word that a run made a version."""
    with open_ledger(settings.ledger_file) as ledger:
        assert begin_run(ledger, 1) == number
        end_run(ledger, number, "published", version=version)
