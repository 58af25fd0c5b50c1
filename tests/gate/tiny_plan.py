"""What the plan asks for, both rules side by side, and what was delivered; made up."""

TASK_REPORTS = """
create table fct_task_reports as
select 2024 as plan_year, * from (values
    ('PL-01', date '2024-01-20', 'DANG', 40), ('PL-01', date '2024-02-10', 'XONG', 100),
    ('PL-02', date '2024-02-25', 'XONG', 100), ('PL-03', date '2024-01-25', 'CHUA', 0),
    ('PL-04', date '2024-02-01', 'DANG', null)
) as reports (task_code, reported_date, standing, share_done);
"""

FIGURE_REPORTS = """
create table fct_figure_reports as
select * from (values
    ('units_inspected', 'H19.03', '2024-02', 3, 4, date '2024-03-01', date '2024-03-04'),
    ('units_inspected', 'H19.03', '2024-01', 1, 4, date '2024-02-01', date '2024-02-01')
) as reports (indicator_code, unit_code, period_code, numerator, denominator, first_reported_on, reported_on);
"""

TASKS = """
create table plan_tasks as
with tasks as (
    select 2024 as plan_year, * from (values
        ('PL-01', 'I.1', 'Ban hành kế hoạch', 'Quý I', 'deadline', date '2024-02-15'),
        ('PL-02', 'I.2', 'Rà soát thủ tục', '20/02', 'deadline', date '2024-02-20'),
        ('PL-03', 'I.3', 'Công bố dữ liệu mở', 'Tháng 2', 'deadline', date '2024-02-29'),
        ('PL-04', 'II.1', 'Tuyên truyền', 'Thường xuyên', 'standing', null),
        ('PL-05', 'II.2', 'Đào tạo', 'Khi có chỉ đạo', 'conditional', null),
        ('PL-06', 'II.3', 'Báo cáo năm', '07/11', 'deadline', date '2024-11-07')
    ) as listed (task_code, annex_number, task, deadline_text, deadline_kind, deadline_date)
),
newest as (
    select task_code, max(reported_date) as newest_report_date, arg_max(standing, reported_date) as reported,
           max(share_done) as share_done, min(reported_date) filter (where standing = 'XONG') as done_date
    from fct_task_reports group by task_code
)
select plan_year, task_code, annex_number, 'Mục tiêu' as goal, task, 'Báo cáo' as product,
       'Văn phòng' as lead_unit, 'Các phòng' as supporting_unit, deadline_text, deadline_kind, deadline_date,
       newest_report_date,
       coalesce(map {'CHUA': 'not_started', 'DANG': 'doing', 'XONG': 'done'}[reported], 'no_report') as standing,
       map {'not_started': 'chưa bắt đầu', 'doing': 'đang làm', 'done': 'đã xong', 'no_report': 'chưa có báo cáo'}[
           standing] as standing_vi,
       share_done, done_date, coalesce(deadline_date <= as_of, false) as is_due,
       coalesce(deadline_date < as_of and (done_date is null or done_date > deadline_date), false) as is_overdue,
       case when is_due then not is_overdue when deadline_kind = 'standing' then standing in ('doing', 'done')
       end as is_on_schedule
from tasks left join newest using (task_code) cross join dim_run;
"""

# The same dossiers under both rules: indicator, table, day and result under the plan, the same under Decision 766.
PAIRS = (
    ("on_time_rate", "fct_timeliness", "finished_date", "outcome <> 'overdue'", "finished_date",
     "case outcome_766 when 'in_time' then true when 'overdue' then false end"),
    ("online_share", "fct_online_share", "received_date", "is_online", "received_date",
     "case when reason_766 <> 'unknown' then reason_766 = 'online' end"),
    ("digitised_share", "fct_digitisation", "received_date", "is_digitised", "received_date", "is_wholly_digitised"),
    ("data_reuse_share", "fct_digitisation", "received_date", "is_reused", "received_date", "is_component_reused"),
    ("result_digitised_share", "fct_digitisation where requires_result",
     "case when status_code <> 7 then finished_date end", "has_own_result_file", "received_date", "has_result_file"),
    ("online_payment_share", "fct_payments where amount_vnd > 0", "paid_date", "is_online", "null::date",
     "null::boolean"),
    ("online_payment_share", "fct_payment_duty where not is_exempt", "null::date", "null::boolean", "received_date",
     "is_paid_online"),
    ("sync_rate", "fct_national_sync", "received_date", "is_synced", "copy_received_date", "true"),
)  # fmt: skip


def rule_differences() -> str:
    """Return SQL that makes `rule_differences`."""
    cases = " union all ".join(
        f"select '{code}' as indicator_code, unit_code, unit_level, {day} as day_plan, {plan} as plan, "
        f"{day_766} as day_766, {result_766} as result_766 from {table}"
        for code, table, day, plan, day_766, result_766 in PAIRS
    )
    return f"""
create temp table rule_units as
with placed as (
    select indicator_code, period_code, unit_code, unit_level,
           case when day_plan between start_date and cut_date then plan end as counted_plan,
           case when day_766 between start_date and cut_date then result_766 end as counted_766
    from dim_period cross join ({cases})
    union all
    select 'on_time_rate', period_code, t.unit_code, t.unit_level, null,
           case coalesce(late.outcome_766, 'in_time') when 'in_time' then true when 'overdue' then false end
    from dim_period
    join fct_timeliness as t on t.received_date <= dim_period.cut_date
        and (t.finished_date is null or t.finished_date > dim_period.cut_date)
    left join fct_open_late as late using (dossier_code, period_code)
)
select indicator_code, period_code, unit_code, unit_level, counted_plan,
       case counted_plan when true then 'yes_by_plan' when false then 'no_by_plan' end as reason_plan, counted_766,
       case counted_766 when true then 'yes_by_766' when false then 'no_by_766' end as reason_766,
       count(*) as case_count
from placed
where (counted_plan is not null or counted_766 is not null)
  and indicator_code not in (select indicator_code from gaps)
group by all;

create table rule_differences as
select indicator_code, period_code, 'unit' as scope, * exclude (indicator_code, period_code) from rule_units
union all
select indicator_code, period_code, 'level', 'H19', unit_level, counted_plan, reason_plan, counted_766, reason_766,
       sum(case_count)::bigint
from rule_units group by all
union all
select indicator_code, period_code, 'province', 'H19', 'tinh', counted_plan, reason_plan, counted_766, reason_766,
       sum(case_count)::bigint
from rule_units group by all;
"""


SCORECARD = """
create table plan_scorecard as
with goals as (
    select * from (values
        ('M01', 'on_time_rate', '*'), ('M02', 'satisfaction_rate', '*'), ('M03', 'feedback_on_time_rate', '*'),
        ('M04', 'online_share', 'so'), ('M05', 'online_share', 'huyen'), ('M06', 'online_share', 'xa'),
        ('M07', 'notification_share', '*'), ('M08', 'open_datasets', '*'), ('M09', 'units_inspected', '*'),
        ('M10', null, '*')
    ) as goals (goal_code, indicator_code, unit_level)
),
reached as (
    select goal_code, period_code, v.is_closed, numerator, denominator, value,
           row_number() over (partition by goal_code order by cut_date desc, end_date) as nth
    from goals as g
    join indicator_values as v on v.indicator_code = g.indicator_code and v.rule = 'plan' and v.value is not null
        and case g.unit_level when '*' then v.scope = 'province'
            else v.scope = 'level' and v.unit_level = g.unit_level end
    join dim_period using (period_code)
    where period_type in ('year', 'report')
)
select 2024 as plan_year, g.goal_code, 'II.2.1' as section, 'Mục tiêu của kế hoạch' as wording, g.indicator_code,
       g.unit_level, 'Văn phòng' as lead_unit, goals_of.target::double as target, n.period_code, n.is_closed,
       n.numerator, n.denominator, n.value, p.period_code as previous_period_code, p.value as previous_value,
       n.value - p.value as change,
       case when change > 0 then 'better' when change < 0 then 'worse' when change = 0 then 'same' end as trend,
       n.value >= goals_of.target as met,
       case when n.value is null then 'no_data' when met then 'met' when not met then 'not_met' else 'tracked'
       end as standing,
       map {'no_data': 'chưa có số liệu', 'met': 'đạt', 'not_met': 'chưa đạt', 'tracked': 'theo dõi'}[standing]
           as standing_vi,
       gaps.missing as missing_source
from goals as g
left join reached as n on n.goal_code = g.goal_code and n.nth = 1
left join reached as p on p.goal_code = g.goal_code and p.period_code = '2024-BC-T2'
left join goals_of on goals_of.indicator_code = g.indicator_code and goals_of.level = g.unit_level
left join gaps on gaps.indicator_code = g.indicator_code and gaps.rule = 'plan';
"""

CORRECTIONS = """
create table known_corrections as
select * from (values
    ('C01', 'ho_so', 'MaHoSo=H19.03-240102-0000', 'NgayHenTra', 'Gõ nhầm năm', 'Bộ phận một cửa',
     date '2024-02-01', 'active', 2, 1, 'applied'),
    ('C02', 'le_phi', 'MaHoSo=H19.30-240103-0001', 'Gia', 'Thừa số 0', 'Kế toán', date '2024-02-02', 'active', 0, 0,
     'not_delivered'),
    ('C03', 'ho_so', 'MaHoSo=H19.30-240103-0004', 'MaTTHC', 'Mã cũ', 'Bộ phận một cửa', date '2024-02-03', 'retired',
     1, 0, 'retired')
) as corrections (correction_code, source, row_key, field, reason, reporter, reported_on, status, rows_with_key,
                  rows_wrong, standing);
"""

# A register of every way of showing_progress, and the units as they were delivered.
REGISTERS = """
create table register_entries as
with cells as (
    select * from (values
        ('target', 'on_time_rate|plan|*|2024-01-01', '', null, 'held', null, 'indicator'),
        ('target', 'on_time_rate|plan|*|2024-01-01', 'target', '0.97', 'held', null, 'indicator'),
        ('target', 'on_time_rate|plan|*|2024-01-01', 'valid_to', '2024-12-31', 'validity', null, 'indicator'),
        ('goal', '2024|II.1', '', null, 'held', null, 'none'),
        ('goal', '2024|II.1', 'indicator_code', 'on_time_rate', 'held', null, 'none'),
        ('indicator_need', 'on_time_rate|plan|ho_so', '', null, 'held', null, 'indicator'),
        ('contract_rule', 'ho_so|no_received_date', '', null, 'held', null, 'source'),
        ('contract_rule', 'ho_so|no_received_date', 'when', 'NgayTiepNhan is null', 'held', null, 'source'),
        ('calendar', '2024-02-12', '', null, 'held', '2024-02-12', 'all'),
        ('calendar', '2024-02-12', 'is_working_day', 'false', 'held', '2024-02-12', 'all'),
        ('calendar', '2024-04-30', '', null, 'held', '2024-04-30', 'all'),
        ('calendar', '2024-04-30', 'is_working_day', 'false', 'held', '2024-04-30', 'all'),
        ('holds', 'drift|value', '', '0.03', 'setting', null, 'none'),
        ('watched', 'rows|target|key', '', '["indicator_code"]', 'setting', null, 'none'),
        ('watched', 'rows|goal|key', '', '["goal_code"]', 'setting', null, 'none'),
        ('watched', 'rows|indicator_need|key', '', '["indicator_code"]', 'setting', null, 'none'),
        ('watched', 'rows|contract_rule|key', '', '["source"]', 'setting', null, 'none'),
        ('watched', 'rows|calendar|key', '', '["calendar_date"]', 'setting', null, 'none'),
        ('watched', 'rows|unit|key', '', '["unit_code"]', 'setting', null, 'none'),
        ('watched', 'settings|holds|of', '', 'province', 'setting', null, 'none')
    ) as listed
    union all
    select 'unit', unit_code, cell.field, cell.value, cell.watch, null, 'all'
    from dim_unit, (select unnest([
        {'field': '', 'value': null, 'watch': 'held'},
        {'field': 'unit_level', 'value': unit_level, 'watch': 'held'},
        {'field': 'parent_unit_code', 'value': parent_unit_code, 'watch': 'held'},
        {'field': 'valid_to', 'value': valid_to::varchar, 'watch': 'validity'}
    ]) as cell)
)
select register, entry, field, value, watch, row_day::date as row_day, moves,
       left(sha256(coalesce(value, '')), 16) as value_hash
from cells as c (register, entry, field, value, watch, row_day, moves);
"""

# Two units from whose dossiers a few were taken, none of them late.
REMOVALS = """
create table removals as
select * replace (late_share::double as late_share, province_late_share::double as province_late_share)
from (values
    (date '2024-02-01', 'H19.03', 0, 6, 2, 0.12, 0.1),
    (date '2024-02-20', 'H19.03', 0, 3, 0, 0.12, 0.1),
    (date '2024-02-20', 'H19.30', 0, 4, 5, 0.08, 0.1)
) as counted (removed_on, unit_code, late, on_time, still_open, late_share, province_late_share);
"""
