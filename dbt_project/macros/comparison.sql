{#
    Deliveries against what was expected of them (docs/gate.md has the formulas). Only earlier days are weighed: the last
    thirty of a daily source, else the last twelve.

    values    relation of source, business_day, measure, stratum, kind, era, family, tau0, g, v
    left_out  SQL over a row: never weighed in later ones

    One row per row of `values`: its columns, then compared, expected, deviation, bound, standing.
#}
{% macro compare_with_past(values, left_out) %}
    {%- set series = "partition by source, measure, stratum, kind, era order by business_day" -%}
    {%- set weighed = "g is not null and v is not null and not (" ~ left_out ~ ")" -%}
    {%- set before = "rows between 60 preceding and 1 preceding" -%}
    with
        gathered as (
            select
                *,
                case when kind = '' then 12 else 30 end as span,
                {{ list_over("g", weighed, series ~ " " ~ before) }} as g_before,
                {{ list_over("v", weighed, series ~ " " ~ before) }} as v_before
            from {{ values }}
        ),
        -- Newest first.
        weighed as (
            select
                {{ all_but(["g_before", "v_before"]) }},
                {{ newest_items("g_before", "span") }} as past,
                {{ newest_items("v_before", "span") }} as past_noise,
                least(coalesce({{ item_count("g_before") }}, 0), span) as compared
            from gathered
        ),
        -- Four tenths of the newest, three of the one before, two, one.
        forecast as (
            select
                *,
                cast(
                    case
                        compared when 0 then null when 1 then 0.4 when 2 then 0.7 when 3 then 0.9 else 1.0
                    end as double
                ) as weight,
                {{ weighted("past", ["0.4", "0.3", "0.2", "0.1"]) }} / weight + case
                    when compared >= 8
                    then ({{ middle_of_four("past", 1) }} - {{ middle_of_four("past", 5) }}) / 4
                    else 0
                end as expected,
                v + {{ weighted("past_noise", ["0.16", "0.09", "0.04", "0.01"]) }} / pow(weight, 2) as noise
            from weighed
        ),
        deviating as (
            select
                {{ all_but(["family", "tau0"]) }},
                -- What is rare is known by what was expected, not by what came.
                case when family = 'share' and expected < 0.451 then 'rare' else family end as family,
                case
                    when family = 'share' and expected < 0.451
                    then (select min(tau0) from {{ source("registers", "measure") }} where family = 'rare')
                    else tau0
                end as tau0,
                g - expected as deviation
            from forecast
        ),
        scattered as (
            select
                *,
                {{
                    list_over(
                        "least(pow(deviation, 2), 16 * (noise + pow(tau0, 2))) - noise",
                        "deviation is not null and not (" ~ left_out ~ ")",
                        series ~ " " ~ before,
                    )
                }} as squares
            from deviating
        ),
        own as (
            select
                {{ all_but(["squares"]) }},
                least(coalesce({{ item_count("squares") }}, 0), span) as k,
                coalesce({{ mean_of(newest_items("squares", "span")) }}, 0) as o
            from scattered
        ),
        families as (
            select
                *,
                -- What is expected weighs as much as twenty deliveries, what the family did (its middle measure, so
                -- that a few wild ones do not blind the rest) as many as there were.
                greatest(
                    (
                        40 * pow(tau0, 2)
                        + 2 * coalesce(sum(k) over family_of * median(o) filter (where k > 0) over family_of, 0)
                    )
                    / (20 + coalesce(sum(k) over family_of, 0)),
                    pow(tau0, 2) / 2
                ) as f
            from own
            window family_of as (partition by source, business_day, family)
        ),
        bounded as (
            select
                w.*,
                b.least_compared,
                {{
                    settled(
                        "b.t * sqrt(w.noise + 1.3 * greatest((20 * w.f + w.k * greatest(w.o, 0)) / (20 + w.k), w.f / 2))"
                    )
                }}
                as bound
            from families w
            left join {{ source("registers", "profile_bound") }} b on w.k = b.compared
        )
    select
        {{ all_but(["span", "past", "past_noise", "weight", "noise", "k", "o", "f", "least_compared"]) }},
        case
            when compared < least_compared or deviation is null or bound is null
            then 'not_compared'
            when abs(deviation) > bound
            then 'unusual'
            else 'usual'
        end as standing
    from bounded
{% endmacro %}

{# A sum of the first items of a list, each times its weight; items that are not there count as zero. #}
{% macro weighted(list, weights) -%}
    (
        {% for weight in weights %}
            {{ "+ " if not loop.first }}{{ weight }} * coalesce({{ item(list, loop.index) }}, 0)
        {% endfor %}
    )
{%- endmacro %}

{# The median of four items of a list, from the first named on. #}
{% macro middle_of_four(list, first) -%}
    {%- set sorted = sorted_part(list, first, first + 3) -%}({{ item(sorted, 2) }} + {{ item(sorted, 3) }}) / 2
{%- endmacro %}

{# Sources whose rows belong to a dossier and come with it: how many each dossier has is compared. #}
{% macro child_sources() %} {{ return(["thanh_phan", "le_phi", "tien_trinh"]) }} {% endmacro %}

{#
    The same comparison once more, without the outliers of the one before. Each repetition finds one more of several
    deliveries in a row that changed in the same way, which the one before took for usual because of each other.
#}
{% macro compare_again(comparison_before) %}
    with
        known as (
            select v.*, coalesce(f.standing = 'unusual', false) as is_outlier
            from {{ ref("prf_value") }} v
            left join {{ comparison_before }} f using (source, business_day, measure, stratum)
        ),
        compared_again as ({{ compare_with_past("known", "is_outlier") }})
    select {{ all_but(["is_outlier"]) }}
    from compared_again
{% endmacro %}
