-- The same dossiers under both rules: on which day and with what result each rule counts them. Added up by days.
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
            'digitised_share',
            unit_code,
            unit_level,
            cut_from,
            cut_to,
            received_date,
            is_digitised,
            case when is_digitised then 'digitised' else 'not_digitised' end,
            received_date,
            is_wholly_digitised,
            case
                when is_wholly_digitised
                then 'both_files'
                when has_component_file
                then 'no_result_file'
                when has_result_file
                then 'no_component_file'
                else 'no_file'
            end
        from {{ by_answering_unit(ref("fct_digitisation"), "c.dossier_code") }}
        union all
        select
            'data_reuse_share',
            unit_code,
            unit_level,
            cut_from,
            cut_to,
            received_date,
            is_reused,
            case when is_reused then 'reused' else 'not_reused' end,
            received_date,
            is_component_reused,
            case when is_component_reused then 'reused' else 'not_reused' end
        from {{ by_answering_unit(ref("fct_digitisation"), "c.dossier_code") }}
        union all
        select
            'result_digitised_share',
            unit_code,
            unit_level,
            cut_from,
            cut_to,
            case when status_code in (9, 10) then finished_date end,
            has_own_result_file,
            case when has_own_result_file then 'own_result' else 'no_own_result' end,
            received_date,
            has_result_file,
            case when has_result_file then 'result_file' else 'no_result_file' end
        from {{ by_answering_unit(ref("fct_digitisation"), "c.dossier_code") }}
        where requires_result
        union all
        select
            'online_payment_share',
            unit_code,
            unit_level,
            cut_from,
            cut_to,
            paid_date,
            is_online,
            case when is_online then 'fee_paid_online' else 'fee_paid_otherwise' end,
            cast(null as date),
            cast(null as boolean),
            cast(null as varchar)
        from {{ by_answering_unit(ref("fct_payments"), "c.dossier_code") }}
        where is_paid and amount_vnd > 0
        union all
        select
            'online_payment_share',
            unit_code,
            unit_level,
            cut_from,
            cut_to,
            cast(null as date),
            cast(null as boolean),
            cast(null as varchar),
            received_date,
            is_paid_online,
            case when is_paid_online then 'dossier_paid_online' else 'dossier_not_paid_online' end
        from {{ by_answering_unit(ref("fct_payment_duty"), "c.dossier_code") }}
        where not is_exempt
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
