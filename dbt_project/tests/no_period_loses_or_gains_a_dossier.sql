-- What is open at the end of a month is what the next month carries over, less what passed to another unit meanwhile
-- and
-- with what came from one.
{{ config(meta={"dagster": {"ref": {"name": "handling_status"}}}) }}
with
    months as (
        select
            h.unit_code,
            h.carried_over,
            h.open_total,
            p.start_date,
            p.cut_date,
            lead(p.start_date) over unit_months as next_start,
            lead(p.cut_date) over unit_months as next_cut,
            lead(h.carried_over) over unit_months as next_carried_over
        from {{ ref("handling_status") }} h
        join {{ ref("dim_period") }} p using (period_code)
        where h.scope = 'unit' and p.period_type = 'month'
        window unit_months as (partition by h.unit_code order by p.start_date)
    ),
    passed as (
        select
            m.unit_code,
            m.cut_date,
            count(*) filter (where m.next_cut between h.cut_from and h.cut_to)
            - count(*) filter (where m.cut_date between h.cut_from and h.cut_to) as gained
        from months m
        join {{ ref("fct_handovers") }} h using (unit_code)
        join {{ ref("fct_timeliness") }} t on h.dossier_code = t.dossier_code and t.received_date <= m.cut_date
        group by m.unit_code, m.cut_date
    )
select m.unit_code, m.start_date
from months m
left join passed using (unit_code, cut_date)
where m.next_start = m.cut_date + interval 1 day and m.open_total + coalesce(passed.gained, 0) <> m.next_carried_over
