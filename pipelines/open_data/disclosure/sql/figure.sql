-- The shown value of each cell, or the reason why it is hidden, with bounds on its current count. In a frozen table
-- up to `moved` cases may have come or gone since it was published.
create or replace table figure as
with
    decided as (
        select
            c.cell, c.n, c.n_out, c.k_out, c.is_frozen, c.moved, h.cell is not null as is_hidden_too,
            case when c.is_frozen then c.old_value
                when not c.is_void and h.cell is null and c.n >= $threshold then {{ rounded }} end as value,
            case when c.is_frozen then c.old_reason when c.is_void then 'z' when h.cell is not null then 's'
                when c.n < $threshold then 'c' end as reason
        from cell c left join hidden_too h using (cell)
        qualify row_number() over (partition by c.cell order by c.is_frozen desc, c.period_code) = 1
    ),
    bounded as (
        select d.*, shown_low(d.value, d.reason) as own_low, shown_high(d.value, d.reason) as own_high,
            if(d.is_frozen or k.low is null, 0, k.low) as known_low,
            if(d.is_frozen or k.high is null, $no_limit, k.high) as known_high
        from decided d
        -- Not `on … and not d.is_frozen`, for which DuckDB would compare all rows of both.
        left join known k on (k.cell, k.n, k.k) = (d.cell, d.n_out, d.k_out)
    )
select
    cell, n, n_out, k_out, is_frozen, is_hidden_too, value, reason, value is null and reason <> 'z' as is_hidden,
    greatest(own_low - moved, known_low, 0) as low,
    least(own_high + moved, known_high) as high,
    if(is_frozen or reason is not distinct from 'z', low, known_low) as free_low,
    if(is_frozen or reason is not distinct from 'z', high, known_high) as free_high,
    (low, high) <> (free_low, free_high) as can_be_hidden
from bounded
