"""The peer in Polars: what no period changes in one lazy query, then one small query per period."""

import json

import polars as pl

from benchmarks.peers.request import FIGURES, MESSAGE_LISTS, Request, business_day

GOOD = ["RẤT HÀI LÒNG", "HÀI LÒNG"]
COLUMNS = {
    "ho_so": [
        "MaHoSo", "MaTTHC", "MaDonVi", "MaDonViXuLy", "KenhThucHien", "NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy",
        "NgayTra", "TrangThaiHoSo", "NgayCapNhat", "DaXoa",
    ],
    "tien_trinh": ["MaHoSo", "ThoiDiemXuLy", "TrangThai"],
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
col = pl.col


def compute(request: Request) -> None:
    """Write the figures."""
    states = _read(request, "ho_so").with_columns(newness=pl.coalesce("NgayCapNhat", col("day") + "235959"))
    components = _newest(_read(request, "thanh_phan"), "MaHoSo", "TepDinhKemId")
    cases = (
        _dossiers(request, states)
        .join(_reuse(components), on="MaHoSo", how="left")
        .join(_own_results(request, components), on="MaHoSo", how="left")
        .join(_newest(_read(request, "thu_tuc"), "MaTTHC").select("MaTTHC", "CoKetQua"), on="MaTTHC", how="left")
    )
    frames = pl.collect_all(
        [cases, _words(request, states), _supplements(request), _fees(request), _read(request, "danh_gia"),
         _newest(_read(request, "don_vi"), "MaDonVi").select(unit="MaDonVi", level="Cap")]
    )  # fmt: skip
    periods = pl.read_csv(request.periods, infer_schema=False).rows()
    pl.concat([_period(frames, *period) for period in periods]).write_csv(request.out)


def _read(request: Request, source: str) -> pl.LazyFrame:
    columns = COLUMNS[source]
    rows = pl.scan_csv(request.files(source), infer_schema=False, include_file_paths="path").select(
        *columns, day=col("path").str.extract(r"(\d{4}-\d{2}-\d{2})/[^/]*$").str.replace_all("-", "", literal=True)
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
    return col(name).str.head(8)


def _dossiers(request: Request, states: pl.LazyFrame) -> pl.LazyFrame:
    """Return the newest state of each dossier in scope, with the unit that takes over and when."""
    successor = (
        pl.scan_csv(request.unit_changes, infer_schema=False)
        .drop_nulls("new_unit_code")
        .sort("is_main", nulls_last=True)
        .unique("old_unit_code", keep="first")
        .select("old_unit_code", "new_unit_code", changed=col("changed_on").str.replace_all("-", "", literal=True))
    )
    is_finished = col("TrangThaiHoSo").is_in(["7", "9", "10"])
    return (
        states.sort("newness", "day")
        .unique("MaHoSo", keep="last")
        .filter(~col("TrangThaiHoSo").is_in(["1", "3"]), col("DaXoa").fill_null("0") != "1")
        .select(
            "MaHoSo", "MaTTHC", status="TrangThaiHoSo", online=col("KenhThucHien").fill_null("1") == "2",
            handler=pl.coalesce("MaDonViXuLy", "MaDonVi"), received=_day("NgayTiepNhan"), due=_day("NgayHenTra"),
            finished=pl.when(is_finished).then(pl.coalesce("NgayKetThucXuLy", "NgayTra").str.head(8)),
        )
        .join(successor, left_on="handler", right_on="old_unit_code", how="left")
    )  # fmt: skip


def _words(request: Request, states: pl.LazyFrame) -> pl.LazyFrame:
    """Return every word on the status of a dossier, of states and steps, the newest last."""
    told = states.select("MaHoSo", "day", moment="newness", told="TrangThaiHoSo", is_state=1)
    steps = _read(request, "tien_trinh").filter(col("TrangThai").is_in(["2", "4", "5", "6", "8"]))
    shown = steps.select("MaHoSo", "day", moment="ThoiDiemXuLy", told="TrangThai", is_state=0)
    return pl.concat([told, shown])


def _supplements(request: Request) -> pl.LazyFrame:
    newest = _newest(_read(request, "bo_sung"), "MaHoSo", "NgayBoSung")
    return newest.select("MaHoSo", asked=_day("NgayBoSung"), answered=_day("NgayTiepNhanBoSung"))


def _reuse(components: pl.LazyFrame) -> pl.LazyFrame:
    reused = col("DuocTaiSuDung").is_in(["1", "2"]) | (col("DuocLayTuKhoDMQG") == "1")
    live = components.filter(col("IsDeleted").fill_null("0") != "1")
    return live.group_by("MaHoSo").agg(digitised=(col("DuocSoHoa") == "1").any(), reused=reused.any())


def _own_results(request: Request, components: pl.LazyFrame) -> pl.LazyFrame:
    """Return the dossiers with a result file that was not handed in as a component."""
    given = components.select("MaHoSo", path="DuongDanTaiTepTin")
    results = _newest(_read(request, "ket_qua"), "MaHoSo", "GiayToId").select("MaHoSo", path="DuongDanTepTinKetQua")
    own = results.drop_nulls("path").join(given, on=["MaHoSo", "path"], how="anti")
    return own.select("MaHoSo").unique().with_columns(own=True)


def _fees(request: Request) -> pl.LazyFrame:
    paid = (col("TrangThaiThanhToan") == "1") & (col("Gia").cast(pl.Int64) > 0)
    fees = _newest(_read(request, "le_phi"), "MaHoSo", "MaPhiLePhi").filter(paid)
    return fees.select("MaHoSo", paid=_day("NgayThuPhi"), online_paid=col("HinhThucThanhToan") == "truc-tuyen")


def _period(frames: list[pl.DataFrame], code: str, first: str, cut: str) -> pl.DataFrame:
    """Return the figures of one period."""
    cases, words, supplements, fees, ratings, units = frames
    home = (
        pl.when(col("changed") <= pl.min_horizontal(col("finished").fill_null(cut), pl.lit(cut)))
        .then("new_unit_code")
        .otherwise("handler")
    )
    cases = cases.with_columns(unit=home).join(units, on="unit")
    in_period = cases.filter(col("received") <= cut, col("finished").is_null() | (col("finished") >= first))
    in_period = in_period.join(_late(in_period, words, supplements, cut), on="MaHoSo", how="left")
    paid = fees.filter(col("paid").is_between(pl.lit(first), pl.lit(cut))).join(cases, on="MaHoSo")
    rated = ratings.filter(_day("ThoiGianDanhGia").is_between(pl.lit(first), pl.lit(cut))).join(cases, on="MaHoSo")
    rated = rated.sort("ThoiGianDanhGia", "day").unique("MaHoSo", keep="last")
    counted = pl.concat(
        [
            in_period.select("unit", "level", **_counts(first, cut)),
            paid.select("unit", "level", online_payment_share="online_paid", online_payment_share_of=True),
            rated.select("unit", "level", satisfaction_rate=col("DanhGia").is_in(GOOD), satisfaction_rate_of=True),
        ],
        how="diagonal",
    )
    sums = [col(name).sum() for name in FIGURES]
    grouped = [counted.group_by(subject=name).agg(sums).with_columns(scope=pl.lit(name)) for name in ("unit", "level")]
    grouped.append(counted.select(sums).with_columns(scope=pl.lit("province"), subject=pl.lit("")))
    return pl.concat([table.select(pl.lit(code).alias("period"), "scope", "subject", *FIGURES) for table in grouped])


def _late(cases: pl.DataFrame, words: pl.DataFrame, supplements: pl.DataFrame, cut: str) -> pl.DataFrame:
    """Return the dossiers open at the cut, due before it and not paused."""
    candidates = cases.filter(col("due") < cut, col("finished").is_null() | (col("finished") > cut))
    candidates = candidates.select("MaHoSo", "status")
    told = (
        words.join(candidates, on="MaHoSo", how="semi")
        .filter(_day("moment") <= cut)
        .sort("moment", "is_state", "day", "told")
        .unique("MaHoSo", keep="last")
    )
    waiting = supplements.filter(col("asked") <= cut, col("answered").is_null() | (col("answered") > cut))
    asked = supplements.select("MaHoSo").unique().with_columns(asked=True)
    return (
        candidates.join(told.select("MaHoSo", "told"), on="MaHoSo", how="left")
        .join(asked, on="MaHoSo", how="left")
        .join(waiting, on="MaHoSo", how="anti")
        .with_columns(pl.coalesce("told", "status").alias("told"))
        .filter(~col("told").is_in(["6", "8"]), (col("told") != "5") | col("asked").is_not_null())
        .select("MaHoSo", late=True)
    )


def _counts(first: str, cut: str) -> dict[str, pl.Expr]:
    """Return true or false for every figure of a dossier in a period."""
    received, online = col("received") >= first, col("online")
    resolved = (col("finished") <= cut).fill_null(False)
    early = ((col("status") != "7") & (col("finished") < col("due"))).fill_null(False)
    overdue = ((col("status") != "7") & (col("finished") > col("due"))).fill_null(False)
    late = col("late").fill_null(False)
    owes = resolved & col("status").is_in(["9", "10"]) & (col("CoKetQua") == "1")
    return {
        "received_total": pl.lit(True), "received_online": received & online, "received_direct": received & ~online,
        "carried_over": ~received, "resolved_total": resolved, "resolved_early": resolved & early,
        "resolved_on_time": resolved & ~early & ~overdue, "resolved_overdue": resolved & overdue,
        "open_total": ~resolved, "open_in_time": ~resolved & ~late, "open_overdue": ~resolved & late,
        "on_time_rate": resolved & ~overdue, "on_time_rate_of": resolved,
        "online_share": received & online, "online_share_of": received,
        "digitised_share": received & col("digitised"), "digitised_share_of": received,
        "data_reuse_share": received & col("reused"), "data_reuse_share_of": received,
        "result_digitised_share": owes & col("own"), "result_digitised_share_of": owes,
    }  # fmt: skip
