-- The unit that answers, from day to day, for what an ended unit left open: the unit itself until its last day, then
-- its successors one after the other; if all have ended, the province.
{% set first %}
select unit_code, unit_code as answering_code, date '0001-01-01' as from_date from {{ ref("int_unit_end") }}
{% endset %}
{% set step %}
select r.unit_code, e.next_unit_code as answering_code, greatest(r.from_date, e.ended_on) as from_date {{ path_so_far() }}
from reached r
join {{ ref("int_unit_end") }} e on r.answering_code = e.unit_code
{% endset %}
with recursive
    reached as ({{ each_once(["unit_code", "answering_code", "from_date"], first, step) }}),
    spans as (
        select
            r.unit_code,
            r.answering_code,
            r.from_date,
            coalesce(cast(e.ended_on - interval 1 day as date), date '9999-12-31') as to_date
        from reached r
        left join {{ ref("int_unit_end") }} e on r.answering_code = e.unit_code
    ),
    covered as (
        select unit_code, max(to_date) as to_date from spans group by unit_code having max(to_date) < date '9999-12-31'
    )
select unit_code, answering_code, from_date, to_date
from spans
where from_date <= to_date
union all
select c.unit_code, r.province_code, cast(c.to_date + interval 1 day as date), date '9999-12-31'
from covered c
cross join {{ source("registers", "run") }} r
