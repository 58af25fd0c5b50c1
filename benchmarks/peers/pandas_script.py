"""The peer in pandas: files read one by one, merged into one row per dossier, counted with `groupby`."""

import json
from typing import Any

import pandas as pd

from benchmarks.peers.request import FIGURES, MESSAGE_LISTS, Request, business_day

GOOD = ["RẤT HÀI LÒNG", "HÀI LÒNG"]


def compute(request: Request) -> None:
    """Write the figures."""
    states, components = _states(request), _newest(_read(request, "thanh_phan"), "MaHoSo", "TepDinhKemId")
    cases = _dossiers(request, states)
    for children in (_reuse(components), _own_results(request, components)):
        cases = cases.merge(children, on="MaHoSo", how="left")
    procedures = _newest(_read(request, "thu_tuc"), "MaTTHC")[["MaTTHC", "CoKetQua"]]
    cases = cases.merge(procedures, on="MaTTHC", how="left")
    units = _newest(_read(request, "don_vi"), "MaDonVi")[["MaDonVi", "Cap"]]
    units = units.rename(columns={"MaDonVi": "unit", "Cap": "level"})
    others = _words(request, states), _supplements(request), _fees(request), _ratings(request), units
    periods = pd.read_csv(request.periods, dtype=str).itertuples(index=False)
    tables = {code: _period(cases, *others, first, cut) for code, first, cut in periods}
    pd.concat(tables, names=["period", "scope", "subject"]).to_csv(request.out)


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


def _states(request: Request) -> Any:
    rows = _read(request, "ho_so")
    rows["newness"] = rows["NgayCapNhat"].fillna(rows["day"] + "235959")
    return rows.sort_values(["newness", "day"])


def _dossiers(request: Request, states: Any) -> Any:
    """Return the newest state of each dossier in scope, with the unit that takes over and when."""
    rows = states.drop_duplicates("MaHoSo", keep="last")
    rows = rows[~rows["TrangThaiHoSo"].isin(["1", "3"]) & (rows["DaXoa"] != "1")]
    status = rows["TrangThaiHoSo"]
    finished = rows["NgayKetThucXuLy"].fillna(rows["NgayTra"]).str[:8].where(status.isin(["7", "9", "10"]))
    cases = pd.DataFrame({
        "MaHoSo": rows["MaHoSo"], "MaTTHC": rows["MaTTHC"], "status": status, "online": rows["KenhThucHien"] == "2",
        "handler": rows["MaDonViXuLy"].fillna(rows["MaDonVi"]), "received": rows["NgayTiepNhan"].str[:8],
        "due": rows["NgayHenTra"].str[:8], "finished": finished,
    })  # fmt: skip
    changes = pd.read_csv(request.unit_changes, dtype=str).dropna(subset="new_unit_code")
    changes = changes.sort_values("is_main").drop_duplicates("old_unit_code")
    changes["changed"] = changes["changed_on"].str.replace("-", "")
    changes = changes[["old_unit_code", "new_unit_code", "changed"]].rename(columns={"old_unit_code": "handler"})
    return cases.merge(changes, on="handler", how="left")


def _words(request: Request, states: Any) -> Any:
    """Return every word on the status of a dossier, of states and steps, the newest last."""
    steps = _read(request, "tien_trinh")
    steps = steps[steps["TrangThai"].isin(["2", "4", "5", "6", "8"])]
    told = states[["MaHoSo", "newness", "TrangThaiHoSo", "day"]].set_axis(["MaHoSo", "moment", "told", "day"], axis=1)
    shown = steps[["MaHoSo", "ThoiDiemXuLy", "TrangThai", "day"]].set_axis(["MaHoSo", "moment", "told", "day"], axis=1)
    words = pd.concat([told.assign(is_state=1), shown.assign(is_state=0)])
    return words.sort_values(["moment", "is_state", "day", "told"])


def _supplements(request: Request) -> Any:
    rows = _newest(_read(request, "bo_sung"), "MaHoSo", "NgayBoSung")
    answered = rows["NgayTiepNhanBoSung"].str[:8]
    return pd.DataFrame({"MaHoSo": rows["MaHoSo"], "asked": rows["NgayBoSung"].str[:8], "answered": answered})


def _reuse(components: Any) -> Any:
    rows = components[components["IsDeleted"] != "1"]
    reused = rows["DuocTaiSuDung"].isin(["1", "2"]) | (rows["DuocLayTuKhoDMQG"] == "1")
    flags = rows.assign(digitised=rows["DuocSoHoa"] == "1", reused=reused)
    return flags.groupby("MaHoSo", as_index=False)[["digitised", "reused"]].max()


def _own_results(request: Request, components: Any) -> Any:
    """Return the dossiers with a result file that was not handed in as a component."""
    results = _newest(_read(request, "ket_qua"), "MaHoSo", "GiayToId").dropna(subset="DuongDanTepTinKetQua")
    found = results.merge(
        components[["MaHoSo", "DuongDanTaiTepTin"]], how="left", indicator=True,
        left_on=["MaHoSo", "DuongDanTepTinKetQua"], right_on=["MaHoSo", "DuongDanTaiTepTin"],
    )  # fmt: skip
    return found.loc[found["_merge"] == "left_only", ["MaHoSo"]].drop_duplicates().assign(own=True)


def _fees(request: Request) -> Any:
    rows = _newest(_read(request, "le_phi"), "MaHoSo", "MaPhiLePhi")
    rows = rows[(rows["TrangThaiThanhToan"] == "1") & (rows["Gia"].astype(int) > 0)]
    online = rows["HinhThucThanhToan"] == "truc-tuyen"
    return pd.DataFrame({"MaHoSo": rows["MaHoSo"], "paid": rows["NgayThuPhi"].str[:8], "online_payment_share": online})


def _ratings(request: Request) -> Any:
    rows = _read(request, "danh_gia").sort_values(["ThoiGianDanhGia", "day"])
    good = rows["DanhGia"].isin(GOOD)
    return pd.DataFrame({"MaHoSo": rows["MaHoSo"], "rated": rows["ThoiGianDanhGia"].str[:8], "satisfaction_rate": good})


def _period(cases: Any, words: Any, supplements: Any, fees: Any, ratings: Any, units: Any, first: str, cut: str) -> Any:
    """Return the figures of one period by scope and subject."""
    passed_on = cases["changed"] <= cases["finished"].fillna(cut).clip(upper=cut)
    unit = cases["handler"].mask(passed_on, cases["new_unit_code"])
    cases = cases.assign(unit=unit).merge(units, on="unit")
    home = cases[["MaHoSo", "unit", "level"]]
    in_period = cases[(cases["received"] <= cut) & (cases["finished"].isna() | (cases["finished"] >= first))]
    late = in_period["MaHoSo"].isin(_late(in_period, words, supplements, cut))
    paid = fees[fees["paid"].between(first, cut)].merge(home, on="MaHoSo")
    rated = (
        ratings[ratings["rated"].between(first, cut)].drop_duplicates("MaHoSo", keep="last").merge(home, on="MaHoSo")
    )
    counted = pd.concat([
        _count(in_period, late, first, cut),
        paid[["unit", "level", "online_payment_share"]].assign(online_payment_share_of=1),
        rated[["unit", "level", "satisfaction_rate"]].assign(satisfaction_rate_of=1),
    ]).astype(dict.fromkeys(FIGURES, float))  # fmt: skip
    by_unit, by_level = (counted.groupby(name)[list(FIGURES)].sum() for name in ("unit", "level"))
    whole = counted[list(FIGURES)].sum().to_frame("").T
    return pd.concat({"unit": by_unit, "level": by_level, "province": whole}).astype(int)


def _late(cases: Any, words: Any, supplements: Any, cut: str) -> Any:
    """Return the codes of dossiers open at the cut, due before it and not paused."""
    is_open = cases["finished"].isna() | (cases["finished"] > cut)
    candidates = cases.loc[is_open & (cases["due"] < cut), ["MaHoSo", "status"]]
    told = words[words["MaHoSo"].isin(candidates["MaHoSo"]) & (words["moment"].str[:8] <= cut)]
    told = told.drop_duplicates("MaHoSo", keep="last")[["MaHoSo", "told"]]
    candidates = candidates.merge(told, on="MaHoSo", how="left")
    status = candidates["told"].fillna(candidates["status"])
    is_waiting = supplements["answered"].isna() | (supplements["answered"] > cut)
    waiting = supplements.loc[(supplements["asked"] <= cut) & is_waiting, "MaHoSo"]
    never_asked = ~candidates["MaHoSo"].isin(supplements["MaHoSo"])
    paused = candidates["MaHoSo"].isin(waiting) | status.isin(["6", "8"]) | ((status == "5") & never_asked)
    return candidates.loc[~paused, "MaHoSo"]


def _count(cases: Any, late: Any, first: str, cut: str) -> Any:
    """Return true or false for every figure of the dossiers in a period."""
    received, resolved, online = cases["received"] >= first, cases["finished"] <= cut, cases["online"]
    early = (cases["status"] != "7") & (cases["finished"] < cases["due"])
    overdue = (cases["status"] != "7") & (cases["finished"] > cases["due"])
    owes = resolved & cases["status"].isin(["9", "10"]) & (cases["CoKetQua"] == "1")
    figures = {
        "received_total": True, "received_online": received & online, "received_direct": received & ~online,
        "carried_over": ~received, "resolved_total": resolved, "resolved_early": resolved & early,
        "resolved_on_time": resolved & ~early & ~overdue, "resolved_overdue": resolved & overdue,
        "open_total": ~resolved, "open_in_time": ~resolved & ~late, "open_overdue": ~resolved & late,
        "on_time_rate": resolved & ~overdue, "on_time_rate_of": resolved,
        "online_share": received & online, "online_share_of": received,
        "digitised_share": received & cases["digitised"].eq(True), "digitised_share_of": received,
        "data_reuse_share": received & cases["reused"].eq(True), "data_reuse_share_of": received,
        "result_digitised_share": owes & cases["own"].eq(True), "result_digitised_share_of": owes,
    }  # fmt: skip
    return cases[["unit", "level"]].assign(**figures)
