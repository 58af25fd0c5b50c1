"""Up to which day a run computes: what is delivered for days to come closes nothing, and a slip can be taken back."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.landing import discover as landing
from pipelines.landing.ingest import LEFT_IN_LANDING
from pipelines.storage.ledger import open_ledger
from pipelines.storage.runs import begin_run, runs
from pipelines.transform.specify_run import build_run_spec

from .few_files import DOSSIERS, PROCEDURES, UNITS, FewFiles

DAY, SLIP = "2024-12-31", "2025-02-28"
ROW = "A-1,1.000001,H19.07,4,20241203080000,,,,\n"


@pytest.fixture
def few(tmp_path: Path) -> FewFiles:
    """Return a province whose last delivery is of the last day of 2024."""
    few = FewFiles(tmp_path, [])
    lists = ("don_vi", DAY, "u.csv", UNITS), ("thu_tuc", DAY, "p.csv", PROCEDURES)
    few.deliver(*lists, ("ho_so", DAY, "a.csv", DOSSIERS + ROW))
    return few


def today(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr(landing, "today_at_home", lambda: dt.date.fromisoformat(day))


def test_a_folder_later_than_today_is_left_and_told_until_its_day_comes(
    few: FewFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    today(monkeypatch, "2025-01-02")
    with open_ledger(few.settings.ledger_file) as ledger:
        begin_run(ledger, 1)
    state = few.deliver(("ho_so", SLIP, "slip.csv", DOSSIERS + ROW))
    assert few.plan(state).as_of == DAY
    with open_ledger(few.settings.ledger_file) as ledger:
        (left,) = runs(ledger, 1)[0].detail[LEFT_IN_LANDING]
    assert (left["code"], left["file"]) == ("left_future_day", f"ho_so/{SLIP}")
    today(monkeypatch, SLIP)
    assert few.plan(few.deliver()).as_of == SLIP


def test_a_slip_that_was_never_published_is_taken_back_by_a_file_without_rows(few: FewFiles) -> None:
    state = few.deliver(("ho_so", SLIP, "slip.csv", DOSSIERS + ROW))
    assert few.plan(state).as_of == SLIP  # and the gate holds it
    state = few.deliver(("ho_so", SLIP, "slip.csv", DOSSIERS))
    assert few.plan(state).as_of == DAY


def test_what_was_published_is_not_taken_back_so(few: FewFiles) -> None:
    """There an empty file is one that somebody has to look at, and the day stays."""
    few.deliver(("ho_so", SLIP, "slip.csv", DOSSIERS + ROW))
    state = few.deliver(("ho_so", SLIP, "slip.csv", DOSSIERS))
    assert build_run_spec(few.settings, few.contracts, state, SLIP).as_of == SLIP
    assert build_run_spec(few.settings, few.contracts, state, DAY).as_of == DAY


def test_a_day_that_came_empty_at_once_counts(few: FewFiles) -> None:
    assert few.plan(few.deliver(("ho_so", "2025-01-02", "b.csv", DOSSIERS))).as_of == "2025-01-02"
