-- Dossiers that are counted in spite of a defect, the newest so many per unit and defect.
with
    defects as (
        select
            t.unit_code,
            t.dossier_code,
            t.procedure_code,
            t.received_date,
            t.due_date,
            unnest(
                list_filter(
                    [
                        case when t.due_date is null then 'no_due_date' end,
                        case when t.due_date < t.received_date then 'due_before_received' end,
                        case when t.newer_state_rejected then 'newer_rejected' end,
                        case when t.handling_unit_unknown then 'handler_unknown' end,
                        case when d.has_result_file and not d.has_own_result_file then 'input_as_result' end
                    ],
                    lambda defect:defect is not null
                )
            ) as defect
        from marts.fct_timeliness t
        join marts.fct_digitisation d using (dossier_code)
    )
select unit_code, defect, dossier_code, procedure_code, received_date, due_date
from defects
qualify row_number() over (partition by unit_code, defect order by received_date desc, dossier_code) <= $most
order by unit_code, defect, received_date desc, dossier_code
