-- What is open at the end of a month is what the next month carries over.
{{ config(meta={"dagster": {"ref": {"name": "handling_status"}}}) }}
with
    months as (
        select h.unit_code, p.start_date, p.end_date, p.is_closed, h.carried_over, h.open_total
        from {{ ref("handling_status") }} h
        join {{ ref("dim_period") }} p using (period_code)
        where h.scope = 'unit' and p.period_type = 'month'
    )
select this.unit_code, this.start_date
from months this
join months following on this.unit_code = following.unit_code and following.start_date = this.end_date + interval 1 day
where this.open_total <> following.carried_over
