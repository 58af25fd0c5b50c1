"""A night ends early only where computing again could change nothing: whatever is lost or other makes it compute."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.open_data.disclosure.case_keys import key_check
from pipelines.open_data.vintage_store import seal_vintage
from pipelines.publish import versions
from pipelines.publish.skip_unchanged import QUARANTINE_KEY, is_already_published, quarantine_fingerprint
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.run_spec import RunSpec, candidate_dir
from pipelines.storage.runs import begin_run, end_run
from tests.publishable import small_candidate, small_settings

SECRET = "57" * 32


@pytest.fixture
def out(tmp_path: Path) -> tuple[Settings, RunSpec]:
    """Return a warehouse after a night that published v2, with v1 before it, and the plan of a next night like it."""
    settings = small_settings(tmp_path)
    settings.restricted_dir.mkdir(parents=True)
    settings.key_file.write_text(SECRET)
    settings.key_file.chmod(0o600)
    rejected = settings.restricted_dir / "quarantine" / "ho_so" / "2024-12-31" / "a.parquet"
    rejected.parent.mkdir(parents=True)
    rejected.write_bytes(b"rows")
    for version in ("v1", "v2"):
        plan, gate = small_candidate(settings, version)
        head: Any = {"essence": {"key_check": key_check(settings.key_file)}, "files": {}, "descriptions": {}}
        seal_vintage(candidate_dir(settings) / "open-data", head)
        with open_ledger(settings.ledger_file) as ledger:
            run = begin_run(ledger, 1)
        versions.publish(settings, plan, gate, "code", {})
        with open_ledger(settings.ledger_file) as ledger:
            end_run(
                ledger, run, "published", version=version, detail={QUARANTINE_KEY: quarantine_fingerprint(settings)}
            )
    return settings, plan


def test_nothing_new_and_nothing_lost_is_nothing_to_do(out: tuple[Settings, RunSpec]) -> None:
    settings, plan = out
    assert is_already_published(settings, plan)
    with open_ledger(settings.ledger_file) as ledger:  # a night that failed in between changes nothing
        end_run(ledger, begin_run(ledger, 1), "failed")
    assert is_already_published(settings, plan)


def _flip(path: Path) -> None:
    path.chmod(0o644)
    content = path.read_bytes()
    path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])


LOSSES: dict[str, Callable[[Settings], object]] = {
    "current": lambda s: s.current_link.unlink(),
    "rolled back": lambda s: versions.switch_current(s, "v1"),
    "database": lambda s: _flip(s.current_link / "tthc.duckdb"),
    "manifest": lambda s: _flip(s.current_link / "manifest.json"),
    "open data": lambda s: _flip(s.current_link / "open-data" / "vintage.json"),
    "ledger": lambda s: s.ledger_file.unlink(),
    "quarantine": lambda s: next(s.restricted_dir.rglob("*.parquet")).unlink(),
    "more in quarantine": lambda s: (s.restricted_dir / "quarantine" / "b.parquet").write_bytes(b""),
    "secret": lambda s: s.key_file.write_text("67" * 32),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_whatever_is_lost_is_made_again(out: tuple[Settings, RunSpec], loss: str) -> None:
    settings, plan = out
    LOSSES[loss](settings)
    assert not is_already_published(settings, plan)


def test_another_version_is_due(out: tuple[Settings, RunSpec]) -> None:
    settings, _ = out
    assert not is_already_published(settings, RunSpec("2024-12-31", "v3", "H19", True, []))
