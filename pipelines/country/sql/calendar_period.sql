-- The periods of each province that may be added up, and whether their days are those of the calendar.
create or replace temp table calendar_period as
select
    province_code,
    ky as period_code,
    loai as period_type,
    tu_ngay as start_date,
    den_ngay as end_date,
    case loai
        when 'thang'
        then (ky, tu_ngay, den_ngay) = (strftime(tu_ngay, '%Y-%m'), date_trunc('month', tu_ngay), last_day(tu_ngay))
        when 'quy'
        then
            (ky, tu_ngay, den_ngay) = (
                year(tu_ngay) || '-Q' || quarter(tu_ngay),
                date_trunc('quarter', tu_ngay),
                date_trunc('quarter', tu_ngay) + interval 3 month - interval 1 day
            )
        else (ky, tu_ngay, den_ngay) = (year(tu_ngay)::varchar, date_trunc('year', tu_ngay), make_date(year(tu_ngay), 12, 31))
    end as is_of_calendar
from offered_period
where list_contains($period_types, loai)
