-- The unit that answers for a dossier at each cut, for dossiers that ever changed units: the unit that had it at the
-- cut, or on the day it was finished if that was earlier. A dossier sent again under another code belongs to the new
-- unit from that day on.
with
    concerned as (
        select dossier_code
        from {{ ref("int_unit_before_change") }}
        union
        select d.dossier_code
        from {{ ref("stg_dossier") }} d
        join {{ ref("int_unit_end") }} e on d.unit_code = e.unit_code
    ),
    dossier as (
        select
            d.dossier_code,
            d.received_date as opened_date,
            coalesce(d.finished_date, date '9999-12-31') as last_date,
            d.unit_code,
            b.unit_code as unit_before,
            b.handed_on
        from {{ ref("stg_dossier") }} d
        semi join concerned c on d.dossier_code = c.dossier_code
        left join {{ ref("int_unit_before_change") }} b on d.dossier_code = b.dossier_code
    )
    {{ answering_spans("dossier", "dossier_code") }}
