-- Every override with its state: the fields of `results.OverrideUse`.
select
    override_code,
    hold,
    approved_by,
    cast(approved_on as varchar),
    cast(valid_until as varchar),
    reason,
    case
        when hold <> 'removal' and valid_until < (select max(as_of) from dim_run)
        then 'expired'
        when override_code in (select override_code from held where override_code is not null)
        then 'used'
        -- A new level that begins with a delivery stays approved as long as that delivery is measured.
        when
            effect = 'level'
            and hold <> 'unit'
            and exists (
                select 1
                from delivery_measures as m
                where
                    m.source = o.source and m.business_day = o.business_day and m.measure = coalesce(o.measure, 'rows')
            )
        then 'used'
        when
            effect = 'level'
            and hold = 'unit'
            and exists (
                select 1
                from unit_measures as m
                where
                    m.source = o.source
                    and m.business_day = o.business_day
                    and m.measure = o.measure
                    and m.unit_code = o.unit_code
            )
        then 'used'
        else 'idle'
    end
from hold_override as o
order by override_code
