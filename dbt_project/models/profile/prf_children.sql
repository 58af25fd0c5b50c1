-- Children per dossier first delivered on a day, against what each procedure's dossiers had on earlier days (all
-- procedures', where a procedure had fewer than five).
with
    first_seen as (
        select distinct MaHoSo, MaTTHC, business_day
        from {{ ref("prf_dossier_row") }}
        where is_first and coalesce(DaXoa, 0) = 0
    ),
    {% for name in child_sources() %}
        counted_{{ name }} as (
            select
                '{{ name }}' as source,
                f.MaTTHC,
                f.business_day,
                count(*) as dossiers,
                sum(coalesce(c.children, 0)) as children,
                sum(pow(coalesce(c.children, 0), 2)) as squares
            from first_seen f
            left join
                (
                    select MaHoSo, _business_day as business_day, count(*) as children
                    from {{ ref("base_" ~ name) }}
                    group by MaHoSo, _business_day
                ) c using (MaHoSo, business_day)
            group by f.MaTTHC, f.business_day
        ),
    {% endfor %}
    counted as (
        {% for name in child_sources() %}
            select *
            from counted_{{ name }}
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),
    before as (
        select
            *,
            sum(children) over own as children_before,
            sum(dossiers) over own as dossiers_before,
            sum(children) over everyone / sum(dossiers) over everyone as usual_of_all
        from counted
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
