-- What became of every row of the list of units: a state that cannot be is rejected, and the newest sound one counts.
with
    judged as (
        select l.* exclude (reason, disposition), coalesce(l.reason, m.reason) as reason
        from {{ ref("listed_unit") }} l
        left join {{ ref("misplaced_unit") }} m using (MaDonVi, newness)
    ),
    ranked as (
        select
            *,
            row_number() over (
                partition by MaDonVi, reason is null order by newness desc, _source_file, _row_number
            ) as nth
        from judged
    )
select
    * exclude (nth),
    case when reason is not null then 'rejected' when nth = 1 then 'accepted' else 'superseded' end as disposition
from ranked
