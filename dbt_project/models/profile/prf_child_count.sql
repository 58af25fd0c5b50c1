-- Children that came with the dossiers first delivered on a day, by procedure.
{{ config(meta={"carried": "business_day with dossiers"}) }}
with
    first_seen as (
        select distinct MaHoSo, MaTTHC, business_day
        from {{ ref("prf_dossier_seen") }}
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
            where
                f.business_day in (
                    select business_day
                    from {{ source("ledger", "measured_day") }}
                    where source in ('{{ name }}', 'ho_so')
                )
            group by f.MaTTHC, f.business_day
        )
        {% if not loop.last %}, {% endif %}
    {% endfor %}
{% for name in child_sources() %}
    select *
    from counted_{{ name }}
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
