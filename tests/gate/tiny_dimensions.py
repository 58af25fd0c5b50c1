"""Dimensions of the small made-up warehouse, and the day it is computed for.

As of 5 March 2024, so March, the quarter, the year and the second report period are open.
"""

AS_OF = "2024-03-05"

DIMENSIONS = f"""
create table dim_run as
select date '{AS_OF}' as as_of, 'H19' as province_code, 'H19.03' as own_unit, '{AS_OF}-0123456789ab' as version,
    repeat('ab', 32) as code_version, true as is_synthetic;

create table dim_level as
select * from (values
    ('tinh', 0, 'Tỉnh', 'Province', 'Cấp tỉnh', 'Provinces', true, null),
    ('so', 1, 'Sở', 'Department', 'Sở, ngành', 'Departments', false, 'tinh'),
    ('huyen', 2, 'Huyện', 'District', 'Cấp huyện', 'Districts', false, 'huyen'),
    ('xa', 3, 'Xã', 'Commune', 'Cấp xã', 'Communes', false, 'xa')
) as levels (level_code, level_rank, name_vi, name_en, plural_vi, plural_en, is_root, procedure_level);

create table dim_unit as
select * from (values
    ('H19', 'UBND tỉnh Đồng Nai', 'tinh', null, null::date, null::date, null),
    ('H19.03', 'Sở Tư pháp', 'so', 'H19', null, null, null),
    ('H19.30', 'UBND huyện Trảng Bom', 'huyen', 'H19', date '2020-01-01', date '2025-06-30', 'H19.100;H19.101'),
    ('H19.30.05', 'UBND xã Sông Trầu', 'xa', 'H19.30', null, null, null)
) as units (unit_code, unit_name, unit_level, parent_unit_code, valid_from, valid_to, replaced_by);

create table dim_procedure as
select * from (values
    ('1.000016', 'Chứng thực bản sao', 'CT', 'Chứng thực', 'H19.03', 'huyen;xa', 1, 'NGAY_LAM_VIEC', true, true, true,
     true, 4, true, true, true, false, date '2024-01-03', date '2024-01-10', date '2022-01-01', date '2022-01-01',
     null::date, null),
    ('2.000815.000.00.00.H19', 'Cấp phiếu lý lịch tư pháp', 'LLTP', 'Lý lịch tư pháp', 'H19.03', 'tinh', 10, 'NGAY',
     true, false, true, false, 3, true, false, false, null, date '2024-01-03', date '2024-01-11', date '2022-02-01',
     date '2022-01-01', date '2026-12-31', '1.009001;1.009002'),
    ('3.000111', 'Hỗ trợ hộ nghèo', null, null, null, 'xa', null, null, null, null, null, null, null, null, null, null,
     null, date '2024-02-01', null, null, null, null, null),
    ('1.000200', 'Cấp phép môi trường', 'MT', 'Môi trường', 'H19.03', 'huyen', 8, 'GIO', true, null, false, null, 2,
     true, true, null, false, date '2024-02-01', null, date '2024-01-01', date '2024-02-15', null, null),
    ('1.000300', 'Thủ tục nội bộ', 'NB', 'Nội bộ', 'H19.03', 'huyen', 1, 'THANG', false, null, false, null, 2, false,
     false, false, true, date '2024-01-05', null, null, date '2022-01-01', date '2024-01-31', null)
) as procedures (procedure_code, procedure_name, field_code, field_name, department_code, levels, time_limit,
                 time_limit_unit, has_fee, accepts_online_payment, returns_result, has_sample_dossier, service_level,
                 suits_online, suits_fully_online, is_integrated, is_internal, announced_date, public_date,
                 configured_date, effective_from, effective_to, replaced_by);

create table dim_calendar as
with days as (
    select cast(on_day as date) as calendar_date,
           case
               when on_day in ('2024-01-01', '2024-02-08', '2024-02-09', '2024-04-30') then 'holiday'
               when on_day = '2024-04-29' then 'swapped_off'
               when on_day = '2024-05-04' then 'swapped_work'
               when isodow(on_day) > 5 then 'weekend'
               else 'working'
           end as day_kind
    from range(timestamp '2024-01-01', timestamp '2025-01-01', interval 1 day) as calendar (on_day)
)
select calendar_date, day_kind in ('working', 'swapped_work') as is_working_day, day_kind,
       case when day_kind = 'holiday' then 'Ngày lễ' end as holiday_name_vi,
       case when day_kind = 'holiday' then 'Holiday' end as holiday_name_en,
       null::varchar as decree,
       count(*) filter (where day_kind in ('working', 'swapped_work')) over (order by calendar_date)
           as working_day_number
from days;

create table dim_period as
select *, least(end_date, date '{AS_OF}') as cut_date, end_date <= date '{AS_OF}' as is_closed, 'H19.03' as own_unit
from (values
    ('2023-03', 'month', date '2023-03-01', date '2023-03-31', null::date),
    ('2024-01', 'month', date '2024-01-01', date '2024-01-31', null),
    ('2024-02', 'month', date '2024-02-01', date '2024-02-29', null),
    ('2024-03', 'month', date '2024-03-01', date '2024-03-31', null),
    ('2024-Q1', 'quarter', date '2024-01-01', date '2024-03-31', null),
    ('2024', 'year', date '2024-01-01', date '2024-12-31', null),
    ('2024-BC-T2', 'report', date '2024-01-01', date '2024-02-12', date '2024-02-13'),
    ('2024-BC-Q1', 'report', date '2024-01-01', date '2024-03-11', date '2024-03-13')
) as periods (period_code, period_type, start_date, end_date, report_due_date);

create table dim_score_period as
select period_code, period_type, start_date, end_date, cut_date, is_closed, true as is_listed,
       period_type in ('year', 'report') as is_to_date
from dim_period
union all
select code, kind, first_day, last_day, least(last_day, date '{AS_OF}'), last_day <= date '{AS_OF}', false,
       kind = 'to_date'
from (values
    ('2024-03-04-LK', 'to_date', date '2024-01-01', date '2024-03-04'),
    ('2024-02-27-LK', 'to_date', date '2024-01-01', date '2024-02-27'),
    ('2024-02-26-LK', 'to_date', date '2024-01-01', date '2024-02-26'),
    ('2024-W10', 'week', date '2024-03-04', date '2024-03-10'),
    ('2024-W09', 'week', date '2024-02-26', date '2024-03-03')
) as moving (code, kind, first_day, last_day);
"""
