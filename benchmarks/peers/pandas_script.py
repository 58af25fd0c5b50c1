"""The peer in pandas: files read one by one, merged into one row per dossier, counted with `groupby`."""

import json
from typing import Any

import pandas as pd

from benchmarks.peers.request import FIGURES, MESSAGE_LISTS, Request, business_day

GOOD = ["RẤT HÀI LÒNG", "HÀI LÒNG"]


def compute(request: Request) -> None:
    """Write the figures."""
    cases = _dossiers(request)
    for children in (_supplements, _components, _results, _payments, _ratings):
        cases = cases.merge(children(request), on="MaHoSo", how="left")
    procedures = _newest(_read(request, "thu_tuc"), "MaTTHC")[["MaTTHC", "CoKetQua"]]
    counted = _count(cases.merge(procedures, on="MaTTHC", how="left"), request)
    by_unit, by_level = (counted.groupby(name)[list(FIGURES)].sum() for name in ("unit", "level"))
    whole = counted[list(FIGURES)].sum().to_frame("").T
    table = pd.concat({"unit": by_unit, "level": by_level, "province": whole}, names=["scope", "subject"])
    table.astype(int).to_csv(request.out)


def _read(request: Request, source: str) -> Any:
    frames = [pd.read_csv(path, dtype=str).assign(day=business_day(path)) for path in request.files(source)]
    for path in request.messages if source == "ho_so" or source in MESSAGE_LISTS else []:
        dossiers = json.loads(path.read_text(encoding="utf-8"))["data"]
        nested = MESSAGE_LISTS.get(source)
        rows = pd.json_normalize(dossiers, nested, "MaHoSo") if nested else pd.DataFrame(dossiers)
        frames.append(rows.replace("", None).assign(day=business_day(path)))
    return pd.concat(frames, ignore_index=True)


def _newest(rows: Any, *key: str) -> Any:
    return rows.sort_values("day").drop_duplicates(list(key), keep="last")


def _dossiers(request: Request) -> Any:
    """Return the newest state of each dossier in scope, with the unit that answers for it and its level."""
    rows = _read(request, "ho_so")
    rows["newness"] = rows["NgayCapNhat"].fillna(rows["day"] + "235959")
    rows = rows.sort_values(["newness", "day"]).drop_duplicates("MaHoSo", keep="last")
    rows = rows[~rows["TrangThaiHoSo"].isin(["1", "3"]) & (rows["DaXoa"] != "1")]
    status = rows["TrangThaiHoSo"]
    finished = rows["NgayKetThucXuLy"].fillna(rows["NgayTra"]).str[:8].where(status.isin(["7", "9", "10"]))
    cases = pd.DataFrame({
        "MaHoSo": rows["MaHoSo"], "MaTTHC": rows["MaTTHC"], "status": status, "online": rows["KenhThucHien"] == "2",
        "unit": rows["MaDonViXuLy"].fillna(rows["MaDonVi"]), "received": rows["NgayTiepNhan"].str[:8],
        "due": rows["NgayHenTra"].str[:8], "finished": finished,
    })  # fmt: skip
    changes = pd.read_csv(request.unit_changes, dtype=str).dropna(subset="new_unit_code")
    changes = changes.sort_values("is_main").drop_duplicates("old_unit_code")
    cases = cases.merge(
        changes[["old_unit_code", "new_unit_code", "changed_on"]], left_on="unit", right_on="old_unit_code", how="left"
    )
    last = cases["finished"].fillna(request.cut).clip(upper=request.cut)
    passed_on = cases["changed_on"].str.replace("-", "") <= last
    cases["unit"] = cases["unit"].mask(passed_on.fillna(False), cases["new_unit_code"])
    units = _newest(_read(request, "don_vi"), "MaDonVi")
    return cases.merge(units[["MaDonVi", "Cap"]].rename(columns={"MaDonVi": "unit", "Cap": "level"}), on="unit")


def _supplements(request: Request) -> Any:
    rows = _newest(_read(request, "bo_sung"), "MaHoSo", "NgayBoSung")
    rows = rows[rows["NgayBoSung"].str[:8] <= request.cut]
    waiting = rows["NgayTiepNhanBoSung"].isna() | (rows["NgayTiepNhanBoSung"].str[:8] > request.cut)
    return rows.assign(waiting=waiting).groupby("MaHoSo", as_index=False)["waiting"].max()


def _components(request: Request) -> Any:
    rows = _newest(_read(request, "thanh_phan"), "MaHoSo", "TepDinhKemId")
    rows = rows[rows["IsDeleted"] != "1"]
    reused = rows["DuocTaiSuDung"].isin(["1", "2"]) | (rows["DuocLayTuKhoDMQG"] == "1")
    flags = rows.assign(digitised=rows["DuocSoHoa"] == "1", reused=reused)
    return flags.groupby("MaHoSo", as_index=False)[["digitised", "reused"]].max()


def _results(request: Request) -> Any:
    """Return the dossiers with a result file that was not handed in as a component."""
    given = _newest(_read(request, "thanh_phan"), "MaHoSo", "TepDinhKemId")
    results = _newest(_read(request, "ket_qua"), "MaHoSo", "GiayToId").dropna(subset="DuongDanTepTinKetQua")
    found = results.merge(
        given[["MaHoSo", "DuongDanTaiTepTin"]], how="left", indicator=True,
        left_on=["MaHoSo", "DuongDanTepTinKetQua"], right_on=["MaHoSo", "DuongDanTaiTepTin"],
    )  # fmt: skip
    return found.loc[found["_merge"] == "left_only", ["MaHoSo"]].drop_duplicates().assign(own=True)


def _payments(request: Request) -> Any:
    rows = _newest(_read(request, "le_phi"), "MaHoSo", "MaPhiLePhi")
    in_year = rows["NgayThuPhi"].str[:8].between(request.first_day, request.cut)
    rows = rows[(rows["TrangThaiThanhToan"] == "1") & (rows["Gia"].astype(int) > 0) & in_year]
    flags = rows.assign(paid=1, paid_online=rows["HinhThucThanhToan"] == "truc-tuyen")
    return flags.groupby("MaHoSo", as_index=False)[["paid", "paid_online"]].sum()


def _ratings(request: Request) -> Any:
    rows = _read(request, "danh_gia")
    rows = rows[rows["ThoiGianDanhGia"].str[:8].between(request.first_day, request.cut)]
    newest = rows.sort_values(["ThoiGianDanhGia", "day"]).drop_duplicates("MaHoSo", keep="last")
    return pd.DataFrame({"MaHoSo": newest["MaHoSo"], "rated": True, "satisfied": newest["DanhGia"].isin(GOOD)})


def _count(cases: Any, request: Request) -> Any:
    """Return 0 or 1 (payments: a number) for every figure and dossier."""
    first, cut, status = request.first_day, request.cut, cases["status"]

    def flag(name: str) -> Any:
        return cases[name].eq(True)

    received = cases["received"].between(first, cut)
    is_open = cases["finished"].isna() | (cases["finished"] > cut)
    carried = (cases["received"] < first) & (cases["finished"].isna() | (cases["finished"] >= first))
    resolved, online = cases["finished"].between(first, cut), flag("online")
    early = (status != "7") & (cases["finished"] < cases["due"])
    overdue = (status != "7") & (cases["finished"] > cases["due"])
    paused = flag("waiting") | status.isin(["6", "8"]) | ((status == "5") & cases["waiting"].isna())
    late = (cases["due"] < cut) & ~paused
    owes = resolved & status.isin(["9", "10"]) & (cases["CoKetQua"] == "1")
    figures = {
        "received_total": received | carried, "received_online": received & online,
        "received_direct": received & ~online, "carried_over": carried,
        "resolved_total": resolved, "resolved_early": resolved & early,
        "resolved_on_time": resolved & ~early & ~overdue, "resolved_overdue": resolved & overdue,
        "open_total": is_open, "open_in_time": is_open & ~late, "open_overdue": is_open & late,
        "on_time_rate": resolved & ~overdue, "on_time_rate_of": resolved,
        "online_share": received & online, "online_share_of": received,
        "digitised_share": received & flag("digitised"), "digitised_share_of": received,
        "data_reuse_share": received & flag("reused"), "data_reuse_share_of": received,
        "result_digitised_share": owes & flag("own"), "result_digitised_share_of": owes,
        "online_payment_share": cases["paid_online"].fillna(0), "online_payment_share_of": cases["paid"].fillna(0),
        "satisfaction_rate": flag("satisfied"), "satisfaction_rate_of": flag("rated"),
    }  # fmt: skip
    return cases[["unit", "level"]].assign(**figures)
