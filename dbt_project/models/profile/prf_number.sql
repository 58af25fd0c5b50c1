-- Gaps in the running numbers of dossier codes (unit-date-number), for units' days first delivered here: how many
-- numbers
-- up to the highest are missing.
with
    numbered as (
        select
            business_day,
            split_part(MaHoSo, '-', 1) as prefix,
            split_part(MaHoSo, '-', 2) as code_day,
            try_cast(split_part(MaHoSo, '-', 3) as bigint) as number
        from {{ ref("prf_dossier_seen") }}
        where is_first and {{ matches("MaHoSo", "^[^-]+-[0-9]{6,8}-[0-9]{1,6}$") }}
    ),
    runs as (
        select business_day, prefix, code_day, max(number) as highest, count(distinct number) as came
        from numbered
        where number between 1 and 2000
        group by business_day, prefix, code_day
        qualify row_number() over (partition by prefix, code_day order by business_day) = 1
    )
select business_day, sum(highest - came) as x, sum(highest) as n
from runs
group by business_day
