"""Where a run's seconds went: noted stage by stage in the ledger, and shown as a table on request."""

import time
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.common.i18n import catalogue
from pipelines.nightly.stages import SHOWN, Stages
from pipelines.reports.timings import read_timings, show_timings
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.runs import SECONDS, STAGES, begin_run, end_run, runs


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(warehouse_dir=tmp_path)


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock.monotonic)
    return clock


def begun(settings: Settings) -> int:
    with open_ledger(settings.ledger_file) as ledger:
        return begin_run(ledger, 1)


def noted(settings: Settings) -> dict[str, float]:
    with open_ledger(settings.ledger_file) as ledger:
        found: dict[str, float] = runs(ledger)[0].detail.get(SECONDS, {})
    return found


def spend(stages: Stages, clock: Clock, **seconds: float) -> None:
    for stage, length in seconds.items():
        stages.begin(stage)
        clock.now += length


def test_each_stage_has_its_seconds_when_the_next_begins(settings: Settings, clock: Clock) -> None:
    stages = Stages(settings.ledger_file, begun(settings), began=97.0)
    spend(stages, clock, landing=2, parsing=5)
    assert noted(settings) == {"start": 3.0, "landing": 2.0}  # what a run has noted that is killed now
    stages.end()
    assert noted(settings) == {"start": 3.0, "landing": 2.0, "parsing": 5.0}


def test_a_stage_that_goes_on_later_is_summed_and_shown_once(
    settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    stages = Stages(settings.ledger_file, begun(settings))
    with caplog.at_level("INFO", "tthc.stage"):
        spend(stages, clock, workspace=1, transform=4)
        spend(stages, clock, workspace=2)
        stages.end()
    assert noted(settings) == {"start": 0.0, "workspace": 3.0, "transform": 4.0}
    assert [record.__dict__["stage"] for record in caplog.records] == ["workspace", "transform"]


def test_the_end_is_noted_after_the_outcome_and_changes_nothing_else(settings: Settings, clock: Clock) -> None:
    number = begun(settings)
    stages = Stages(settings.ledger_file, number)
    with open_ledger(settings.ledger_file) as ledger:
        end_run(ledger, number, "published", version="v1", detail={"open_data": "x"})
        before = runs(ledger)[0]
    spend(stages, clock, end=1)
    stages.end()
    with open_ledger(settings.ledger_file) as ledger:
        after = runs(ledger)[0]
    assert {**after.detail, SECONDS: None} == {**before.detail, SECONDS: None}
    assert (after.outcome, after.version, after.ended) == (before.outcome, before.version, before.ended)
    assert noted(settings)["end"] == 1.0


def test_a_ledger_that_cannot_be_written_stops_no_run(settings: Settings, clock: Clock) -> None:
    stages = Stages(settings.ledger_file, begun(settings))
    settings.ledger_file.write_bytes(b"\0" * 4_096)
    spend(stages, clock, landing=1)
    stages.end()
    assert stages.seconds["landing"] == 1.0
    settings.ledger_file.unlink()  # the session's last check reads every ledger


def test_every_stage_has_a_name() -> None:
    assert set(STAGES) >= SHOWN
    assert {f"stage_{stage}" for stage in STAGES} == {code for code in catalogue() if code.startswith("stage_")}


def test_the_table_has_stages_in_their_order_with_shares(settings: Settings, clock: Clock) -> None:
    stages = Stages(settings.ledger_file, begun(settings))
    spend(stages, clock, landing=1, workspace=1, transform=2, gate=4)
    stages.end()
    timings = read_timings(settings)
    assert timings is not None and list(timings["seconds"]) == ["start", "landing", "workspace", "transform", "gate"]
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    show_timings(console, timings)
    lines = [line for line in console.export_text().splitlines() if line.startswith("│")]
    assert [line.split("│")[2:4] for line in lines] == [
        ["  0.0 ", "   0% "], ["  1.0 ", "  12% "], ["  1.0 ", "  12% "], ["  2.0 ", "  25% "], ["  4.0 ", "  50% "]
    ]  # fmt: skip


@pytest.mark.parametrize("ledger", [None, b"no database at all" * 99])
def test_where_nothing_is_noted_there_is_no_table(settings: Settings, ledger: bytes | None) -> None:
    if ledger is not None:
        settings.ledger_file.parent.mkdir()
        settings.ledger_file.write_bytes(ledger)
    assert read_timings(settings) is None
    assert settings.ledger_file.exists() == (ledger is not None)
    settings.ledger_file.unlink(missing_ok=True)


def test_a_run_of_earlier_code_has_no_table(settings: Settings) -> None:
    begun(settings)
    assert read_timings(settings) is None


def test_the_status_shows_them_on_request(settings: Settings, clock: Clock) -> None:
    stages = Stages(settings.ledger_file, begun(settings))
    spend(stages, clock, landing=8)
    stages.end()
    arguments = ["--lang", "en", "status", "--warehouse", str(settings.warehouse_dir)]
    said = CliRunner().invoke(app, [*arguments, "--timings"]).output
    assert "where its 8.0 s went" in said and "1/7 Landing" in said
    assert "went" not in CliRunner().invoke(app, arguments).output
    assert '"landing": 8.0' in CliRunner().invoke(app, [*arguments, "--timings", "--json"]).output
    assert '"timings"' not in CliRunner().invoke(app, [*arguments, "--json"]).output
