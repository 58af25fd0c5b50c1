-- All cells of one scope in the periods that end in one year, with what is known of each.
select
    c.unit_code,
    c.unit_level,
    c.measure,
    c.period_code,
    c.cell,
    f.n,
    f.low,
    f.high,
    f.free_low,
    f.free_high,
    f.is_hidden,
    f.is_hidden_too
from cell c
join figure f using (cell)
join period p using (period_code)
where c.scope = ? and year(p.end_date) = ?
order by c.unit_code, c.unit_level, c.measure, c.period_code, c.cell
