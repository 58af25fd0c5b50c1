-- The risk that an open dossier will be late: of those like it that were not finished either when so many working days
-- were left, the share that became late. Alike are those of its procedure and unit; where these are too few, those of
-- its procedure and level, then those of its procedure. What is paused has no risk: its due day will move.
{% set bases = {"procedure_unit": "unit_code", "procedure_level": "unit_level", "procedure": "'*'"} %}
with
    compared as (
        {% for basis, peer in bases.items() %}
            select
                {{ loop.index }} as width,
                procedure_code,
                {{ peer }} as peer,
                working_days_left,
                sum(late) as late,
                sum(in_time) as in_time
            from {{ ref("int_compared_dossier") }}
            group by all
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),
    asked as (
        {% for basis, peer in bases.items() %}
            select distinct
                {{ loop.index }} as width,
                '{{ basis }}' as risk_basis,
                procedure_code,
                {{ peer }} as peer,
                unit_code,
                working_days_left
            from {{ ref("int_open_dossier") }}
            where due_date is not null and not is_overdue and not is_paused
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),
    counted as (
        select
            width,
            procedure_code,
            peer,
            a.working_days_left,
            sum(c.late) as late,
            sum(
                c.late + case when coalesce(c.working_days_left < a.working_days_left, true) then c.in_time else 0 end
            ) as cases
        from (select distinct width, procedure_code, peer, working_days_left from asked) a
        join compared c using (width, procedure_code, peer)
        group by width, procedure_code, peer, a.working_days_left
    )
select
    a.procedure_code,
    a.unit_code,
    a.working_days_left,
    a.risk_basis,
    cast(c.cases as bigint) as risk_cases,
    c.late / c.cases as risk
from asked a
join
    counted c
    on (a.width, a.procedure_code, a.peer) = (c.width, c.procedure_code, c.peer)
    and a.working_days_left is not distinct from c.working_days_left
join {{ source("registers", "work_limit") }} l on c.cases >= l.least_compared
qualify row_number() over (partition by a.procedure_code, a.unit_code, a.working_days_left order by a.width) = 1
