-- Every delivered row of the list of units and its fate: an impossible state is rejected, and the newest sound one
-- counts.
with
    checked as (
        select l.{{ all_but(["reason", "disposition"]) }}, coalesce(l.reason, m.reason) as reason
        from {{ ref("listed_unit") }} l
        left join {{ ref("misplaced_unit") }} m using (MaDonVi, newness)
    ),
    ranked as (
        select
            *,
            row_number() over (
                partition by MaDonVi, reason is null order by newness desc, _source_file, _row_number
            ) as nth
        from checked
    )
select
    {{ all_but(["nth"]) }},
    case when reason is not null then 'rejected' when nth = 1 then 'accepted' else 'superseded' end as disposition
from ranked
