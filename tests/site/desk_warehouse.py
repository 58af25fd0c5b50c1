"""A published warehouse with as many units as a province has, for the desk page: only what the page reads.

Belongs here: tables whose numbers follow from simple rules, so that a test can say them again. Does not belong here:
the tables as dbt makes them (tests/pipeline).
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines.reports.endings import Ending
from pipelines.reports.morning.facts import Morning
from pipelines.reports.officers.files import write_record
from pipelines.settings import DATABASE_FILE, PROJECT_DIR, Settings
from pipelines.storage.runs import Run
from tests.site.steps_tables import STEP_TABLES

VERSION = "2024-12-31-0123456789ab"
UNITS = 200
STARTED, ENDED = "2025-01-01T01:00:00+07:00", "2025-01-01T01:05:00+07:00"
TABLES = """
create schema marts;
set schema = 'marts';
create table dim_run as select date '2024-12-31' as as_of, 'H19' as province_code, '{version}' as version,
    true as is_synthetic;
create table dim_unit as
    select 'H19' as unit_code, 'UBND tỉnh Đồng Nai' as unit_name
    union all select 'H19.' || i, 'UBND thị trấn Vĩnh An <số ' || i || '>' from range({units}) t(i);
create table dim_period as select '2024' as period_code, 'year' as period_type, date '2024-01-01' as start_date,
    date '2024-12-31' as end_date;
create table dim_score_period as
    select strftime(d, '%Y-%m-%d') || '-LK' as period_code, 'to_date' as period_type, cast(d as date) as end_date
    from range(date '2024-10-13', date '2024-12-31', interval 7 day) t(d)
    union all select '2024-12-30-LK', 'to_date', date '2024-12-30'
    union all select '2024-BC-NAM', 'report', date '2024-11-10';
create table decision_766_totals as
    select period_code, 'province' as scope, 'H19' as unit_code, 60 + i * 0.25e0 as known_points,
        case when i < 4 then 70.0e0 else 88.0e0 end as known_max, 60 + i * 0.25e0 as own_points,
        case when i < 4 then 70.0e0 else 86.0e0 end as own_max, 100.0e0 as max_points, null::double as points_before,
        null::double as points_change, null::bigint as unit_rank, null::bigint as units_ranked
    from (select *, row_number() over (order by end_date) - 1 as i from dim_score_period where period_type = 'to_date')
    union all select '2024', 'province', 'H19', 63.456e0, 88.0e0, 61.456e0, 86.0e0, 100.0e0, 63.0e0, 0.456e0, null, null
    union all select '2024', 'unit', unit_code, 20 + i % 50, 74.0e0, 20, 74.0e0, 100.0e0, 20, 0, i + 1, {units}
    from (select *, cast(substr(unit_code, 5) as bigint) as i from dim_unit where unit_code <> 'H19');
create table decision_766_score as
    select '2024' as period_code, 'province' as scope, 'H19' as unit_code, g as group_code, g || c as component,
        case when c < 2 then 2.5e0 + c end as points, 5.0e0 as max_points
    from unnest(['CKMB', 'TDGQ', 'ONLINE', 'TTTT', 'MDSH', 'MDHL']) t(g), range(3) u(c);
create table decision_766_provinces as
    select province_code, province_code = 'H19' as is_own, points, 100.0e0 as max_points, province_rank,
        3 as provinces_ranked, date '2024-12-29' as portal_date
    from (values ('H26', 81.5e0, 1), ('H19', 70.25e0, 2), ('H20', 64.0e0, 3)) t(province_code, points, province_rank);
create table dim_score_component as
    select format('{{}}.{{}}', i // 4 + 1, i % 4 + 1) as component,
        'Giấy tờ lấy từ kho dữ liệu cá nhân trên Cổng quốc gia, thành phần ' || i as name_vi,
        'Papers taken from the personal store of the national portal, no. ' || i as name_en,
        date '2022-06-23' as valid_from, null::date as valid_to
    from range(14) t(i);
create table decision_766_gains as
    select '2024' as period_code, 'province' as scope, 'H19' as unit_code, component, 6.0e0 as max_points,
        6.0e0 - n as points, n as points_lost, cast(1000 * n as bigint) as cases_against,
        cast(500 * n as bigint) as cases_to_full, 0.002e0 as points_per_case, n > 4 as can_still_rise
    from (select *, 0.4e0 * row_number() over (order by component) as n from dim_score_component)
    union all
    select '2024', 'unit', u.unit_code, g.component, 6.0e0, 1.0e0, 5.0e0, cast(substr(u.unit_code, 5) as bigint) + 1, 1,
        0.5e0, true
    from dim_unit u, dim_score_component g where u.unit_code <> 'H19';
create table decision_766_compared as
    select '2024' as period_code, date '2024-12-29' as portal_date, 'province' as scope, 'H19' as unit_code, component,
        4.0e0 as own_points, 4.0e0 + n as portal_points, -n as points_difference, 40 as numerator_unexplained,
        -3 as denominator_unexplained
    from (select *, 0.1e0 * row_number() over (order by component) as n from dim_score_component);
create table decision_766_causes as
    select '2024' as period_code, 'province' as scope, 'H19' as unit_code, component, cause, n as cases, n as
        numerator_effect, n as denominator_effect
    from dim_score_component, (values ('not_found', 35), ('other_finish_date', 12), ('other_due_date', 7),
        ('finished_here_open_there', 3)) t(cause, n);
create table worklist as
    select 'H19.' || i as unit_code, c as category,
        case when (i + n) % 7 = 0 then 'other_due' else 'agrees' end as portal
    from range({units}) t(i),
        unnest(['overdue', 'due_today', 'due_soon', 'waiting_long', 'paused', 'no_due_date', 'in_time']) u(c),
        range(60) v(n)
    where n < (i * (len(c) + 3)) % 41;
"""
STATUS: dict[str, Any] = {
    "version": VERSION, "as_of": "2024-12-31", "is_stale": False, "age_working_days": 1, "stale_after_working_days": 3,
    "held": [{"override_code": None}, {"override_code": "PD-1"}], "left_in_landing": [{"why": "x"}],
    "reports_due": [{"period_code": f"2024-BC-{n}", "report_due_date": "2025-01-10"} for n in range(3)],
    "reports_handed_in": [
        {"period": "2024-BC-9T", "number": 2, "locked_at": "2024-09-14T09:00:00+07:00", "locked_by": "Nguyễn Văn A"},
        {"period": "2024-BC-6T", "number": None, "locked_at": None, "locked_by": None},
    ],
    "sources": [
        {"source": f"nguon_{n}", "is_late": True, "silence": 4, "longest_silence": 3.0, "newest_day": "2024-12-20",
         "missing_days": ["2024-12-23", "2024-12-24"]} for n in range(4)
    ],
}  # fmt: skip
CAME = {"ho_so": {"files": 2, "refused": 1, "rows_in": 41200, "rejected": 7}, "buoc": {"files": 1, "rows_in": 30}}
WHY = "[step_failed] bước transform dừng: [disk_full] ổ đĩa đầy, còn 12 MB ở nơi có kho, cần ít nhất 4.000 MB " * 2


def publish_desk(folder: Path, units: int = UNITS) -> Settings:
    """Return the settings of a warehouse with that many units, whose lists and letters are written in part."""
    settings = Settings(warehouse_dir=folder, registers_dir=PROJECT_DIR / "registers")
    version = folder / "versions" / VERSION
    version.mkdir(parents=True)
    with duckdb.connect(str(version / DATABASE_FILE)) as connection:
        connection.execute(TABLES.format(version=VERSION, units=units))
        connection.execute(STEP_TABLES)
    (folder / "current").symlink_to(Path("versions") / VERSION)
    lists = settings.reports_dir / "worklist"
    lists.mkdir(parents=True)
    made = {f"H19.{n}": {"digest": "x", "files": [f"H19.{n}.xlsx", f"H19.{n}.docx"]} for n in range(units)}
    for unit in made.values():
        for name in unit["files"]:
            (lists / str(name)).write_text(f"file {name}", encoding="utf-8")
    write_record(lists / "worklist.json", {"version": VERSION, "units": made})
    (settings.reports_dir / "findings").mkdir()
    (settings.reports_dir / "findings" / "H19.1.xlsx").write_text("findings", encoding="utf-8")
    period = settings.reports_dir / "2024-BC-9T"
    period.mkdir()
    write_record(period / "report.json", {"files": {"bao-cao.docx": "", "bieu.xlsx": ""}})
    (settings.quality_dir / "run-000007" / "vi").mkdir(parents=True)
    (settings.quality_dir / "run-000007" / "vi" / "index.html").write_text("quality", encoding="utf-8")
    settings.quality_page.symlink_to("run-000007")
    return settings


def morning(outcome: str = "published", **status: Any) -> Morning:
    """Return the summary of a run that ended so."""
    detail: Mapping[str, Any] = {"cause": "disk_full", "why": WHY} if outcome == "failed" else {}
    run = Run(7, 1, STARTED, ENDED, outcome, VERSION, "2024-12-31", dict(detail))
    ending = Ending(outcome, None, None, "–")
    return Morning(run, ending, {**STATUS, **status}, CAME, [], [], [], 300.0)


MADE = dt.datetime.fromisoformat("2025-01-01T06:30:00+07:00")
