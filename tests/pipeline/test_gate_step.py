"""The steps within Dagster where something goes wrong: a signal, and a fault in the pages beside the gate."""

import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from pipelines.nightly import checks
from pipelines.nightly.causes import raise_interrupt
from pipelines.settings import Settings

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_within_a_step_is_an_interrupt_and_no_failure(stop: signal.Signals) -> None:
    @dg.asset
    def stopped() -> None:
        os.kill(os.getpid(), stop)

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        result = dg.materialize([stopped], raise_on_error=False)
    finally:
        signal.signal(signal.SIGTERM, before)
    with pytest.raises(KeyboardInterrupt):
        raise_interrupt(result)


def test_a_step_that_fails_by_itself_is_no_interrupt() -> None:
    @dg.asset
    def broken() -> None:
        raise ValueError

    result = dg.materialize([broken], raise_on_error=False)
    assert not result.success
    raise_interrupt(result)


class _Broken(Exception):
    pass


def gate(settings: Settings, monkeypatch: pytest.MonkeyPatch, *, success: bool) -> tuple[Any, SimpleNamespace]:
    """Return the gate's step over a verdict, with pages that cannot be written, and what it did."""
    done = SimpleNamespace(called=[])

    def broken(_: Settings) -> dict[str, int]:
        raise _Broken

    found = SimpleNamespace(success=success, raised=(), tables=(), problems=(), candidate_sha256="x")
    found.to_dict = dict
    monkeypatch.setattr(checks, "write_pages", broken)
    monkeypatch.setattr(checks, "run_gate", lambda *_, **__: found)
    monkeypatch.setattr(checks, "baseline_of", lambda _: None)
    monkeypatch.setattr(checks, "locate_failures", lambda *_: {})
    monkeypatch.setattr(checks, "keep_refused", lambda *_: done.called.append("kept"))
    monkeypatch.setattr("pipelines.nightly.checks.RunSpec.load", lambda _: None)
    nightly = SimpleNamespace(
        settings=settings,
        stages=SimpleNamespace(begin=lambda _: None),
        save_gate_verdict=lambda _: done.called.append("verdict"),
        record_outcome=lambda outcome, _: done.called.append(outcome),
    )
    node: Any = checks.gate_checks([]).node_def
    return node.compute_fn.decorated_fn(nightly), done


@pytest.mark.parametrize(("success", "expected"), [(True, ["verdict"]), (False, ["verdict", "kept", "refused"])])
def test_pages_that_cannot_be_written_stop_the_night_and_hide_no_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, success: bool, expected: list[str]
) -> None:
    step, done = gate(Settings(warehouse_dir=tmp_path), monkeypatch, success=success)
    with pytest.raises(_Broken):
        list(step)
    assert done.called == expected
