"""The steps before dbt: done once a run, whoever asks first, and a fault in them closes the run with its cause."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.common.errors import CandidateRefused, RunLocked, TthcError
from pipelines.nightly import context, run, steps
from pipelines.nightly.context import Nightly, open_run
from pipelines.nightly.lock import run_lock
from pipelines.nightly.run import RunOutcome, run_nightly
from pipelines.nightly.stages import Stages
from pipelines.nightly.steps import ends_without_work, land_deliveries, lay_out_workspace, parse_deliveries
from pipelines.parsing.receipts import LakeState
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.run_spec import RunSpec
from pipelines.storage.runs import CARRYING, Run, begin_run, runs
from pipelines.transform.carry import Carried
from tests.publishable import small_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(context, "write_quality_page", lambda _: None)
    return small_settings(tmp_path)


@pytest.fixture
def known(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Replace the work of the steps: what was called in which order, and whether the version is made already."""
    known = SimpleNamespace(called=[], is_made=False, parse=None, spec=RunSpec("2024-12-31", "v1", "H19", True, []))

    def work(name: str, result: Any) -> Any:
        return lambda *_: known.called.append(name) or result

    monkeypatch.setattr(steps, "ingest_deliveries", work("landing", {"found": 1, "new": 1}))
    monkeypatch.setattr(steps, "update_lake", work("parsing", LakeState([], [], [])))
    monkeypatch.setattr(steps, "build_run_spec", work("decision", known.spec))
    monkeypatch.setattr(steps, "is_already_published", lambda *_: known.is_made)
    monkeypatch.setattr(steps, "build_workspace", work("workspace", None))
    monkeypatch.setattr(steps, "start_parse", lambda _: known.parse)
    monkeypatch.setattr(steps, "load_manifest", work("manifest", {}))
    monkeypatch.setattr(steps, "prepare_build", lambda _: known.called.append("dbt loads") or child())
    monkeypatch.setattr(steps, "start_build", lambda *_: known.called.append("dbt builds"))
    monkeypatch.setattr(run, "_run_in_dagster", lambda _: RunOutcome("v1", True))
    return known


def child(code: str = "import time; time.sleep(600)") -> subprocess.Popen[str]:
    """Return a process of that code, by default one that runs until it is killed."""
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def last_runs(settings: Settings) -> list[Run]:
    with open_ledger(settings.ledger_file) as ledger:
        return runs(ledger)


def test_each_step_is_done_once_in_a_run(settings: Settings, known: SimpleNamespace) -> None:
    with open_run(settings) as under_way:
        for _ in range(2):
            assert land_deliveries(under_way) == {"found": 1, "new": 1}
            assert parse_deliveries(under_way) is under_way.lake
            assert not ends_without_work(under_way)
            assert lay_out_workspace(under_way) == known.spec
    assert known.called == ["landing", "parsing", "decision", "workspace"]


def test_nothing_is_laid_out_before_it_is_decided(settings: Settings) -> None:
    with pytest.raises(ValueError, match="ends_without_work"):
        lay_out_workspace(Nightly(settings, 1, Stages(settings.ledger_file, 1)))


def test_a_stage_is_shown_once(settings: Settings, known: SimpleNamespace, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "tthc.stage"), open_run(settings) as under_way:
        for step in (*run.FIRST_STEPS.values(), *run.FIRST_STEPS.values()):
            step(under_way)
    assert known.called and [record.__dict__["stage"] for record in caplog.records] == [
        "landing", "parsing", "workspace"
    ]  # fmt: skip


@pytest.mark.parametrize("is_made", [True, False])
def test_dagster_goes_on_only_where_there_is_work(settings: Settings, known: SimpleNamespace, is_made: bool) -> None:
    known.is_made = is_made
    assert run_nightly(settings) == RunOutcome("v1", changed=not is_made)
    work = [] if is_made else ["workspace", "manifest", "dbt builds"]
    assert known.called == ["landing", "dbt loads", "parsing", "decision", *work]
    (last,) = last_runs(settings)
    # The run in Dagster is replaced here and records nothing.
    assert (last.outcome, last.version) == (("unchanged", "v1") if is_made else ("failed", None))


def test_dbt_does_not_outlive_its_run(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster cannot be loaded, say: dbt, which computes meanwhile, would write on after the lock is released."""
    begun: list[Any] = []

    def broken(under_way: Nightly) -> None:
        assert under_way.dbt is not None and under_way.dbt.poll() is None
        begun.append(under_way.dbt)
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "_run_in_dagster", broken)
    with pytest.raises(KeyboardInterrupt):
        run_nightly(settings)
    assert [process.returncode for process in begun] == [-signal.SIGKILL]
    assert [last.outcome for last in last_runs(settings)] == ["failed"]


def test_dbt_that_was_loaded_for_nothing_ends_with_its_run(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = child()
    monkeypatch.setattr(steps, "prepare_build", lambda _: loaded)
    known.is_made = True
    run_nightly(settings)
    assert loaded.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("new", "is_parsing"), [(0, False), (1, True)])
def test_dbt_is_loaded_beside_parsing_only_where_something_came_and_a_core_is_free(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, new: int, is_parsing: bool
) -> None:
    monkeypatch.setattr(steps, "ingest_deliveries", lambda *_: {"found": 1, "new": new})
    known.parse = child("pass") if is_parsing else None
    known.is_made = True
    run_nightly(settings)
    assert "dbt loads" not in known.called


@pytest.mark.parametrize(
    "fault", [CandidateRefused("gate_refused", version="v1"), TthcError("step_failed", step="dbt_build", why="x")]
)
def test_what_carried_rows_over_and_failed_is_computed_whole(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, fault: TthcError
) -> None:
    """The first attempt carries over, is refused and leaves its candidate; the second computes everything."""
    found = Carried(settings.work_dir / "a", settings.work_dir / "b", "2024-12-30", frozenset(), frozenset())
    monkeypatch.setattr(steps, "find_carried", lambda given, *_: "asked" if given.rebuild else found)
    refused = settings.refused_dir / "v1"
    carried: list[Carried | None] = []

    def judged(under_way: Nightly) -> RunOutcome:
        carried.append(under_way.carried)
        if under_way.carried is None:
            return RunOutcome("v1", True)
        refused.mkdir(parents=True)
        raise fault

    monkeypatch.setattr(run, "_run_in_dagster", judged)
    assert run_nightly(settings) == RunOutcome("v1", True)
    assert carried == [found, None] and not refused.exists()
    assert known.called[-4:] == ["workspace", "manifest", "dbt loads", "dbt builds"]
    detail = last_runs(settings)[0].detail
    assert detail[CARRYING] == "carrying_failed" and detail["carry_failure"] == str(fault)


def carrying(known: SimpleNamespace, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs carry something over, unless everything is to be computed."""
    found = Carried(settings.work_dir / "a", settings.work_dir / "b", "2024-12-30", frozenset(), frozenset())
    monkeypatch.setattr(steps, "find_carried", lambda given, *_: "asked" if given.rebuild else found)
    known.called.clear()


@pytest.mark.parametrize("outcome", ["published", "unchanged", "beside"])
def test_what_fails_after_publication_is_not_computed_again(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    def published(under_way: Nightly) -> RunOutcome:
        under_way.record_outcome(outcome, known.spec)
        raise TthcError("step_failed", step="published_version", why="No space left on device")

    carrying(known, settings, monkeypatch)
    monkeypatch.setattr(run, "_run_in_dagster", published)
    with pytest.raises(TthcError, match="No space left"):
        run_nightly(settings)
    assert known.called.count("workspace") == 1
    assert (last_runs(settings)[0].outcome, last_runs(settings)[0].version) == (outcome, "v1")


@pytest.mark.parametrize("code", ["out_of_memory", "child_killed"])
def test_want_of_memory_is_not_tried_again_with_more_rows(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def starved(_: Nightly) -> RunOutcome:
        raise TthcError(code, step="dbt_build", limit="4GiB")

    carrying(known, settings, monkeypatch)
    monkeypatch.setattr(run, "_run_in_dagster", starved)
    with pytest.raises(TthcError) as raised:
        run_nightly(settings)
    assert raised.value.code == code and known.called.count("workspace") == 1


def test_a_refused_first_attempt_and_a_second_that_fails_are_a_failed_run(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judged(under_way: Nightly) -> RunOutcome:
        if under_way.carried is None:
            assert last_runs(settings)[0].outcome == "running"
            raise TthcError("step_failed", step="dbt_build", why="x")
        under_way.record_outcome("refused", known.spec)
        raise CandidateRefused("gate_refused", version="v1")

    carrying(known, settings, monkeypatch)
    monkeypatch.setattr(run, "_run_in_dagster", judged)
    with pytest.raises(TthcError, match="dbt_build"):
        run_nightly(settings)
    (last,) = last_runs(settings)
    assert (last.outcome, last.detail["cause"]) == ("failed", "step_failed")


def test_a_carried_run_that_is_interrupted_stops(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Nightly) -> RunOutcome:
        raise KeyboardInterrupt

    carrying(known, settings, monkeypatch)
    monkeypatch.setattr(run, "_run_in_dagster", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_nightly(settings)
    assert known.called.count("workspace") == 1 and last_runs(settings)[0].outcome == "failed"


def test_what_was_computed_whole_and_failed_is_not_computed_again(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Nightly) -> RunOutcome:
        raise CandidateRefused("gate_refused", version="v1")

    monkeypatch.setattr(run, "_run_in_dagster", refused)
    with pytest.raises(CandidateRefused):
        run_nightly(settings)
    assert known.called.count("workspace") == 1
    assert last_runs(settings)[0].detail[CARRYING] == "carrying_nothing_kept"


def test_models_that_cannot_be_parsed_close_the_run_with_what_dbt_says(
    settings: Settings, known: SimpleNamespace
) -> None:
    known.parse = child("print('Compilation Error'); raise SystemExit(2)")
    with pytest.raises(TthcError, match="Compilation Error") as raised:
        run_nightly(settings)
    (last,) = last_runs(settings)
    assert (raised.value.code, last.outcome, last.detail["cause"]) == ("dbt_failed", "failed", "dbt_failed")
    assert known.called == ["landing", "parsing", "decision"]


def test_a_parse_of_the_models_ends_with_a_run_that_fails_beside_it(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(steps, "ingest_deliveries", broken)
    known.parse = child()
    with pytest.raises(TthcError):
        run_nightly(settings)
    assert known.parse.returncode == -signal.SIGKILL


FAULTS = {
    OSError(errno.ENOSPC, "No space left on device"): ("disk_full", "disk_full"),
    MemoryError(): ("out_of_memory", "TTHC_MEMORY_LIMIT"),
    TthcError("archive_missing", file="x"): ("step_failed", "[archive_missing]"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_fault_of_a_step_closes_the_run_with_its_cause(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(steps, "update_lake", broken)
    code, why = FAULTS[fault]
    with pytest.raises(TthcError, match="parsing_privacy_lake") as raised:
        run_nightly(settings)
    assert raised.value.code == code and why in str(raised.value)
    (last,) = last_runs(settings)
    assert (last.outcome, last.detail["cause"], last.detail["why"]) == ("failed", code, str(raised.value))
    assert last.ended is not None and known.called == ["landing", "dbt loads"]


def test_what_stops_after_the_outcome_leaves_the_outcome(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Settings) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(steps, "clean_up", broken)
    known.is_made = True
    with pytest.raises(TthcError, match="workspace"):
        run_nightly(settings)
    assert [last.outcome for last in last_runs(settings)] == ["unchanged"]


def test_an_interrupted_step_closes_the_run_and_frees_the_lock(
    settings: Settings, known: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(steps, "ingest_deliveries", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_nightly(settings)
    assert [last.outcome for last in last_runs(settings)] == ["failed"] and known.called == []
    monkeypatch.setattr(steps, "ingest_deliveries", lambda *_: {})
    known.is_made = True
    assert not run_nightly(settings).changed


def test_a_killed_run_is_closed_by_the_next(settings: Settings, known: SimpleNamespace) -> None:
    with open_ledger(settings.ledger_file) as ledger:
        begin_run(ledger, os.getpid())
    known.is_made = True
    run_nightly(settings)
    assert [last.outcome for last in last_runs(settings)] == ["unchanged", "interrupted"]


def test_a_locked_warehouse_gets_no_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_: Settings) -> None:
        raise RunLocked("locked", pid="1")

    monkeypatch.setattr(run, "run_lock", locked)
    with pytest.raises(RunLocked):
        run_nightly(settings)
    with run_lock(settings):
        assert last_runs(settings) == []
