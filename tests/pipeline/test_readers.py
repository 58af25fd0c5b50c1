"""Readers of a published version across a switch: each sees one version as a whole, the new one once it is there."""

from pathlib import Path

import pytest

from benchmarks.readers import QUESTIONS, Findings, kinds_of, plan_of, run_readers, two_versions
from tests.conftest import Night

pytestmark = pytest.mark.slow
SECONDS, PAUSE = 1.5, 0.05


def test_readers_across_a_switch_and_a_rollback_get_right_answers_only(night: Night, tmp_path: Path) -> None:
    settings, first, other = two_versions(night.warehouse, tmp_path / "kho", light=True)
    kinds = [*kinds_of("files", 4), *kinds_of("server", 2)]
    found = run_readers(settings, kinds, plan_of(settings, PAUSE), (first, other), SECONDS)
    assert {name: found[name] for name in ("errors", "wrong", "mixed", "stale")} == {
        "errors": {}, "wrong": 0, "mixed": 0, "stale": 0,
    }  # fmt: skip
    # Every question has another answer in the other version, and everybody asked before, between and after.
    assert found["questions_that_tell_versions_apart"] == len(QUESTIONS)
    assert found["answers"] > 20 and set(found["sessions"]) == {"keeps", "reopens", "guarded", "server"}
    assert set(found["milliseconds"]) >= {"before", "during"}
    assert Findings().is_right
