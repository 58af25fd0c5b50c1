-- Ways as people read them: the statuses in their order, joined by hyphens; ? is a status that is not known.
with
    way as (select distinct path, steps from {{ ref("int_step_path") }}),
    placed as (select path, steps, {{ each_item(numbers_up_to(29)) }} as place from way),
    digit as (
        select
            path,
            steps,
            place,
            mod(path, cast(pow(16, place + 1) as {{ large_integer() }})) as up_to_it,
            mod(path, cast(pow(16, place) as {{ large_integer() }})) as before_it
        from placed
        where place < steps
    ),
    status as (select path, steps, place, cast((up_to_it - before_it) / pow(16, place) as integer) as code from digit)
select
    path,
    steps,
    {{ joined_in_order("case when code = 15 then '?' else cast(code as string) end", "place", "-") }} as variant
from status
group by path, steps
