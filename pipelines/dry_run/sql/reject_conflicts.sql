-- Reject rows of one key that are equally new and differ, since neither can be trusted.
insert into {{ rejections }}
with
    good as (select * from {{ rows }} anti join {{ rejections }} using (_file, _row)),
    differing as (select {{ keys }} from good group by all having count(*) > 1 and ({{ differs }}))
select _file, _row, $conflict from good join differing using ({{ keys }})
