-- Steps of a dossier in their order, of several in one second the furthest last, as for int_newest_step. A step lasts
-- until the next one or the end of handling, whichever is first; what comes after that, such as handing the result
-- over, takes no time of handling.
{% set in_order %}
    partition by s.dossier_code
    order by s.taken_at, coalesce(try_cast(s.status as integer), 0), s.status nulls last
{% endset %}
with
    ordered as (
        select
            s.*,
            d.finished_at,
            d.finished_date,
            row_number() over taken as step_number,
            lead(s.taken_at) over taken as next_at,
            bool_or(s.status = '5') over earlier as after_request
        from {{ ref("stg_step") }} s
        join {{ ref("int_dossier") }} d using (dossier_code)
        window taken as ({{ in_order }}), earlier as ({{ in_order }} rows between unbounded preceding and 1 preceding)
    ),
    phased as (
        select
            *,
            case
                when status in ('7', '9', '10') or taken_date > finished_date
                then 'done'
                when status in ('5', '6', '8')
                then 'waiting'
                else 'handling'
            end as phase
        from ordered
    )
select
    p.dossier_code,
    p.step_number,
    p.status,
    p.office,
    p.phase,
    p.taken_at,
    p.taken_date,
    p.due_at,
    coalesce(p.after_request, false) as after_request,
    case
        when p.phase = 'done'
        then p.taken_at
        when p.next_at is not null or p.finished_at is not null
        then greatest(p.taken_at, least(p.next_at, p.finished_at))
    end as ended_at,
    greatest(p.taken_date, cast(coalesce(ended_at, r.as_of) as date)) as until_date
from phased p
cross join {{ source("registers", "run") }} r
