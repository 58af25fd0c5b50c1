-- Accepted rows per file that are superseded by a newer or an equal row of their key. Of equally new rows the one
-- with the fewest missing values counts.
with
    good as (select * from {{ rows }} anti join {{ rejections }} using (_file, _row)),
    several as (select {{ keys }} from good group by all having count(*) > 1),
    ranked as (
        select
            _file,
            row_number() over (partition by {{ keys }} order by _newness desc, {{ missing }}, _file, _row) as place
        from good
        join several using ({{ keys }})
    )
select _file, count(*)
from ranked
where place > 1
group by _file
