-- Per correction of one field: how many rows have its key, and how many of them still hold the wrong value. None counts
-- as wrong once the newest row of the key is right; of several equally new rows one wrong is enough.
with
    matched as (
        select
            c.correction_code,
            cast(d.{{ field }} as varchar) is not distinct from c.wrong_value as is_wrong,
            rank() over (partition by c.correction_code order by {{ newness }} desc) = 1 as is_newest
        from uncorrected.{{ source }} d
        join uncorrected.correction c on {{ same_key }}
    )
select correction_code, count(*), case when bool_or(is_newest and is_wrong) then count(*) filter (is_wrong) else 0 end
from matched
group by correction_code
