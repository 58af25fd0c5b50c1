-- Hidden figures that totals narrow down to fewer than `narrowest` possible values, with the cell to hide instead.
-- Whoever knows a total and all its parts but one roughly, knows that one roughly too. Below the fields of a level
-- there is a rest: sensitive procedures, which must not be inferred. Totals under `narrowest`, and totals of a single
-- part, reveal nothing new and are left out. Frozen tables were attacked when they were made.
with
    part as (
        select
            c.scope,
            c.measure,
            if(c.scope in ('unit', 'field'), c.unit_level, null) as level,
            c.period_code,
            c.cell,
            f.n,
            f.low,
            f.high,
            f.is_hidden,
            f.can_be_hidden
        from cell c
        join figure f using (cell)
        where not c.is_frozen
    ),
    only_level as (
        select measure, period_code from cell where scope = 'level' group by measure, period_code having count(*) = 1
    ),
    total as (
        select scope, measure, unit_level as level, period_code, n, n as low, n as high, true as is_exact, null as cell
        from exact_total
        union all
        select
            'unit',
            c.measure,
            c.unit_level,
            c.period_code,
            f.n,
            coalesce(e.n, f.low),
            coalesce(e.n, f.high),
            e.n is not null,
            if(f.can_be_hidden and e.n is null, c.cell, null)
        from cell c
        join figure f using (cell)
        left join only_level o using (measure, period_code)
        left join exact_total e on (e.scope, e.measure, e.period_code) = ('level', o.measure, o.period_code)
        where c.scope = 'level'
    ),
    summed as (
        select
            p.scope,
            p.measure,
            p.level,
            p.period_code,
            t.is_exact,
            t.cell as total_cell,
            greatest(any_value(t.n), sum(p.n)) as n,
            greatest(any_value(t.low), sum(p.low)) as low,
            greatest(any_value(t.high), sum(p.n)) as high,
            sum(p.low) as low_sum,
            sum(p.high) as high_sum,
            greatest(any_value(t.n) - sum(p.n), 0) as rest,
            count(*) = 1 and rest = 0 as is_the_total,
            arg_min(p.cell, (p.n, p.cell)) filter (p.can_be_hidden and not p.is_hidden) as partner
        from part p
        join
            total t
            on (t.scope, t.measure, t.period_code) = (p.scope, p.measure, p.period_code)
            and t.level is not distinct from p.level
        group by p.scope, p.measure, p.level, p.period_code, t.is_exact, t.cell
    ),
    complete as (
        select *, if(rest = 0 and scope in ('unit', 'level', 'channel'), 0, $no_limit) as rest_high from summed
    ),
    asked as (
        select scope, measure, level, period_code, cell, low, high, is_hidden, can_be_hidden
        from part
        union all
        select scope, measure, level, period_code, null, 0, rest_high, scope = 'field', false
        from complete
    ),
    widths as (
        select
            a.cell,
            partner,
            total_cell,
            a.can_be_hidden,
            least(a.high, s.high - (s.low_sum - a.low)) as most,
            greatest(a.low, s.low - (s.high_sum + s.rest_high - a.high)) as least_,
            a.high < s.high - (s.low_sum - a.low) as is_stopped_by_itself
        from asked a
        join
            complete s
            on (s.scope, s.measure, s.period_code) = (a.scope, a.measure, a.period_code)
            and s.level is not distinct from a.level
        where a.is_hidden and not s.is_the_total and (s.n >= $narrowest or not s.is_exact)
    )
select cell, if(is_stopped_by_itself and can_be_hidden, cell, coalesce(partner, total_cell)) as given_up
from widths
where most - least_ < $narrowest
