-- Exact figures and verdicts that differ between the written file and the marts, or are missing in either.
with
    written as (
        select
            ma_chi_tieu as indicator_code,
            cach_tinh as rule,
            ky as period_code,
            case pham_vi when 'don-vi' then 'unit' when 'cap' then 'level' else 'province' end as scope,
            ma_don_vi as unit_code,
            cap as unit_level,
            tu_so,
            mau_so,
            ty_le,
            dat
        from "chi-tieu"
    )
select count(*)
from written t
full join
    (
        select v.* from tthc.marts.indicator_values v join period using (period_code) where missing_source is null
    ) v using (indicator_code, rule, period_code, scope, unit_code, unit_level)
join indicator_class c using (indicator_code, rule)
where
    (c.class = 'exact' or scope = 'province')
    and (
        coalesce(t.tu_so, 0) <> coalesce(v.numerator, 0)
        or coalesce(t.mau_so, 0) <> coalesce(v.denominator, 0)
        or t.dat is distinct from v.met::integer
        or v.denominator > 0
        and not coalesce(abs(t.ty_le - 100 * v.value) <= 0.005001, false)
        or v.indicator_code is not null
        and t.indicator_code is null
    )
