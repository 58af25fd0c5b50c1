"""Tables of steps for the desk's pages: more procedures and offices than are shown, in two years, by simple rules.

Belongs here: what the page of steps reads. Does not belong here: the tables as dbt makes them (tests/pipeline).
"""

PROCEDURES, OFFICES = 34, 43
LONG_WAY = "-".join(["2", *["4"] * 28, "9"])
# Every third procedure has nine steps, so that a bar has steps of its own, other steps, and three reasons to wait.
STEP_TABLES = f"""
create table dim_procedure as
    select '1.' || lpad(i::varchar, 6, '0') as procedure_code,
        'Cấp giấy phép <số ' || i || '> & "gia hạn" đối với công trình không theo tuyến trong đô thị, cấp III và IV'
        as procedure_name
    from range({PROCEDURES} - 1) t(i);
create table fct_steps as select 'H19.1-240102-0001' as dossier_code;
create table procedure_bottlenecks as
    select y as finished_year, '1.' || lpad(i::varchar, 6, '0') as procedure_code, s as scope,
        case s when 'unit' then 'H19.1' else 'H19' end as unit_code, case s when 'unit' then 'so' else 'tinh' end
        as unit_level, case k when 6 then null else 'Phòng Tài nguyên <' || k || '>' end as department,
        case k when 0 then '2' when 7 then '5' when 8 then '6' else '4' end as status,
        case when k in (7, 8) then 'waiting' else 'handling' end as phase, 100 + i + k as steps, k as rework_steps,
        2 * k as late_steps, (i + 1) * (12 - k) + y - 2023 as elapsed_working_days,
        case when k in (7, 8) then (i + 1) * (12 - k) + y - 2023 when k = 2 then 3 else 0 end as waiting_working_days,
        k as median_working_days, k + 3 as p90_working_days, 10 * i + 7 as finished_dossiers
    from range({PROCEDURES}) a(i), range(9) b(k), (values (2023), (2024)) c(y), (values ('province'), ('unit')) d(s)
    where k <= 2 or i % 3 = 0;
create table handling_times as
    select y as finished_year, '1.' || lpad(i::varchar, 6, '0') as procedure_code, 'province' as scope,
        'H19' as unit_code, 'tinh' as unit_level, 10 * i + 7 as dossiers, i as overdue, i % 4 as median_working_days,
        i % 4 + y - 2020 as p90_working_days, 90 as most_working_days
    from range({PROCEDURES}) a(i), (values (2023), (2024)) c(y) where y = 2024 or i % 2 = 0
    union all
    select y, null, 'province', 'H19', 'tinh', 12000 + y, 345, 1, 2 + y - 2020, 90 from (values (2023), (2024)) c(y);
create table procedure_variants as
    select 2024 as finished_year, '1.' || lpad(i::varchar, 6, '0') as procedure_code, 'province' as scope,
        'H19' as unit_code, 'tinh' as unit_level, r as variant_rank, v as variant, length(v) // 2 + 1 as steps,
        100 - r as dossiers, 0.5e0 / r as share_of_dossiers, 3.25e0 * r as mean_working_days, 12 as variant_count
    from range({PROCEDURES}) a(i),
        (values (1, '2-4-4-4-4-9-10'), (2, '2-4-5-4-9'), (3, '{LONG_WAY}'), (4, '?-4')) t(r, v);
create table department_lateness as
    select y as began_year, 'province' as scope, 'H19' as unit_code, 'tinh' as unit_level,
        case j when 3 then null else 'Tổ <' || j || '>' end as department, 1000 + j as steps,
        case when j % 5 = 0 then 0 else 900 end as steps_with_due,
        case when j % 5 = 0 then 0 else 7 * j end as late_steps, j as elapsed_working_days, 0 as waiting_working_days,
        (j * 37) % 41 as dossiers_late_here, j % 3 as still_open
    from range({OFFICES}) t(j), (values (2023), (2024)) c(y)
    union all
    select 2024, 'unit', 'H19.' || u, 'so', case j when 3 then null else 'Tổ <' || j || '>' end, 10, 9, 1, 1, 0, u, 0
    from range({OFFICES}) t(j), range(3) v(u) where j % 2 = 1;
create table code_lists as
    select 'procedure_bottlenecks' as table_name, 'status' as column_name, code, name_vi, name_en
    from (values ('2', 'Được tiếp nhận', 'Received'), ('4', 'Đang xử lý', 'Being handled'),
        ('5', 'Yêu cầu bổ sung giấy tờ', 'Supplement asked for'),
        ('6', 'Thực hiện nghĩa vụ tài chính', 'Fee to be paid'),
        ('9', 'Đã xử lý xong', 'Handled'), ('10', 'Đã trả kết quả', 'Result handed over')) t(code, name_vi, name_en);
"""
