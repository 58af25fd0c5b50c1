"""What BI tools ask of MetricFlow is what the warehouse publishes, to the last case."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.publish.read_only import open_read_only
from pipelines.registers.model import load_indicators
from pipelines.settings import DATABASE_FILE, PROJECT_DIR, Settings
from scripts.dbt_metrics import PROJECT, REASONS, held, metric_name, why_no_metric
from tests.conftest import Night

pytestmark = pytest.mark.slow
SETTINGS = Settings()
INDICATORS = load_indicators(SETTINGS.country_dir)
METRICS = {metric_name(i): (i.code, i.rule) for i in held(INDICATORS, SETTINGS.dbt_project_dir)}
Key = tuple[str, str, str, str]  # metric, scope, period, unit or level ("" is the province)


@pytest.fixture(scope="module")
def warehouse(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Any:
    # A copy: a process opens a file with one set of settings, and others have it open.
    database = Path(shutil.copy(night.current / DATABASE_FILE, tmp_path_factory.mktemp("published") / DATABASE_FILE))
    with open_read_only(database, night.settings.duckdb_config()) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


@pytest.fixture(scope="module")
def answered(night: Night, warehouse: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what `mf query` answers on the published version: numerator and denominator, and some values, by key."""
    project = tmp_path_factory.mktemp("metrics") / PROJECT
    shutil.copytree(PROJECT_DIR / PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    reports = "select period_code, cast(start_date as varchar), cast(cut_date as varchar) from dim_period"
    spans = {c: (a, b) for c, a, b in warehouse.execute(f"{reports} where period_type = 'report'").fetchall()}
    assert len(spans) == 4
    done = subprocess.run(
        [sys.executable, "-m", "tests.pipeline.metric_answers", str(project), json.dumps(spans)],
        env={**os.environ, "TTHC_WAREHOUSE_DIR": str(night.warehouse), "DO_NOT_TRACK": "1"},
        cwd=PROJECT_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found: dict[Key, dict[str, float]] = {}
    for line in filter(None, done.stdout.splitlines()):
        scope, period, subject, figures = json.loads(line)
        for name, figure in figures.items():
            part = next((p for p in ("numerator", "denominator") if name.endswith(f"_{p}")), "value")
            key = (name.removesuffix(f"_{part}"), scope, period, subject or "")
            if figure is not None:
                found.setdefault(key, {})[part] = figure
    return found


def test_every_metric_is_the_published_indicator(
    warehouse: duckdb.DuckDBPyConnection, answered: dict[Key, dict[str, float]]
) -> None:
    names = {pair: name for name, pair in METRICS.items()}
    query = (
        "select indicator_code, rule, scope, period_code,"
        " case scope when 'unit' then unit_code when 'level' then unit_level else '' end, numerator, denominator"
        " from indicator_values where denominator > 0"
    )
    rows = [row for row in warehouse.execute(query).fetchall() if row[:2] in names]
    published = {(names[row[:2]], *row[2:5]): list(row[5:]) for row in rows}
    got = {key: [f["numerator"], f["denominator"]] for key, f in answered.items() if f.get("denominator")}
    assert got == published
    assert len(published) > 5_000
    assert {key[0] for key in published} == set(METRICS)


def test_a_metric_s_value_is_its_numerator_over_its_denominator(answered: dict[Key, dict[str, float]]) -> None:
    shares = [f for (_, scope, period, _), f in answered.items() if scope == "unit" and period == "2024-03"]
    assert any("value" in figures for figures in shares)
    for figures in shares:
        if figures.get("denominator"):
            assert figures["value"] == pytest.approx(figures["numerator"] / figures["denominator"])


def test_every_indicator_is_a_metric_or_has_its_reason_why_not() -> None:
    why = {(i.code, i.rule): why_no_metric(i, SETTINGS.dbt_project_dir) for i in INDICATORS}
    assert sorted(key for key, reason in why.items() if reason is None) == sorted(METRICS.values())
    assert {reason for reason in why.values() if reason} <= set(REASONS)
    assert why["satisfaction_rate", "plan"] == "superseded"
    assert why["feedback_on_time_rate", "766"] == "field"
    assert why["notification_share", "plan"] == "later_day"
    assert why["on_time_rate", "766"] == why["sync_rate", "766"] == "model"


def test_the_project_has_no_view_that_no_metric_asks() -> None:
    models = PROJECT_DIR / PROJECT / "models"
    asked = yaml.safe_load((models / "metrics.yml").read_text(encoding="utf-8"))["semantic_models"]
    views = {model["model"].removeprefix("ref('").removesuffix("')") for model in asked}
    assert {path.stem for path in (models / "cases").glob("*.sql")} == views


def test_only_metrics_are_promised_whose_cases_count_on_their_own_day(warehouse: duckdb.DuckDBPyConnection) -> None:
    for name in sorted(Path(PROJECT_DIR / PROJECT / "models" / "cases").glob("*.sql")):
        query = f"select count(*) from cases.{name.stem} where counts_from <> event_date or superseded_on is not null"
        assert warehouse.execute(query).fetchone() == (0,), name.stem
