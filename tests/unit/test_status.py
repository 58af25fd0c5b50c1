"""`tthc status`: what is published and how old, what came, how runs ended, what is held; and how it exits."""

import datetime as dt
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner

from pipelines import cli
from pipelines.cli import app
from pipelines.common.errors import TthcError
from pipelines.publish import versions
from pipelines.reports.officers.files import write_record
from pipelines.reports.status import read_status
from pipelines.reports.status_view import show_status
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage import memory_kills
from pipelines.storage.delivery import Delivery
from pipelines.storage.ledger import Arrival, open_ledger, record_arrival
from pipelines.storage.run_spec import candidate_dir, candidate_file
from pipelines.storage.runs import begin_run, end_run
from tests.publishable import small_candidate, small_settings

COUNTRY = PROJECT_DIR / "registers" / "vietnam"
FRIDAY = dt.date(2025, 1, 3)
HELD = {"hold": "volume", "source": "ho_so", "business_day": "2024-12-31", "indicator_code": None, "rule": None,
        "period_code": None, "scope": None, "unit_level": None, "measure": None, "stratum": None,
        "unit_code": None, "register": None, "entry": None, "usual": "150", "came": "4", "value_hash": None,
        "files": "a.csv", "override_code": None}  # fmt: skip
OVERRIDE = {"override_code": "PD-1", "hold": "freshness", "approved_by": "Chánh Văn phòng", "approved_on": "2025-01-02",
            "valid_until": "2025-01-31", "reason": "Đang chuyển hệ thống", "state": "idle"}  # fmt: skip
DAYS = """
create table marts.source_freshness as select 'ho_so' as source, date '2024-12-31' as newest_day,
    40 as delivered_days, 1.0 as usual_gap, 0 as silence, 3.0 as longest_silence, false as is_late;
create table marts.delivery_days as select 'ho_so' as source, unnest([date '2024-12-24', date '2024-12-31'])
    as business_day, business_day = date '2024-12-24' as is_missing;
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return small_settings(tmp_path)


def publish(settings: Settings, version: str = "v1", *, synthetic: bool = False) -> None:
    plan, gate = small_candidate(settings, version)
    versions.publish(settings, replace(plan, is_synthetic=synthetic), gate, "code", {})


def ran(settings: Settings, outcome: str, version: str | None = None, pid: int = 1, **detail: object) -> None:
    with open_ledger(settings.ledger_file) as ledger:
        number = begin_run(ledger, pid)
        if outcome != "running":
            end_run(ledger, number, outcome, version=version, as_of="2024-12-31", detail=detail)


def test_asking_an_empty_warehouse_makes_nothing(settings: Settings) -> None:
    found = read_status(settings, FRIDAY)
    assert (found["version"], found["is_stale"], found["sources"], found["runs"]) == (None, True, [], [])
    assert not settings.warehouse_dir.exists()


@pytest.mark.parametrize(
    ("today", "age", "is_stale"),
    [
        (dt.date(2024, 12, 31), 0, False),
        (dt.date(2024, 12, 1), 0, False),
        (dt.date(2025, 1, 1), 0, False),  # New Year's Day is nobody's working day
        (dt.date(2025, 1, 5), 2, False),  # a Sunday
        (dt.date(2025, 1, 6), 3, False),
        (dt.date(2025, 1, 7), 4, True),
    ],
)
def test_a_version_is_stale_after_three_working_days(
    settings: Settings, today: dt.date, age: int, is_stale: bool
) -> None:
    publish(settings)
    found = read_status(settings, today)
    assert (found["as_of"], found["age_working_days"], found["is_stale"]) == ("2024-12-31", age, is_stale)


def test_what_is_of_the_past_on_purpose_is_not_stale(settings: Settings) -> None:
    later = FRIDAY + dt.timedelta(days=21)
    publish(settings, synthetic=True)
    found = read_status(settings, later)
    assert found["age_working_days"] > 3 and not found["is_stale"]
    page = io.StringIO()
    show_status(Console(file=page, width=80), found, COUNTRY)
    assert "có chủ ý" in page.getvalue() and "CŨ" not in page.getvalue()
    publish(settings, "v2")
    assert read_status(settings, later)["is_stale"]
    assert not read_status(settings.model_copy(update={"as_of": dt.date(2024, 12, 31)}), later)["is_stale"]


def test_a_year_that_the_calendar_lacks_is_an_error(settings: Settings) -> None:
    publish(settings)
    with pytest.raises(TthcError, match="no_calendar"):
        read_status(settings, dt.date(2031, 1, 2))


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (dt.date(2026, 10, 31), []),
        (dt.date(2026, 11, 1), ["năm 2027 mới có"]),
        (dt.date(2027, 11, 1), ["chưa có năm 2028", "năm 2027 mới có"]),
    ],
)
def test_a_calendar_to_complete_is_said_two_months_ahead(settings: Settings, today: dt.date, said: list[str]) -> None:
    page = io.StringIO()
    show_status(Console(file=page, width=400), read_status(settings, today), COUNTRY)
    lines = [line for line in page.getvalue().splitlines() if "working_calendar.csv" in line]
    assert len(lines) == len(said) and all(words in line for words, line in zip(said, lines, strict=True))


@pytest.mark.parametrize("damage", ["none", "flip", "remove", "add", "manifest", "digit"])
def test_verify_names_the_files_that_are_not_as_the_manifest_has_them(settings: Settings, damage: str) -> None:
    publish(settings)
    folder = settings.current_link.resolve()
    csv = folder / "open-data" / "a.csv"
    csv.chmod(0o644)
    expected = {"none": [], "flip": ["open-data/a.csv"], "remove": ["open-data/a.csv"], "add": ["open-data/b.csv"],
                "manifest": ["manifest.json"], "digit": ["manifest.json"]}[damage]  # fmt: skip
    match damage:
        case "flip":
            csv.write_text("a\nx\n")
        case "remove":
            csv.unlink()
        case "add":
            csv.with_name("b.csv").write_text("x")
        case "manifest":
            (folder / "manifest.json").chmod(0o644)
            (folder / "manifest.json").write_text("{")
        case "digit":
            text = (folder / "manifest.json").read_text()
            (folder / "manifest.json").chmod(0o644)
            (folder / "manifest.json").write_text(text.replace("2024-12-31", "2024-12-30", 1))
    assert read_status(settings, FRIDAY, verify=True)["damaged"] == expected
    assert read_status(settings, FRIDAY)["damaged"] is None


def test_sources_have_their_newest_day_here_and_there_and_the_days_they_missed(settings: Settings) -> None:
    small_candidate(settings, "v1")
    with duckdb.connect(str(candidate_file(settings))) as connection:
        connection.execute(DAYS)
    candidate_dir(settings).rename(settings.warehouse_dir / "v1")
    settings.current_link.symlink_to("v1")
    with open_ledger(settings.ledger_file) as ledger:
        for source, day in (("ho_so", 2), ("ho_so", 3), ("le_phi", 1)):
            record_arrival(
                ledger, Arrival(Delivery(source, dt.date(2025, 1, day), "a.csv"), "0" * 64, 1, None, f"{source}{day}")
            )
    dossiers, fees = read_status(settings, FRIDAY)["sources"]
    assert (dossiers["source"], dossiers["newest_received"], dossiers["newest_day"]) == (
        "ho_so", "2025-01-03", "2024-12-31",
    )  # fmt: skip
    assert dossiers["missing_days"] == ["2024-12-24"] and dossiers["is_late"] is False
    assert (fees["source"], fees["newest_received"], fees["newest_day"]) == ("le_phi", "2025-01-01", None)


def test_a_run_whose_process_is_gone_was_interrupted(settings: Settings) -> None:
    ran(settings, "failed", why="[x] disk full\nvalue 079204001234")
    ran(settings, "running", pid=2**22 + 1)
    last, earlier = read_status(settings, FRIDAY)["runs"]
    assert (last["outcome"], last["cause"]) == ("interrupted", "killed") and "kill -9" in last["why"]
    assert (earlier["outcome"], earlier["why"]) == ("failed", "[x] disk full")
    ran(settings, "running", pid=os.getpid())
    assert [run["outcome"] for run in read_status(settings, FRIDAY)["runs"]] == ["running", "interrupted", "failed"]


def test_a_run_that_the_kernel_killed_for_memory_says_so(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = tmp_path / "vmstat"
    monkeypatch.setattr(memory_kills, "VMSTAT", counter)
    counter.write_text("nr_free_pages 1\noom_kill 4\n")
    ran(settings, "running", pid=2**22 + 1)
    counter.write_text("nr_free_pages 1\noom_kill 5\n")
    (last,) = read_status(settings, FRIDAY)["runs"]
    assert last["cause"] == "out_of_memory_killed" and "TTHC_MEMORY_LIMIT" in last["why"]
    ran(settings, "published", version="v9")  # the next run closes the one before it
    assert read_status(settings, FRIDAY)["runs"][1]["cause"] == "out_of_memory_killed"
    counter.unlink()
    ran(settings, "running", pid=2**22 + 1)
    assert read_status(settings, FRIDAY)["runs"][0]["cause"] == "killed"


def refused(settings: Settings) -> None:
    """Make a refused run after a published one, with one thing held and one override that is idle."""
    publish(settings)
    ran(settings, "published", "v1")
    plan, gate = small_candidate(settings, "v2")
    gate["tables"][0]["checks"][1]["success"] = False
    versions.keep_refused(settings, plan, gate | {"success": False, "held": [HELD], "overrides": [OVERRIDE]})
    ran(settings, "refused", "v2")


def test_what_is_held_is_told_of_the_refused_candidate_while_the_earlier_version_stays(settings: Settings) -> None:
    refused(settings)
    found = read_status(settings, FRIDAY)
    assert found["version"] == "v1"
    assert found["gate"]["failed"] == ["t.a_filled"]
    assert (found["gate"]["passed"], found["gate"]["expected"]) == (1, 2)
    assert (found["held"], found["overrides"]) == ([HELD], [OVERRIDE])
    ran(settings, "unchanged", "v1")
    assert read_status(settings, FRIDAY)["gate"]["success"] is True


def test_a_damaged_ledger_is_said_and_hides_nothing_else(settings: Settings) -> None:
    publish(settings)
    settings.ledger_file.parent.mkdir(exist_ok=True)
    settings.ledger_file.write_bytes(b"not a ledger" * 100)
    found = read_status(settings, FRIDAY)
    settings.ledger_file.unlink()  # every ledger that tests leave is read once more at the end
    assert (found["ledger_damaged"], found["version"]) == (True, "v1")


def test_reports_are_told_ahead_of_their_day(settings: Settings) -> None:
    assert read_status(settings, dt.date(2024, 3, 1))["reports_due"] == [
        {"period_code": "2024-BC-Q1", "report_due_date": "2024-03-13"}
    ]
    assert read_status(settings, dt.date(2024, 2, 27))["reports_due"] == []
    assert read_status(settings, dt.date(2024, 3, 14))["reports_due"] == []


def test_reports_that_were_handed_in_are_listed_and_a_damaged_record_is_named(settings: Settings) -> None:
    assert read_status(settings, FRIDAY)["reports_handed_in"] == []
    for period, number in (("2024-BC-6T", 1), ("2024-BC-6T", 10), ("2024-BC-Q1", 1)):
        record = {"number": number, "locked_at": "2024-06-12T08:00:00+07:00", "locked_by": "Sở", "version": "v1"}
        write_record(settings.reports_dir / "locked" / period / str(number) / "lock.json", record)
    (settings.reports_dir / "locked" / "2024-BC-Q1" / "1" / "lock.json").write_text("{}", encoding="utf-8")
    found = read_status(settings, FRIDAY)["reports_handed_in"]
    assert [(row["period"], row["number"], row["locked_by"]) for row in found] == [
        ("2024-BC-6T", 10, "Sở"), ("2024-BC-Q1", None, None),
    ]  # fmt: skip
    console = Console(record=True, width=160, file=io.StringIO())
    show_status(console, read_status(settings, FRIDAY), COUNTRY)
    printed = console.export_text()
    assert "2024-BC-6T" in printed and "2024-06-12" in printed and "reports/locked/2024-BC-Q1" in printed


def test_people_are_told_the_same(settings: Settings) -> None:
    refused(settings)
    ran(settings, "failed", why="[step_failed] x")
    console = Console(record=True, width=160, file=io.StringIO())
    show_status(console, read_status(settings, FRIDAY, verify=True), COUNTRY)
    text = console.export_text()
    for reported in ("v1", "2024-12-31", "Mọi tệp khớp bảng kê", "✗ t.a_filled", "bị giữ: volume ho_so 2024-12-31",
                 "PD-1 không còn khớp", "Chánh Văn phòng", "[step_failed] x", "bị giữ lại"):  # fmt: skip
        assert reported in text, reported


def test_exit_codes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTHC_EXPECTATIONS_DIR", str(settings.expectations_dir))
    arguments = ["status", "--json", "--warehouse", str(settings.warehouse_dir)]
    empty = CliRunner().invoke(app, arguments)
    assert (empty.exit_code, json.loads(empty.stdout)["version"]) == (3, None)
    publish(settings)
    old = CliRunner().invoke(app, arguments)
    assert (old.exit_code, json.loads(old.stdout)["is_stale"]) == (3, True)
    (settings.current_link.resolve() / "open-data" / "a.csv").unlink()
    damaged = CliRunner().invoke(app, [*arguments, "--verify"])
    assert (damaged.exit_code, json.loads(damaged.stdout)["damaged"]) == (1, ["open-data/a.csv"])


def test_whoever_may_not_read_is_told_who_may(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def denied() -> None:
        raise PermissionError(13, "Permission denied", "/kho/ledger/ledger.sqlite")

    monkeypatch.setattr("pipelines.cli.app", denied)
    monkeypatch.delenv("TTHC_DEBUG", raising=False)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr().err
    assert stopped.value.code == 1 and "[no_rights]" in said and "ledger.sqlite" in said and "Vai trò" in said


def test_a_line_that_approves_several_periods_is_proposed_once(settings: Settings) -> None:
    publish(settings)
    status = read_status(settings, FRIDAY)
    drift = {
        **HELD, "source": None, "business_day": None, "hold": "drift", "indicator_code": "on_time_rate", "rule": "plan",
        "scope": "level", "unit_level": "xa", "usual": "96 %", "came": "91 %", "files": None,
    }  # fmt: skip
    held = [{**drift, "period_code": period} for period in ("2024-10", "2024-11")]
    page = io.StringIO()
    show_status(Console(file=page, width=400), {**status, "held": held}, COUNTRY)
    assert page.getvalue().count("thêm vào overrides.csv") == 1
    assert "2024-10" in page.getvalue() and "2024-11" in page.getvalue()
