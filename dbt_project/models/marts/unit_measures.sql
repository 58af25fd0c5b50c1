-- A unit's part of the province (or, for late and other_prefix, of its own rows) against its part in the last six
-- deliveries of the same kind, so that holidays and growth cancel.
with
    weighed as (
        select
            *,
            x + x_before as m,
            n / (n + n_before) as part,
            -- A unit that came in fewer deliveries than are needed, or that has ended, is compared with nothing.
            days >= least_compared
            and days_before >= least_compared
            and not has_ended
            and n > 0
            and n_before > 0 as is_compared
        from {{ ref("prf_unit_before") }}
        cross join {{ source("registers", "unit_bound") }}
    ),
    scored as (
        select
            *,
            case
                when is_compared
                then
                    {{
                        settled(
                            "(2 * asin(sqrt((x + 0.375) / (m + 0.75))) - 2 * asin(sqrt(part))) * sqrt((m + 0.5) / dispersion)"
                        )
                    }}
            end as score
        from weighed
    )
select
    source,
    business_day,
    measure,
    unit_code,
    cast(x as double) as came,
    case when is_compared then cast(x_before / n_before * n as double) end as usual,
    score,
    bound,
    case when score is null then 'not_compared' when abs(score) > bound then 'unusual' else 'usual' end as standing
from scored
