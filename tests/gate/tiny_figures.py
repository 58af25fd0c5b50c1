"""The form and the indicators, added up from the made-up facts."""

# Indicators that cannot be known, and which sources, or fields of them, are missing.
GAPS = """
create temp table gaps as
select * from (values
    ('units_inspected', 'plan', 'so_lieu')
) as gaps (indicator_code, rule, missing);
"""

FORM = """
create temp table form_units as
select period_code, t.unit_code, t.unit_level,
       count(*) filter (where t.received_date >= start_date and is_online) as received_online,
       count(*) filter (where t.received_date >= start_date and not is_online) as received_direct,
       count(*) filter (where t.received_date < start_date
                        and (t.finished_date is null or t.finished_date >= start_date)) as carried_over,
       count(*) filter (where t.finished_date between start_date and cut_date and outcome = 'early')
           as resolved_early,
       count(*) filter (where t.finished_date between start_date and cut_date and outcome = 'on_time')
           as resolved_on_time,
       count(*) filter (where t.finished_date between start_date and cut_date and outcome = 'overdue')
           as resolved_overdue,
       count(*) filter (where (t.finished_date is null or t.finished_date > cut_date)
                        and not coalesce(late.is_overdue, false)) as open_in_time,
       count(*) filter (where late.is_overdue) as open_overdue
from dim_score_period join fct_timeliness as t on t.received_date <= cut_date
join fct_online_share using (dossier_code)
left join (select period_code, dossier_code, is_overdue from fct_open_late) as late
    using (dossier_code, period_code)
group by all;

create temp table form_all as
select period_code, 'unit' as scope, * exclude (period_code) from form_units
union all by name
select period_code, 'level' as scope, 'H19' as unit_code, unit_level,
       sum(columns('received|carried|resolved|open'))
from form_units group by all
union all by name
select period_code, 'province' as scope, 'H19' as unit_code, 'tinh' as unit_level,
       sum(columns('received|carried|resolved|open'))
from form_units group by all;

create table handling_status as
select period_code, scope, unit_code, unit_level,
       received_online + received_direct + carried_over as received_total,
       received_online, received_direct, carried_over,
       resolved_early + resolved_on_time + resolved_overdue as resolved_total,
       resolved_early, resolved_on_time, resolved_overdue,
       open_in_time + open_overdue as open_total, open_in_time, open_overdue
from form_all join dim_period using (period_code);
"""

# Indicator, rule, table, day of the case, whether it counts, which rows are cases: null in the middle is unknown.
RATES = (
    ("on_time_rate", "plan", "fct_timeliness", "finished_date", "outcome <> 'overdue'", "true"),
    ("satisfaction_rate", "plan", "fct_satisfaction", "rated_date", "is_satisfied",
     "superseded_on is null or superseded_on > cut_date"),
    ("feedback_on_time_rate", "plan", "fct_feedback", "deadline_date", "is_on_time", "true"),
    ("feedback_satisfaction_rate", "plan", "fct_feedback", "answered_date", "is_satisfied", "rating is not null"),
    ("online_share", "plan", "fct_online_share", "received_date", "is_online", "true"),
    ("online_share", "766", "fct_online_share", "received_date",
     "case when reason_766 <> 'unknown' then reason_766 = 'online' end", "true"),
    ("own_online_share", "plan", "fct_online_share", "received_date", "is_online", "unit_code = 'H19.03'"),
    ("own_online_resolved_share", "plan", "fct_online_share", "finished_date", "is_online", "unit_code = 'H19.03'"),
    ("online_resolved_share", "plan", "fct_online_share", "finished_date", "is_online", "true"),
    ("digitised_share", "plan", "fct_digitisation", "received_date", "is_digitised", "true"),
    ("digitised_share", "766", "fct_digitisation", "received_date", "is_wholly_digitised", "true"),
    ("data_reuse_share", "plan", "fct_digitisation", "received_date", "is_reused", "true"),
    ("data_reuse_share", "766", "fct_digitisation", "received_date", "is_component_reused", "true"),
    ("result_digitised_share", "plan", "fct_digitisation", "finished_date", "has_own_result_file",
     "requires_result and status_code <> 7"),
    ("result_digitised_share", "766", "fct_digitisation", "received_date", "has_result_file", "requires_result"),
    ("online_payment_share", "plan", "fct_payments", "paid_date", "is_online", "amount_vnd > 0"),
    ("online_payment_share", "766", "fct_payment_duty", "received_date", "is_paid_online", "not is_exempt"),
    ("sync_rate", "plan", "fct_national_sync", "received_date", "is_synced", "true"),
    ("sync_match_rate", "plan", "fct_national_sync", "received_date", "is_matching", "is_found"),
    ("feedback_on_time_rate", "766", "fct_feedback", "due_date_766", "is_in_time_766", "true"),
    ("feedback_satisfaction_rate", "766", "fct_feedback", "due_date_766",
     "is_in_time_766 and not is_repeated and rating is distinct from 'KHÔNG HÀI LÒNG'", "true"),
    ("personal_store_share", "766", "fct_digitisation", "received_date", "is_from_store", "true"),
    ("population_data_share", "766", "fct_online_share", "received_date",
     "is_identity_verified is not distinct from true", "true"),
    ("notification_share", "plan", "fct_timeliness", "finished_date", "coalesce(notified_date <= cut_date, false)",
     "true"),
)  # fmt: skip

# Indicator, rule, which procedures (null: not known), whether they count (null: not known).
OVER_PROCEDURES = (
    ("payment_enabled_share", "plan", "has_fee", "accepts_online_payment"),
    ("payment_enabled_share", "766", "has_fee", "accepts_online_payment"),
    ("sample_dossier_share", "plan", "is_internal is distinct from true", "has_sample_dossier"),
    ("online_service_coverage", "plan", "suits_online", "service_level > 2"),
    ("online_service_coverage", "766", "is_internal is distinct from true", "service_level > 2"),
    ("portal_integration_share", "plan", "suits_online", "is_integrated"),
    ("own_service_coverage", "plan", "department_code = 'H19.03' and suits_online", "service_level > 2"),
    ("own_portal_integration", "plan", "department_code = 'H19.03' and suits_online", "is_integrated"),
    ("process_configured_share", "plan", "true",
     "configured_date is not null and coalesce(configured_date <= effective_from, true)"),
)  # fmt: skip


def _parts(counts: str) -> str:
    return f"count(*) filter (where {counts}), count({counts}), count(*) - count({counts})"


def counted() -> str:
    """Return SQL that makes `counted`: counts per indicator, rule, period and unit.

    They are numerator, denominator and unknown cases.
    """
    by_day = [
        f"select '{code}', '{rule}', period_code, unit_code, unit_level, {_parts(counts)} "
        f"from dim_score_period join {table} on {day} between start_date and cut_date where {cases} group by all"
        for code, rule, table, day, counts, cases in RATES
    ]
    over_procedures = [
        f"select '{code}', '{rule}', period_code, 'H19', 'tinh', "
        f"count(*) filter (where {applies} and {counts}), count({counts}) filter (where {applies}), "
        f"count(*) filter (where ({applies}) is null or {applies} and ({counts}) is null) "
        f"from dim_procedure join dim_score_period on coalesce(effective_from <= cut_date, true) "
        f"and coalesce(effective_to >= cut_date, true) group by all"
        for code, rule, applies, counts in OVER_PROCEDURES
    ]
    columns = "indicator_code, rule, period_code, unit_code, unit_level, numerator, denominator, unknown_count"
    rows = " union all ".join([*by_day, *over_procedures, *(sql.strip() for sql in OF_THEIR_OWN)])
    return f"create temp table counted as select * from ({rows}) as rows ({columns});"


# Indicators that follow no pattern.
OF_THEIR_OWN = (
    """
select 'on_time_rate', '766', period_code, unit_code, unit_level, count(*) filter (where outcome_766 = 'in_time'),
       count(*) filter (where outcome_766 <> 'unknown'), count(*) filter (where outcome_766 = 'unknown')
from judged
group by all
""",
    """
select 'satisfaction_rate', '766', period_code, unit_code, unit_level,
       count(*) filter (where outcome_766 = 'in_time' and mark is null),
       count(*) filter (where outcome_766 <> 'unknown'), count(*) filter (where outcome_766 = 'unknown')
from judged left join (select period_code, dossier_code, mark from fct_complaints) using (period_code, dossier_code)
group by all
""",
    """
select 'apology_rate', 'plan', period_code, unit_code, unit_level,
       count(*) filter (where apologised_date <= cut_date), count(*), 0
from (
    select period_code, cut_date, unit_code, unit_level, apologised_date
    from dim_score_period join fct_timeliness on finished_date between start_date and cut_date where outcome = 'overdue'
    union all
    select period_code, cut_date, unit_code, unit_level, apologised_date from fct_open_late where is_overdue
)
group by all
""",
    """
select 'sync_rate', '766', period_code, unit_code, unit_level,
       count(*) filter (where copy_received_date between start_date and cut_date),
       greatest(count(*) filter (where received_date between start_date and cut_date),
                count(*) filter (where copy_received_date between start_date and cut_date)), 0
from dim_score_period cross join fct_national_sync
group by all
""",
    """
select 'published_on_time_share', 'plan', period_code, 'H19', 'tinh',
       count(*) filter (where public_date <= last.calendar_date), count(*), 0
from dim_score_period
join dim_procedure on announced_date between start_date and cut_date and is_internal is distinct from true
join dim_calendar as announced on announced.calendar_date = announced_date
join dim_calendar as last on last.is_working_day and last.working_day_number = announced.working_day_number + 5
group by all
""",
    """
select 'procedures_issued_on_time', 'plan', period_code, 'H19', 'tinh',
       count(*) filter (where days >= 5), count(days), count(*) - count(days)
from dim_score_period
join (
    select announced_date,
           case when effective_from <= announced_date then 0 when effective_from > announced_date then (
               select count(*) from dim_calendar where is_working_day
               and calendar_date >= announced_date and calendar_date < effective_from
           ) end + case when department_code = 'H19.03' then 0 end as days
    from dim_procedure
    where is_internal is distinct from true and (department_code is null or department_code = 'H19.03')
) on announced_date between start_date and cut_date
group by all
""",
    """
select 'plan_tasks_on_schedule', 'plan', period_code, 'H19', 'tinh',
       count(*) filter (where case deadline_kind
                                  when 'deadline' then xong <= deadline_date else newest <> 'CHUA' end),
       count(*), 0
from (
    select period_code, cut_date, task_code, deadline_kind, deadline_date, arg_max(r.standing, reported_date) as newest,
           min(reported_date) filter (where r.standing = 'XONG') as xong
    from dim_score_period cross join plan_tasks left join fct_task_reports as r using (task_code)
    where reported_date is null or reported_date <= cut_date
    group by all
    union all
    select period_code, cut_date, task_code, deadline_kind, deadline_date, null, null
    from dim_score_period cross join plan_tasks
    where (select min(reported_date) from fct_task_reports as r where r.task_code = plan_tasks.task_code) > cut_date
)
where year(cut_date) = 2024 and (deadline_kind = 'standing' or deadline_date <= cut_date)
group by all
""",
    """
select code, '766', period_code, 'H19', 'tinh', count(*) filter (where applies and list_contains(used, procedure_code)),
       count(*) filter (where applies), count(*) filter (where applies is null)
from (
    select 'services_used_share' as code, period_code, cut_date,
           (select list(procedure_code) from fct_online_share
            where channel_code = 2 and received_date between start_date and cut_date) as used
    from dim_score_period
    union all
    select 'payment_used_share', period_code, cut_date,
           (select list(procedure_code) from fct_payment_duty
            where is_paid_online and received_date between start_date and cut_date)
    from dim_score_period
)
join (
    select *, unnest([
        {'of': 'services_used_share', 'applies': is_internal is distinct from true and service_level > 2},
        {'of': 'payment_used_share', 'applies': has_fee}
    ], recursive := true) from dim_procedure
) on "of" = code and coalesce(effective_from <= cut_date, true) and coalesce(effective_to >= cut_date, true)
group by all
""",
    "select 'open_datasets', 'plan', period_code, 'H19', 'tinh', 3, null, 0 from dim_score_period",
)

VALUES = """
create temp table goals_of as
select * from (values
    ('on_time_rate', '*', 0.97), ('satisfaction_rate', '*', 0.94), ('feedback_on_time_rate', '*', 0.6),
    ('online_share', 'so', 0.8), ('online_share', 'huyen', 0.4), ('online_share', 'xa', 0.3)
) as targets (indicator_code, level, target);

create temp table figures as
with scoped as (
    select indicator_code, rule, period_code, 'unit' as scope, unit_code, unit_level, numerator, denominator,
           unknown_count
    from counted where unit_level <> 'tinh'
    union all
    select indicator_code, rule, period_code, 'level', 'H19', unit_level, sum(numerator)::bigint,
           sum(denominator)::bigint, sum(unknown_count)::bigint
    from counted where unit_level <> 'tinh' group by all
    union all
    select indicator_code, rule, period_code, 'province', 'H19', 'tinh', sum(numerator)::bigint,
           sum(denominator)::bigint, sum(unknown_count)::bigint
    from counted group by all
),
stated as (
    select *, null::varchar as missing_source from scoped anti join gaps using (indicator_code, rule)
    union all
    select indicator_code, rule, period_code, scope, unit_code, unit_level, null, null, null, missing
    from form_all cross join gaps
)
select * from stated;

create table indicator_values as
select s.indicator_code, rule, period_code, scope, unit_code, unit_level, numerator, denominator,
       case when s.indicator_code = 'open_datasets' then numerator else numerator / nullif(denominator, 0)
       end::double as value,
       target::double as target, value >= target as met, is_closed, false as is_provisional, missing_source,
       unknown_count
from figures as s join dim_period using (period_code)
left join goals_of as g
    on g.indicator_code = s.indicator_code and s.rule = 'plan' and g.level in ('*', s.unit_level);

create table dim_indicator as
select indicator_code, rule, 'Tên' as name_vi, 'Name' as name_en, 'Tử số' as numerator_vi,
       'Mẫu số' as denominator_vi, 'Numerator' as numerator_en, 'Denominator' as denominator_en,
       case indicator_code when 'open_datasets' then 'count' else 'ratio' end as value_unit, 'up' as direction,
       indicator_code in ('digitised_share', 'result_digitised_share') as matures,
       'Kế hoạch CCHC 2024' as legal_basis, date '2023-01-01' as valid_from, date '2024-12-31' as valid_to,
       'Sở Nội vụ' as lead_unit,
       case when indicator_code in ('open_datasets') then 'publication'
            when indicator_code in ('units_inspected') then 'reported'
            when indicator_code like 'plan_tasks%' then 'tasks'
            when max(scope = 'unit') then 'transactions' else 'procedures' end as origin,
       'ho_so' as sources
from indicator_values
group by indicator_code, rule;

create table indicator_definitions as
select indicator_code, rule, valid_from, valid_to, name_vi, name_en, numerator_vi, numerator_en, denominator_vi,
       denominator_en, value_unit, direction, matures, legal_basis
from dim_indicator;
"""
