-- Form II.06a and seven indicators from the first day of a year to a cut: one row per unit, per level, and for the
-- province. Written for DuckDB and PostgreSQL alike, over the tables that load_duckdb.sql or load_postgres.sql makes of
-- the files. Days are compared as yyyymmdd.
create table dossier as
with
    newest as (
        select *,
            row_number() over (
                partition by MaHoSo
                order by coalesce(NgayCapNhat, business_day || '235959') desc, business_day desc
            ) as nth
        from ho_so
    ),
    dated as (
        select
            MaHoSo,
            MaTTHC,
            TrangThaiHoSo as status,
            coalesce(KenhThucHien, '1') = '2' as is_online,
            coalesce(MaDonViXuLy, MaDonVi) as unit_code,
            left(NgayTiepNhan, 8) as received,
            left(NgayHenTra, 8) as due,
            case
                when TrangThaiHoSo in ('7', '9', '10') then left(coalesce(NgayKetThucXuLy, NgayTra), 8)
            end as finished
        from newest
        where nth = 1 and TrangThaiHoSo not in ('1', '3') and coalesce(DaXoa, '0') <> '1'
    ),
    unit as (select distinct on (MaDonVi) MaDonVi, Cap from don_vi order by MaDonVi, business_day desc),
    -- What a unit leaves open passes to its successor, of several the main one.
    successor as (
        select distinct on (old_unit_code) old_unit_code, new_unit_code, replace(changed_on, '-', '') as changed_on
        from unit_changes
        where new_unit_code is not null
        order by old_unit_code, is_main nulls last
    ),
    answering as (
        select
            d.*,
            case
                when s.changed_on <= least(coalesce(d.finished, r.cut), r.cut) then s.new_unit_code else d.unit_code
            end as answering_unit
        from dated d
        cross join reporting r
        left join successor s on d.unit_code = s.old_unit_code
    )
select a.*, u.Cap as unit_level
from answering a
join unit u on a.answering_unit = u.MaDonVi;

create table supplement as
select
    MaHoSo,
    max(case when NgayTiepNhanBoSung is null or left(NgayTiepNhanBoSung, 8) > cut then 1 else 0 end) as is_waiting
from (select *, row_number() over (partition by MaHoSo, NgayBoSung order by business_day desc) as nth from bo_sung) n
cross join reporting
where nth = 1 and left(NgayBoSung, 8) <= cut
group by MaHoSo;

create table newest_component as
select MaHoSo, DuongDanTaiTepTin, DuocSoHoa, DuocTaiSuDung, DuocLayTuKhoDMQG, IsDeleted
from (select *, row_number() over (partition by MaHoSo, TepDinhKemId order by business_day desc) as nth from thanh_phan) n
where nth = 1;

create table component as
select
    MaHoSo,
    max(case when DuocSoHoa = '1' then 1 else 0 end) as is_digitised,
    max(case when DuocTaiSuDung in ('1', '2') or DuocLayTuKhoDMQG = '1' then 1 else 0 end) as is_reused
from newest_component
where coalesce(IsDeleted, '0') <> '1'
group by MaHoSo;

-- A result file that was handed in as a component is none.
create table own_result as
select distinct MaHoSo
from (select *, row_number() over (partition by MaHoSo, GiayToId order by business_day desc) as nth from ket_qua) r
where
    nth = 1
    and DuongDanTepTinKetQua is not null
    and not exists (
        select 1 from newest_component c where c.MaHoSo = r.MaHoSo and c.DuongDanTaiTepTin = r.DuongDanTepTinKetQua
    );

create table payment as
select MaHoSo, count(*) as paid, count(*) filter (where HinhThucThanhToan = 'truc-tuyen') as paid_online
from (select *, row_number() over (partition by MaHoSo, MaPhiLePhi order by business_day desc) as nth from le_phi) n
cross join reporting
where nth = 1 and TrangThaiThanhToan = '1' and cast(Gia as bigint) > 0 and left(NgayThuPhi, 8) between first_day and cut
group by MaHoSo;

create table rating as
select MaHoSo, DanhGia in ('RẤT HÀI LÒNG', 'HÀI LÒNG') as is_satisfied
from (
    select *, row_number() over (partition by MaHoSo order by ThoiGianDanhGia desc, business_day desc) as nth
    from danh_gia
    cross join reporting
    where left(ThoiGianDanhGia, 8) between first_day and cut
) n
where nth = 1;

create table counted as
with procedure_result as (select distinct on (MaTTHC) MaTTHC, CoKetQua from thu_tuc order by MaTTHC, business_day desc)
select
    d.answering_unit,
    d.unit_level,
    d.is_online,
    d.received between r.first_day and r.cut as is_received,
    d.received < r.first_day and (d.finished is null or d.finished >= r.first_day) as is_carried_over,
    coalesce(d.finished between r.first_day and r.cut, false) as is_resolved,
    d.finished is null or d.finished > r.cut as is_open,
    d.status <> '7' and d.due is not null and d.finished < d.due as is_early,
    d.status <> '7' and d.due is not null and d.finished > d.due as is_overdue,
    d.due < r.cut
    and not (coalesce(s.is_waiting, 0) = 1 or d.status in ('6', '8') or (d.status = '5' and s.MaHoSo is null)) as is_late,
    coalesce(c.is_digitised, 0) = 1 as is_digitised,
    coalesce(c.is_reused, 0) = 1 as is_reused,
    d.status in ('9', '10') and p.CoKetQua = '1' as owes_result,
    o.MaHoSo is not null as has_own_result,
    g.MaHoSo is not null as is_rated,
    g.is_satisfied,
    coalesce(f.paid, 0) as paid,
    coalesce(f.paid_online, 0) as paid_online
from dossier d
cross join reporting r
left join supplement s on d.MaHoSo = s.MaHoSo
left join component c on d.MaHoSo = c.MaHoSo
left join own_result o on d.MaHoSo = o.MaHoSo
left join payment f on d.MaHoSo = f.MaHoSo
left join rating g on d.MaHoSo = g.MaHoSo
left join procedure_result p on d.MaTTHC = p.MaTTHC;

create table figures as
select
    case when grouping(answering_unit) = 0 then 'unit' when grouping(unit_level) = 0 then 'level' else 'province' end
        as scope,
    coalesce(answering_unit, unit_level, '') as subject,
    count(*) filter (where is_received or is_carried_over) as received_total,
    count(*) filter (where is_received and is_online) as received_online,
    count(*) filter (where is_received and not is_online) as received_direct,
    count(*) filter (where is_carried_over) as carried_over,
    count(*) filter (where is_resolved) as resolved_total,
    count(*) filter (where is_resolved and is_early) as resolved_early,
    count(*) filter (where is_resolved and not is_early and not is_overdue) as resolved_on_time,
    count(*) filter (where is_resolved and is_overdue) as resolved_overdue,
    count(*) filter (where is_open) as open_total,
    count(*) filter (where is_open and not coalesce(is_late, false)) as open_in_time,
    count(*) filter (where is_open and is_late) as open_overdue,
    count(*) filter (where is_resolved and not is_overdue) as on_time_rate,
    count(*) filter (where is_resolved) as on_time_rate_of,
    count(*) filter (where is_received and is_online) as online_share,
    count(*) filter (where is_received) as online_share_of,
    count(*) filter (where is_received and is_digitised) as digitised_share,
    count(*) filter (where is_received) as digitised_share_of,
    count(*) filter (where is_received and is_reused) as data_reuse_share,
    count(*) filter (where is_received) as data_reuse_share_of,
    count(*) filter (where is_resolved and owes_result and has_own_result) as result_digitised_share,
    count(*) filter (where is_resolved and owes_result) as result_digitised_share_of,
    cast(sum(paid_online) as bigint) as online_payment_share,
    cast(sum(paid) as bigint) as online_payment_share_of,
    count(*) filter (where is_satisfied) as satisfaction_rate,
    count(*) filter (where is_rated) as satisfaction_rate_of
from counted
group by grouping sets ((answering_unit, unit_level), (unit_level), ());
