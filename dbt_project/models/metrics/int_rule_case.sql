-- The same cases under both rules: on which day and with what result each rule counts them, added up by days. Where
-- rule 766 has a model of its own the facts say it, else the cases of both rules do.
with
    cases as (
        select
            'on_time_rate' as indicator_code,
            unit_code,
            unit_level,
            date '0001-01-01' as cut_from,
            date '9999-12-31' as cut_to,
            finished_date as plan_date,
            outcome <> 'overdue' as counts_plan,
            outcome_reason as reason_plan,
            finished_date as date_766,
            case outcome_766 when 'in_time' then true when 'overdue' then false end as counts_766,
            reason_766
        from {{ ref("fct_timeliness") }}
        where finished_date is not null
        union all
        select
            'online_share',
            unit_code,
            unit_level,
            cut_from,
            cut_to,
            received_date,
            is_online,
            case when is_online then 'online' else 'not_online' end,
            received_date,
            case when reason_766 <> 'unknown' then reason_766 = 'online' end,
            reason_766
        from {{ by_answering_unit(ref("fct_online_share"), "c.dossier_code") }}
        union all
        select
            'sync_rate',
            unit_code,
            unit_level,
            cut_from,
            cut_to,
            received_date,
            is_synced,
            case when is_synced then 'synced' when is_found then 'other_received_date' else 'not_found' end,
            copy_received_date,
            true,
            'copied'
        from {{ by_answering_unit(ref("fct_national_sync"), "c.dossier_code") }}
        union all
        select
            indicator_code,
            unit_code,
            unit_level,
            cut_from,
            cut_to,
            plan_date,
            counts_plan,
            reason_plan,
            date_766,
            counts_766,
            reason_766
        from {{ by_answering_unit(ref("int_rule_pair"), "split_part(c.case_code, ' ', 1)") }}
    )
select
    indicator_code,
    unit_code,
    unit_level,
    cut_from,
    cut_to,
    plan_date,
    counts_plan,
    reason_plan,
    date_766,
    counts_766,
    reason_766,
    count(*) as cases
from cases
group by all
