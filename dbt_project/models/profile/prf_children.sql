-- Children per dossier first delivered on a day, against what each procedure's dossiers had on earlier days (all
-- procedures', where a procedure had fewer than five).
with
    before as (
        select
            *,
            sum(children) over own as children_before,
            sum(dossiers) over own as dossiers_before,
            sum(children) over everyone / sum(dossiers) over everyone as usual_of_all
        from {{ ref("prf_child_count") }}
        window
            own as (partition by source, MaTTHC order by business_day rows between unbounded preceding and 1 preceding),
            everyone as (
                partition by source order by business_day range between unbounded preceding and interval 1 day preceding
            )
    )
select
    source,
    business_day,
    sum(children) as x,
    sum({{ exact("dossiers * usual", 38) }}) as n,
    sum({{ exact("squares - 2 * usual * children + dossiers * pow(usual, 2)", 38) }}) as scatter
from
    (
        select *, case when dossiers_before >= 5 then children_before / dossiers_before else usual_of_all end as usual
        from before
    )
where usual_of_all is not null
group by source, business_day
