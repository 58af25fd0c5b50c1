-- How a restated file differs from the earlier one, in keys. A key with several rows counts once: its content is all of
-- them. The lake files may hold other deliveries too.
with
    before as (
        select {{ keys }}, list_sort(list(hash({{ columns }}))) as content
        from {{ before }}
        where _source_file = $delivery
        group by all
    ),
    after as (
        select {{ keys }}, list_sort(list(hash({{ columns }}))) as content
        from {{ after }}
        where _source_file = $delivery
        group by all
    )
select
    count(b.content) as earlier,
    count(*) filter (where b.content is null) as added,
    count(*) filter (where a.content is null) as removed,
    count(*) filter (where a.content <> b.content) as changed
from before b
full join after a using ({{ keys }})
