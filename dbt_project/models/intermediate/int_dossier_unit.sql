-- Who answers for a dossier at which cuts, of those whose unit was ever another: the unit that had it at the cut, or on
-- the day of its finish where that came earlier. A dossier sent again under another code is there from that day on.
with
    leg as (
        select
            d.dossier_code,
            d.received_date,
            coalesce(d.finished_date, date '9999-12-31') as last_date,
            d.unit_code,
            coalesce(b.handed_on, date '0001-01-01') as from_date,
            date '9999-12-31' as to_date
        from {{ ref("stg_dossier") }} d
        left join {{ ref("int_unit_before_change") }} b using (dossier_code)
        union all
        select
            d.dossier_code,
            d.received_date,
            coalesce(d.finished_date, date '9999-12-31'),
            b.unit_code,
            date '0001-01-01',
            cast(b.handed_on - interval 1 day as date)
        from {{ ref("int_unit_before_change") }} b
        join {{ ref("stg_dossier") }} d using (dossier_code)
    ),
    concerned as (
        select dossier_code
        from {{ ref("int_unit_before_change") }}
        union
        select d.dossier_code
        from {{ ref("stg_dossier") }} d
        join {{ ref("int_unit_end") }} e on d.unit_code = e.unit_code
    ),
    answered as (
        select
            l.dossier_code,
            l.last_date,
            coalesce(a.answering_code, l.unit_code) as unit_code,
            greatest(l.from_date, coalesce(a.from_date, l.from_date)) as from_date,
            least(l.to_date, coalesce(a.to_date, l.to_date)) as to_date,
            l.received_date
        from leg l
        semi join concerned c on l.dossier_code = c.dossier_code
        left join {{ ref("int_unit_answering") }} a on l.unit_code = a.unit_code
    )
select
    dossier_code,
    unit_code,
    case when lag(from_date) over of_dossier is null then date '0001-01-01' else from_date end as cut_from,
    case when lead(from_date) over of_dossier is null then date '9999-12-31' else to_date end as cut_to
from answered
where from_date <= to_date and to_date >= received_date and from_date <= last_date
window of_dossier as (partition by dossier_code order by from_date)
