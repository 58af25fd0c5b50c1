-- Form II.06a and seven indicators for every period: one row per unit, per level, and for the province. Written for
-- DuckDB and PostgreSQL alike, over the tables that load_duckdb.sql or load_postgres.sql makes of the files. Days are
-- compared as yyyymmdd.
create table state as
select
    MaHoSo, MaTTHC, MaDonVi, MaDonViXuLy, KenhThucHien, NgayTiepNhan, NgayHenTra, NgayKetThucXuLy, NgayTra,
    TrangThaiHoSo, DaXoa, business_day, coalesce(NgayCapNhat, business_day || '235959') as newness
from ho_so;

create table dossier as
with
    newest as (
        select *, row_number() over (partition by MaHoSo order by newness desc, business_day desc) as nth from state
    ),
    -- What a unit leaves open passes to its successor, of several the main one.
    successor as (
        select distinct on (old_unit_code) old_unit_code, new_unit_code, replace(changed_on, '-', '') as changed_on
        from unit_changes
        where new_unit_code is not null
        order by old_unit_code, is_main nulls last
    )
select
    MaHoSo,
    MaTTHC,
    TrangThaiHoSo as status,
    coalesce(KenhThucHien, '1') = '2' as is_online,
    coalesce(MaDonViXuLy, MaDonVi) as unit_code,
    new_unit_code,
    changed_on,
    left(NgayTiepNhan, 8) as received,
    left(NgayHenTra, 8) as due,
    case when TrangThaiHoSo in ('7', '9', '10') then left(coalesce(NgayKetThucXuLy, NgayTra), 8) end as finished
from newest
left join successor on coalesce(MaDonViXuLy, MaDonVi) = old_unit_code
where nth = 1 and TrangThaiHoSo not in ('1', '3') and coalesce(DaXoa, '0') <> '1';

create table supplement as
select MaHoSo, left(NgayBoSung, 8) as asked, left(NgayTiepNhanBoSung, 8) as answered
from (select *, row_number() over (partition by MaHoSo, NgayBoSung order by business_day desc) as nth from bo_sung) n
where nth = 1;

-- Open at a cut, due before it, and not paused: by the newest word on its status until then, of a state or of a step,
-- and by a request for papers that was not answered.
create table late as
with
    candidate as (
        select MaHoSo, status, cut
        from dossier
        join (select distinct cut from period) p on due < cut and received <= cut and (finished is null or finished > cut)
    ),
    word as (
        select c.MaHoSo, c.cut, s.TrangThaiHoSo as status, s.newness as moment, 1 as is_state, s.business_day
        from candidate c
        join state s on c.MaHoSo = s.MaHoSo and left(s.newness, 8) <= c.cut
        union all
        select c.MaHoSo, c.cut, t.TrangThai, t.ThoiDiemXuLy, 0, ''
        from candidate c
        join tien_trinh t on c.MaHoSo = t.MaHoSo and left(t.ThoiDiemXuLy, 8) <= c.cut
        where t.TrangThai in ('2', '4', '5', '6', '8')
    ),
    last_word as (
        select
            *,
            row_number() over (
                partition by MaHoSo, cut order by moment desc, is_state desc, business_day desc, status desc
            ) as nth
        from word
    ),
    candidate_at_cut as (
        select c.MaHoSo, c.cut, coalesce(w.status, c.status) as status
        from candidate c
        left join last_word w on c.MaHoSo = w.MaHoSo and c.cut = w.cut and w.nth = 1
    )
select MaHoSo, cut
from candidate_at_cut c
where
    status not in ('6', '8')
    and (status <> '5' or exists (select 1 from supplement s where s.MaHoSo = c.MaHoSo))
    and not exists (
        select 1
        from supplement s
        where s.MaHoSo = c.MaHoSo and s.asked <= c.cut and (s.answered is null or s.answered > c.cut)
    );

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

create table described as
with procedure_result as (select distinct on (MaTTHC) MaTTHC, CoKetQua from thu_tuc order by MaTTHC, business_day desc)
select
    d.*,
    d.status <> '7' and d.due is not null and d.finished < d.due as is_early,
    d.status <> '7' and d.due is not null and d.finished > d.due as is_overdue,
    coalesce(c.is_digitised, 0) = 1 as is_digitised,
    coalesce(c.is_reused, 0) = 1 as is_reused,
    d.status in ('9', '10') and p.CoKetQua = '1' as owes_result,
    o.MaHoSo is not null as has_own_result
from dossier d
left join component c on d.MaHoSo = c.MaHoSo
left join own_result o on d.MaHoSo = o.MaHoSo
left join procedure_result p on d.MaTTHC = p.MaTTHC;

-- PostgreSQL plans what follows ten times better when it knows the tables; DuckDB does not mind.
analyze described;
analyze late;

create table counted as
with
    fee as (
        select *, row_number() over (partition by MaHoSo, MaPhiLePhi order by business_day desc) as nth from le_phi
    ),
    rating as (
        select
            MaHoSo,
            period_code,
            DanhGia in ('RẤT HÀI LÒNG', 'HÀI LÒNG') as is_satisfied,
            row_number() over (
                partition by MaHoSo, period_code order by ThoiGianDanhGia desc, business_day desc
            ) as nth
        from danh_gia
        join period on left(ThoiGianDanhGia, 8) between first_day and cut
    )
select
    d.MaHoSo,
    p.period_code,
    d.received >= p.first_day as is_received,
    d.received < p.first_day as is_carried_over,
    coalesce(d.finished <= p.cut, false) as is_resolved,
    d.finished is null or d.finished > p.cut as is_open,
    l.MaHoSo is not null as is_late,
    false as is_paid,
    false as is_paid_online,
    false as is_rated,
    false as is_satisfied
from dossier d
join period p on d.received <= p.cut and (d.finished is null or d.finished >= p.first_day)
left join late l on d.MaHoSo = l.MaHoSo and p.cut = l.cut
union all
select
    MaHoSo, period_code, false, false, false, false, false, true,
    coalesce(HinhThucThanhToan = 'truc-tuyen', false), false, false
from fee
join period on left(NgayThuPhi, 8) between first_day and cut
where nth = 1 and TrangThaiThanhToan = '1' and cast(Gia as bigint) > 0
union all
select MaHoSo, period_code, false, false, false, false, false, false, false, true, is_satisfied
from rating
where nth = 1;

analyze counted;

create table figures as
with
    unit as (select distinct on (MaDonVi) MaDonVi, Cap from don_vi order by MaDonVi, business_day desc),
    -- In each period a dossier is the unit's that answers for it at the cut, or on the day it was finished before.
    answered as (
        select
            c.*,
            d.is_online,
            d.is_early,
            d.is_overdue,
            d.is_digitised,
            d.is_reused,
            d.owes_result,
            d.has_own_result,
            case
                when d.changed_on <= least(coalesce(d.finished, p.cut), p.cut) then d.new_unit_code else d.unit_code
            end as unit_code
        from counted c
        join described d on c.MaHoSo = d.MaHoSo
        join period p on c.period_code = p.period_code
    )
select
    period_code as period,
    case when grouping(unit_code) = 0 then 'unit' when grouping(Cap) = 0 then 'level' else 'province' end as scope,
    coalesce(unit_code, Cap, '') as subject,
    count(*) filter (where is_received or is_carried_over) as received_total,
    count(*) filter (where is_received and is_online) as received_online,
    count(*) filter (where is_received and not is_online) as received_direct,
    count(*) filter (where is_carried_over) as carried_over,
    count(*) filter (where is_resolved) as resolved_total,
    count(*) filter (where is_resolved and is_early) as resolved_early,
    count(*) filter (where is_resolved and not is_early and not is_overdue) as resolved_on_time,
    count(*) filter (where is_resolved and is_overdue) as resolved_overdue,
    count(*) filter (where is_open) as open_total,
    count(*) filter (where is_open and not is_late) as open_in_time,
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
    count(*) filter (where is_paid_online) as online_payment_share,
    count(*) filter (where is_paid) as online_payment_share_of,
    count(*) filter (where is_satisfied) as satisfaction_rate,
    count(*) filter (where is_rated) as satisfaction_rate_of
from answered
join unit on unit_code = MaDonVi
group by grouping sets ((period_code, unit_code, Cap), (period_code, Cap), (period_code));
