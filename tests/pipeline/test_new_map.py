"""Whole nights of the province as it is since July 2025: two old provinces become one, districts go, a year ends.

Each warehouse here takes minutes, so they are of the campaign; `test_two_provinces` has the rules on a small scale.
"""

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.common.errors import EXIT_PUBLISHED
from pipelines.sample import write_province
from pipelines.sample.span import Span
from tests.conftest import tthc
from tests.differing import differing_tables

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
PROVINCE = "dong-nai-2026"


def environment(raw: Path, warehouse: Path) -> dict[str, str]:
    return {"TTHC_PROVINCE": PROVINCE, "TTHC_RAW_DIR": str(raw), "TTHC_WAREHOUSE_DIR": str(warehouse)}


def run(raw: Path, warehouse: Path, *options: str) -> str:
    done = tthc("run", *options, **environment(raw, warehouse))
    assert done.returncode == EXIT_PUBLISHED, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("moi")
    write_province(folder / "raw", 6_000, faults=True, province=PROVINCE)
    run(folder / "raw", folder / "kho")
    return folder


@pytest.fixture
def marts(landed: Path) -> Any:
    with duckdb.connect(str(landed / "kho" / "current" / "tthc.duckdb"), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


def test_levels_and_the_province_have_what_was_planted(landed: Path, marts: duckdb.DuckDBPyConnection) -> None:
    truth = json.loads((landed / "raw" / "truth.json").read_text(encoding="utf-8"))
    counts = [name for name in truth["form"][0] if name not in ("period_code", "scope", "unit_code", "unit_level")]
    query = f"select period_code, scope, unit_code, unit_level, {', '.join(counts)} from handling_status"
    got = {row[:4]: row[4:] for row in marts.execute(query).fetchall()}
    nothing = (0,) * len(counts)
    expected = {
        (row["period_code"], row["scope"], row["unit_code"], row["unit_level"]): tuple(row[name] for name in counts)
        for row in truth["form"]
    }
    assert {key: got.get(key, nothing) for key in expected} == expected
    query = "select indicator_code, rule, period_code, scope, unit_level, numerator, denominator from indicator_values"
    figures = {row[:5]: row[5:] for row in marts.execute(query).fetchall()}
    wrong = []
    for row in truth["indicators"]:
        key = (row["indicator_code"], row["rule"], row["period_code"], row["scope"], row["unit_level"])
        planted = (row["numerator"], row["denominator"])
        if figures.get(key, (0, 0)) != planted:
            wrong.append((key, planted, figures.get(key)))
    assert wrong == []


def test_both_old_provinces_count_before_the_merger_and_only_units_that_there_are_after_it(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    query = """
        select p.period_code, p.start_date >= date '2025-07-01' as is_after, u.unit_level,
            split_part(u.unit_code, '.', 1) as tree, sum(h.open_total), sum(h.received_total)
        from handling_status h join dim_unit u using (unit_code) join dim_period p using (period_code)
        where h.scope = 'unit' and p.period_type = 'month' group by all
    """
    rows = marts.execute(query).fetchall()
    assert {tree for _, is_after, _, tree, _, received in rows if not is_after and received} == {"H19", "H10"}
    assert {(level, tree) for _, is_after, level, tree, left, _ in rows if is_after and left} == {
        ("so", "H19"), ("xa", "H19"), ("tinh", "H19"),
    }  # fmt: skip
    beside = marts.execute(
        "select unit_code, replaced_by from dim_unit where unit_level = 'tinh' order by 1"
    ).fetchall()
    assert beside == [("H10", "H19"), ("H19", None)]


def test_each_year_is_judged_by_its_own_plan(marts: duckdb.DuckDBPyConnection) -> None:
    query = "select distinct target from indicator_values where indicator_code = ? and rule = 'plan'"
    of_year = {
        (year, code): {target for (target,) in marts.execute(f"{query} and period_code = '{year}'", [code]).fetchall()}
        for year, code in ((2024, "online_share"), (2025, "on_time_rate"), (2026, "on_time_rate"))
    }
    assert of_year[2024, "online_share"] >= {0.8, 0.4, 0.3}
    assert (of_year[2025, "on_time_rate"], of_year[2026, "on_time_rate"]) == ({None}, {0.98})
    query = "select lead_unit from dim_indicator where indicator_code = 'on_time_rate' and rule = 'plan'"
    ((lead,),) = marts.execute(query).fetchall()
    assert lead is None


def test_pages_and_reports_know_no_district_where_there_is_none(landed: Path) -> None:
    site = landed / "kho" / "current" / "site" / "vi"
    home = (site / "index.html").read_text(encoding="utf-8")
    assert 'id="nhom-xa"' in home and 'id="nhom-so"' in home and 'id="nhom-H19.31"' not in home
    assert (site / "co-quan" / "H10.31.01.html").is_file() and (site / "co-quan" / "H10.html").is_file()
    commune = (site / "co-quan" / "H19.101.html").read_text(encoding="utf-8")
    assert 'href="../cap/xa.html"' in commune and "co-quan/H19.html" not in commune
    reports = landed / "kho" / "reports"
    assert {path.name for path in reports.iterdir()} >= {"2026-BC-9T", "2025-BC-NAM"}


def test_what_is_carried_over_new_year_is_what_all_computed_anew_gives(tmp_path: Path) -> None:
    """Night by night over the turn of the year, on which a plan ends and another begins."""
    write_province(
        tmp_path / "raw", 4_000, province=PROVINCE, cadence="daily", years=Span(2025, 2026),
        first=dt.date(2025, 12, 22), last=dt.date(2026, 1, 5),
    )  # fmt: skip
    kho, before, given = tmp_path / "kho", tmp_path / "before", environment(tmp_path / "raw", tmp_path / "kho")
    run(tmp_path / "raw", kho, "--day", "2025-12-22..2025-12-28")
    # On the last day of the year the list of procedures comes: what it changes is computed anew.
    for nights, carrying in (
        ("2025-12-29..2025-12-30", "carrying"),
        ("2025-12-31", "carrying_lists_changed"),
        ("2026-01-01..2026-01-02", "carrying"),
        ("2026-01-03..2026-01-05", "carrying"),
    ):
        shutil.copytree(kho, before, symlinks=True)
        run(tmp_path / "raw", kho, "--day", nights)
        status = json.loads(tthc("status", "--json", "--timings", **given).stdout)
        assert status["timings"]["carrying"] == carrying, nights
        run(tmp_path / "raw", before, "--day", nights, "--rebuild")
        assert differing_tables(kho, before) == []
        shutil.rmtree(before)
