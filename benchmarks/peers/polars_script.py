"""The peer in Polars: one lazy query."""

import json

import polars as pl

from benchmarks.peers.request import FIGURES, MESSAGE_LISTS, Request, business_day

GOOD = ["RẤT HÀI LÒNG", "HÀI LÒNG"]
COLUMNS = {
    "ho_so": [
        "MaHoSo", "MaTTHC", "MaDonVi", "MaDonViXuLy", "KenhThucHien", "NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy",
        "NgayTra", "TrangThaiHoSo", "NgayCapNhat", "DaXoa",
    ],
    "thanh_phan": [
        "MaHoSo", "TepDinhKemId", "DuongDanTaiTepTin", "DuocSoHoa", "DuocTaiSuDung", "DuocLayTuKhoDMQG", "IsDeleted",
    ],
    "le_phi": ["MaHoSo", "MaPhiLePhi", "Gia", "TrangThaiThanhToan", "HinhThucThanhToan", "NgayThuPhi"],
    "bo_sung": ["MaHoSo", "NgayBoSung", "NgayTiepNhanBoSung"],
    "ket_qua": ["MaHoSo", "GiayToId", "DuongDanTepTinKetQua"],
    "danh_gia": ["MaHoSo", "ThoiGianDanhGia", "DanhGia"],
    "thu_tuc": ["MaTTHC", "CoKetQua"],
    "don_vi": ["MaDonVi", "Cap"],
}  # fmt: skip


def compute(request: Request) -> None:
    """Write the figures."""
    first, cut = pl.lit(request.first_day), pl.lit(request.cut)
    cases = _dossiers(request, cut).join(_supplements(request, cut), on="MaHoSo", how="left")
    for children in (_components(request), _results(request), _payments(request, first, cut)):
        cases = cases.join(children, on="MaHoSo", how="left")
    cases = cases.join(_ratings(request, first, cut), on="MaHoSo", how="left")
    returns_result = _newest(_read(request, "thu_tuc"), "MaTTHC").select("MaTTHC", owes=pl.col("CoKetQua") == "1")
    counted = _count(cases.join(returns_result, on="MaTTHC", how="left"), first, cut).collect()
    sums = [pl.col(name).sum() for name in FIGURES]
    grouped = [counted.group_by(subject=name).agg(sums).with_columns(scope=pl.lit(name)) for name in ("unit", "level")]
    grouped.append(counted.select(sums).with_columns(scope=pl.lit("province"), subject=pl.lit("")))
    pl.concat([table.select("scope", "subject", *FIGURES) for table in grouped]).write_csv(request.out)


def _read(request: Request, source: str) -> pl.LazyFrame:
    columns, files = COLUMNS[source], request.files(source)
    rows = pl.scan_csv(files, infer_schema=False, include_file_paths="path").select(
        *columns, day=pl.col("path").str.extract(r"(\d{4}-\d{2}-\d{2})/[^/]*$").str.replace_all("-", "", literal=True)
    )
    return pl.concat([rows, *_from_messages(request, source)]) if source == "ho_so" or source in MESSAGE_LISTS else rows


def _from_messages(request: Request, source: str) -> list[pl.LazyFrame]:
    found = []
    for path in request.messages:
        dossiers = json.loads(path.read_text(encoding="utf-8"))["data"]
        nested = MESSAGE_LISTS.get(source)
        rows = [{"MaHoSo": one["MaHoSo"], **row} for one in dossiers for row in one[nested]] if nested else dossiers
        frame = pl.LazyFrame(rows, schema=dict.fromkeys(COLUMNS[source], pl.String))
        found.append(frame.select(pl.all().replace("", None), day=pl.lit(business_day(path))))
    return found


def _newest(rows: pl.LazyFrame, *key: str) -> pl.LazyFrame:
    return rows.sort("day").unique(key, keep="last")


def _day(name: str) -> pl.Expr:
    return pl.col(name).str.head(8)


def _dossiers(request: Request, cut: pl.Expr) -> pl.LazyFrame:
    """Return the newest state of each dossier in scope, with the unit that answers for it and its level."""
    successor = (
        pl.scan_csv(request.unit_changes, infer_schema=False)
        .drop_nulls("new_unit_code")
        .sort("is_main", nulls_last=True)
        .unique("old_unit_code", keep="first")
        .select("old_unit_code", "new_unit_code", changed=pl.col("changed_on").str.replace_all("-", "", literal=True))
    )
    level = _newest(_read(request, "don_vi"), "MaDonVi").select(unit="MaDonVi", level="Cap")
    states = _read(request, "ho_so").sort(pl.coalesce("NgayCapNhat", pl.col("day") + "235959"), "day")
    is_finished = pl.col("TrangThaiHoSo").is_in(["7", "9", "10"])
    return (
        states.unique("MaHoSo", keep="last")
        .filter(~pl.col("TrangThaiHoSo").is_in(["1", "3"]), pl.col("DaXoa").fill_null("0") != "1")
        .select(
            "MaHoSo", "MaTTHC", status="TrangThaiHoSo", online=pl.col("KenhThucHien").fill_null("1") == "2",
            handler=pl.coalesce("MaDonViXuLy", "MaDonVi"), received=_day("NgayTiepNhan"), due=_day("NgayHenTra"),
            finished=pl.when(is_finished).then(pl.coalesce("NgayKetThucXuLy", "NgayTra").str.head(8)),
        )
        .join(successor, left_on="handler", right_on="old_unit_code", how="left")
        .with_columns(
            unit=pl.when(pl.col("changed") <= pl.min_horizontal(pl.col("finished").fill_null(cut), cut))
            .then("new_unit_code")
            .otherwise("handler")
        )
        .join(level, on="unit")
    )  # fmt: skip


def _supplements(request: Request, cut: pl.Expr) -> pl.LazyFrame:
    answered = pl.col("NgayTiepNhanBoSung")
    waits = answered.is_null() | (answered.str.head(8) > cut)
    requests = _newest(_read(request, "bo_sung"), "MaHoSo", "NgayBoSung").filter(_day("NgayBoSung") <= cut)
    return requests.group_by("MaHoSo").agg(waiting=waits.any())


def _components(request: Request) -> pl.LazyFrame:
    live = _newest(_read(request, "thanh_phan"), "MaHoSo", "TepDinhKemId").filter(
        pl.col("IsDeleted").fill_null("0") != "1"
    )
    reused = pl.col("DuocTaiSuDung").is_in(["1", "2"]) | (pl.col("DuocLayTuKhoDMQG") == "1")
    return live.group_by("MaHoSo").agg(digitised=(pl.col("DuocSoHoa") == "1").any(), reused=reused.any())


def _results(request: Request) -> pl.LazyFrame:
    """Return the dossiers with a result file that was not handed in as a component."""
    given = _newest(_read(request, "thanh_phan"), "MaHoSo", "TepDinhKemId").select("MaHoSo", path="DuongDanTaiTepTin")
    results = _newest(_read(request, "ket_qua"), "MaHoSo", "GiayToId").select("MaHoSo", path="DuongDanTepTinKetQua")
    own = results.drop_nulls("path").join(given, on=["MaHoSo", "path"], how="anti")
    return own.select("MaHoSo", own=True).unique("MaHoSo")


def _payments(request: Request, first: pl.Expr, cut: pl.Expr) -> pl.LazyFrame:
    paid = _newest(_read(request, "le_phi"), "MaHoSo", "MaPhiLePhi").filter(
        pl.col("TrangThaiThanhToan") == "1",
        pl.col("Gia").cast(pl.Int64) > 0,
        _day("NgayThuPhi").is_between(first, cut),
    )
    return paid.group_by("MaHoSo").agg(paid=pl.len(), paid_online=(pl.col("HinhThucThanhToan") == "truc-tuyen").sum())


def _ratings(request: Request, first: pl.Expr, cut: pl.Expr) -> pl.LazyFrame:
    rated = _read(request, "danh_gia").filter(_day("ThoiGianDanhGia").is_between(first, cut))
    newest = rated.sort("ThoiGianDanhGia", "day").unique("MaHoSo", keep="last")
    return newest.select("MaHoSo", satisfied=pl.col("DanhGia").is_in(GOOD))


def _count(cases: pl.LazyFrame, first: pl.Expr, cut: pl.Expr) -> pl.LazyFrame:
    """Return 0 or 1 (payments: a number) for every figure and dossier."""
    col = pl.col
    received = col("received").is_between(first, cut)
    carried = (col("received") < first) & (col("finished").is_null() | (col("finished") >= first))
    resolved = col("finished").is_between(first, cut)
    is_open = col("finished").is_null() | (col("finished") > cut)
    early = (col("status") != "7") & (col("finished") < col("due"))
    overdue = (col("status") != "7") & (col("finished") > col("due")).fill_null(False)
    paused = (
        col("waiting").fill_null(False)
        | col("status").is_in(["6", "8"])
        | ((col("status") == "5") & col("waiting").is_null())
    )
    late = (col("due") < cut).fill_null(False) & ~paused
    owes = resolved & col("status").is_in(["9", "10"]) & col("owes")
    online = col("online")
    return cases.select(
        "unit", "level",
        received_total=received | carried, received_online=received & online, received_direct=received & ~online,
        carried_over=carried, resolved_total=resolved, resolved_early=resolved & early,
        resolved_on_time=resolved & ~early.fill_null(False) & ~overdue, resolved_overdue=resolved & overdue,
        open_total=is_open, open_in_time=is_open & ~late, open_overdue=is_open & late,
        on_time_rate=resolved & ~overdue, on_time_rate_of=resolved,
        online_share=received & online, online_share_of=received,
        digitised_share=received & col("digitised"), digitised_share_of=received,
        data_reuse_share=received & col("reused"), data_reuse_share_of=received,
        result_digitised_share=owes & col("own"), result_digitised_share_of=owes,
        online_payment_share="paid_online", online_payment_share_of="paid",
        satisfaction_rate="satisfied", satisfaction_rate_of=col("satisfied").is_not_null(),
    )  # fmt: skip
