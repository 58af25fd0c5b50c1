-- Points that differ between the written file and the marts, lack in either, or are opinions below the province.
select count(*)
from "diem-766" t
full join
    (
        select d.*, not coalesce(k.is_province_only, false) or d.scope = 'province' as is_public
        from tthc.marts.decision_766_score d
        join period p using (period_code)
        join
            tthc.marts.dim_score_component c
            on d.component = c.component
            and p.end_date between c.valid_from and coalesce(c.valid_to, date '9999-12-31')
        left join indicator_class k on c.indicator_code = k.indicator_code and c.rule = k.rule
    ) d
    on (t.ky, t.ma_don_vi, t.cap, t.thanh_phan) = (d.period_code, d.unit_code, d.unit_level, d.component)
    and t.pham_vi = case d.scope when 'unit' then 'don-vi' when 'level' then 'cap' else 'tinh' end
where
    (t.ky is not null) is distinct from d.is_public
    or d.is_public
    and (
        t.tu_so is distinct from d.numerator
        or t.mau_so is distinct from d.denominator
        or (t.diem is null) <> (d.points is null)
        or abs(t.diem - d.points) > 0.005001
    )
