"""A small open-data folder to build a site from: one office of every kind, every flag, every bound.

SYNTHETIC.

Columns are those of the publication register, so a register that moves on breaks this, not the tests' meaning.
"""

import csv
import json
from pathlib import Path
from typing import Any
from zlib import crc32

import duckdb

from pipelines.open_data import feed
from pipelines.open_data.files import read_table
from pipelines.open_data.vintage_store import EDITIONS, VINTAGE_FILE
from pipelines.registers.publication import PublicationRegister
from pipelines.settings import Settings

PROVINCE = "H19"
LEVELS = ("tinh", "so", "huyen", "xa")
# code, name, level, parent, valid from, valid to. One name needs escaping, one office has no figures at all.
UNITS = [
    (PROVINCE, "UBND tỉnh Đồng Nai", "tinh", "", "", ""),
    ("H19.03", "Sở Tư pháp", "so", PROVINCE, "", ""),
    ("H19.13", 'Sở Văn hóa, Thể thao & Du lịch <b>"thử"</b>', "so", PROVINCE, "", ""),
    ("H19.16", "Sở Y tế", "so", PROVINCE, "", ""),
    ("H19.31", "UBND thành phố Biên Hòa", "huyen", PROVINCE, "", "2025-06-30"),
    ("H19.31.01", "UBND phường An Bình", "xa", "H19.31", "", ""),
    ("H19.31.02", "UBND phường Trảng Dài", "xa", "H19.31", "", ""),
    ("H19.31.03", "UBND xã Long Hưng", "xa", "H19.31", "2024-02-01", ""),
    ("H19.39", "UBND huyện Long Thành", "huyen", PROVINCE, "", ""),
    ("H19.39.02", "UBND xã An Phước", "xa", "H19.39", "", ""),
    ("H19.39.03", "UBND xã Đồng Nai Thượng", "xa", "H19.39", "", ""),
    ("H19.99", "UBND xã Chưa Rõ", "xa", "", "", ""),
]
# Of a hundred dossiers, how many are on time, and how many dossiers a year there are.
OFFICES = {
    "H19.03": (968, 12_400), "H19.13": (1000, 140), "H19.31": (905, 3_050), "H19.31.01": (990, 2_010),
    "H19.31.02": (704, 410), "H19.31.03": (1000, 90), "H19.39": (971, 2_600), "H19.39.02": (900, 20),
    "H19.39.03": (0, 0), "H19.99": (955, 1_980),
}  # fmt: skip
INDICATORS = [
    ("apology_rate", "plan", 1.0), ("digitised_share", "plan", 0.4), ("on_time_rate", "766", None),
    ("on_time_rate", "plan", 0.97), ("online_share", "plan", 0.3), ("satisfaction_rate", "plan", 0.94),
]  # fmt: skip
SHARES = {"apology_rate": 400, "digitised_share": 455, "online_share": 330, "satisfaction_rate": 940}
MONTHS = ["2023-11", "2023-12", *(f"2024-{month:02}" for month in range(1, 13))]
PERIODS = [("2023", "nam", "2023-01-01", "2023-12-31"), ("2024", "nam", "2024-01-01", "2024-12-31"),
           ("2024-Q1", "quy", "2024-01-01", "2024-03-31"), ("2024-Q2", "quy", "2024-04-01", "2024-06-30"),
           ("2024-Q3", "quy", "2024-07-01", "2024-09-30"), ("2024-Q4", "quy", "2024-10-01", "2024-12-31"),
           ("2024-BC-NAM", "bao-cao", "2024-01-01", "2024-11-07"),
           *((month, "thang", f"{month}-01", f"{month}-28") for month in MONTHS)]  # fmt: skip
PARTS = {"nam": 1, "quy": 4, "bao-cao": 1, "thang": 12}


def lay_small_editions(open_data: Path) -> None:
    """Lay three editions beside the tables, of which the second is withdrawn."""
    listed = []
    for name, until, gone in (("e1", "2024-10-31", False), ("e2", "2024-12-31", True), ("e3", "2024-11-30", False)):
        folder = open_data / EDITIONS / name
        folder.mkdir(parents=True)
        (folder / "CHANGES.md").write_text(f"{name}\n")
        (folder / VINTAGE_FILE).write_text(
            json.dumps({"vintage": name, "closed_until": until, "essence": {"synthetic": True}})
        )
        listed.append(feed.feed_entry(folder, is_withdrawn=gone))
    feed.write_feed(Settings(), open_data / EDITIONS, listed)


def write_small_open_data(folder: Path, register: PublicationRegister) -> Path:
    """Write the folder.

    The same bytes every time.
    """
    folder.mkdir(parents=True)
    rows = {
        "don-vi": [dict(zip(_columns(register, "don-vi"), unit, strict=True)) for unit in UNITS],
        "ky": [dict(zip(_columns(register, "ky"), period, strict=True)) for period in PERIODS],
        "danh-muc-chi-tieu": [_definition(code, rule) for code, rule, _ in INDICATORS],
        "dinh-nghia-chi-tieu": [_wording(register, code, rule) for code, rule, _ in INDICATORS],
        "chi-tieu": [row for subject in _subjects() for row in _indicators(*subject)],
        "tinh-hinh-giai-quyet": [row for subject in _subjects() for row in _form(register, *subject)],
        "diem-766": [row for subject in _subjects() for row in _points(*subject)],
        "xep-hang-766": _ranking(),
        "thanh-phan-766": [_component(*one) for one in COMPONENTS],
        "linh-vuc": _fields(),
        "thu-tuc": _procedures(),
        "thanh-toan": [_payment(level, month) for level in ("so", "huyen", "xa") for month in MONTHS],
        "phan-anh": [_feedback(channel, f"2024-Q{quarter}") for channel in ("1022", "CDVC") for quarter in range(1, 5)],
        "muc-tieu-ke-hoach": _goals(),
        "thoi-gian-giai-quyet": [row for subject in _subjects() for row in _times(*subject)],
    }
    for name, content in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            names = [*_columns(register, name), register.dataset.last_column["name"]]
            writer = csv.DictWriter(stream, names, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(row | {"du_lieu": "tong-hop-synthetic"} for row in content)
    write_parquet(folder, register)
    (folder / "CHANGES.md").write_text("# Thay đổi / Changes\n", encoding="utf-8")
    return folder


def write_parquet(folder: Path, register: PublicationRegister) -> None:
    """Write each table as Parquet too, typed as publication types it."""
    with duckdb.connect() as connection:
        for table in register.tables:
            if read_table(connection, table, folder, "one"):
                place = folder / table.parquet_name
                connection.execute(f"copy one to '{place}' (format parquet, compression zstd)")
                connection.execute("drop table one")


FIELDS = {"Hộ tịch": "ho-tich", "Đất đai": "dat-dai", "Nuôi con nuôi": "nuoi-con-nuoi",
          "Lý lịch tư pháp": "ly-lich-tu-phap"}  # fmt: skip


def _columns(register: PublicationRegister, table: str) -> list[str]:
    """Return but for the last one, which is the same in all."""
    return [column.name for column in register.table(table).columns[:-1]]


def _subjects() -> list[tuple[str, str, str, str, int, int]]:
    """Return pham_vi, unit, name, level, on time per mille, dossiers a year."""
    names = {unit[0]: unit[1:3] for unit in UNITS}
    offices = [("don-vi", code, *names[code], *OFFICES[code]) for code in OFFICES]
    totals = [("cap", PROVINCE, names[PROVINCE][0], level, 958, 24_180) for level in ("so", "huyen", "xa")]
    return [*offices, *totals, ("tinh", PROVINCE, names[PROVINCE][0], "tinh", 966, 97_650)]


def protected(count: int) -> tuple[str, str]:
    """Return a count as SDC-1 lets it out, here always rounded down: text and flag."""
    return ("", "c") if count < 10 else (str(count // 5 * 5), "")


def rate(numerator: str, denominator: str) -> tuple[str, str, str]:
    """Return text, bound and flag of a share of two protected counts."""
    if not numerator or not denominator or int(denominator) < 30:
        return "", "", "m" if numerator and denominator else "c"
    share = 100 * int(numerator) / int(denominator)
    if int(denominator) < 200 and share >= 95:
        return f"{100 * (int(numerator) - 4) // (int(denominator) + 4)}", ">=", ""
    return (f"{share:.1f}", "", "") if int(denominator) >= 1000 else (f"{share:.0f}", "", "")


def exact_rate(numerator: int, denominator: int) -> tuple[str, str, str]:
    """Return text, bound and flag of a share of two exact counts."""
    return (f"{100 * numerator / denominator:.2f}", "", "") if denominator else ("", "", "o")


def _indicators(scope: str, unit: str, name: str, level: str, on_time: int, yearly: int) -> list[dict[str, Any]]:
    rows = []
    for code, rule, target in INDICATORS:
        for period, kind, *_ in PERIODS:
            dossiers = yearly // PARTS[kind]
            wobble = crc32(f"{unit}{code}{period}".encode()) % 60 - 30 if kind == "thang" else 0
            per_mille = max(0, min(1000, SHARES.get(code, on_time) + wobble))
            if (code, unit) == ("satisfaction_rate", "H19.13"):  # all content, of few: only a bound is published
                per_mille = 1000
            row = {"ma_chi_tieu": code, "cach_tinh": rule, "ky": period, "pham_vi": scope, "ma_don_vi": unit,
                   "ten_don_vi": name, "cap": level}  # fmt: skip
            counted = dossiers * per_mille // 1000
            if code == "satisfaction_rate" and scope != "tinh":
                row["tu_so"], row["co_tu_so"] = protected(counted)
                row["mau_so"], row["co_mau_so"] = protected(dossiers)
                row["ty_le"], row["dau"], row["co"] = rate(row["tu_so"], row["mau_so"])
            else:
                row |= {"tu_so": str(counted), "mau_so": str(dossiers)}
                row["ty_le"], row["dau"], row["co"] = exact_rate(counted, dossiers)
            if (code, unit, period) == ("satisfaction_rate", "H19.39", "2024"):  # another figure would give it away
                row |= {"tu_so": "", "co_tu_so": "s", "ty_le": "", "dau": "", "co": "s"}
            if (code, unit) == ("digitised_share", "H19.13"):  # a source that never came
                row |= {"tu_so": "", "co_tu_so": "x", "mau_so": "", "co_mau_so": "x", "ty_le": "", "dau": "", "co": "x"}
            if (code, unit, period) == ("online_share", "H19.03", "2024-03"):
                row |= {"co_tu_so": "r", "co": "r"}
            if target:
                row["muc_tieu"] = f"{100 * target:.1f}"
                row["dat"] = _met(row, 100 * target)
            rows.append(row)
    return rows


def _met(row: dict[str, Any], target: float) -> str:
    is_protected = row["ma_chi_tieu"] == "satisfaction_rate" and row["pham_vi"] != "tinh"
    if not row["ty_le"] or (is_protected and abs(float(row["ty_le"]) - target) < 5):
        return ""
    return str(int(float(row["ty_le"]) >= target))


def _form(
    register: PublicationRegister, scope: str, unit: str, name: str, level: str, on_time: int, yearly: int
) -> list[dict[str, Any]]:
    counts = [column.name for column in register.table("tinh-hinh-giai-quyet").columns if column.role == "count"]
    rows = []
    for period, kind, *_ in PERIODS:
        row = {"ky": period, "pham_vi": scope, "ma_don_vi": unit, "ten_don_vi": name, "cap": level}
        for at, count in enumerate(counts):
            row[count] = str(yearly // PARTS[kind] // (at + 1))
        rows.append(row)
    return rows


# Number, group, name, most points, whether only the province has it.
COMPONENTS = [("1.1", "CKMB", "Công bố đúng hạn", 6, False), ("2.1", "TDGQ", "Hồ sơ đúng hạn", 20, False),
              ("3.1", "ONLINE", "Cung cấp dịch vụ trực tuyến", 2, True)]  # fmt: skip


def _points(scope: str, unit: str, name: str, level: str, on_time: int, yearly: int) -> list[dict[str, Any]]:
    """Return points of each kind: ours, the portal's, such as nobody knows, and such as do not apply."""
    rows = []
    for period, kind, *_ in PERIODS:
        dossiers = yearly // PARTS[kind]
        counted = dossiers * on_time // 1000
        for code, _group, _name, most, of_province in COMPONENTS:
            row = {"ky": period, "pham_vi": scope, "ma_don_vi": unit, "ten_don_vi": name, "cap": level,
                   "thanh_phan": code}  # fmt: skip
            if code == "2.1" and dossiers:
                row |= {"tu_so": str(counted), "mau_so": str(dossiers), "nguon": "kho-du-lieu",
                        "diem": f"{most * counted / dossiers:.2f}"}  # fmt: skip
            elif code == "1.1" and scope == "tinh":
                row |= {"diem": "3.08", "nguon": "cong-quoc-gia", "co_tu_so": "k", "co_mau_so": "k"}
            else:
                flag = "z" if of_province and scope != "tinh" else "o" if code == "2.1" else "k"
                row |= {"co": flag, "co_tu_so": flag, "co_mau_so": flag}
            rows.append(row)
    return rows


def _ranking() -> list[dict[str, Any]]:
    """Return the sums of these points, with ranks within a level."""
    rows = []
    for scope, unit, name, level, on_time, yearly in _subjects():
        for period, *_ in PERIODS:
            shown = [row for row in _points(scope, unit, name, level, on_time, yearly) if row["ky"] == period]
            known = {row["thanh_phan"]: float(row["diem"]) for row in shown if row.get("diem")}
            most = sum(one[3] for one in COMPONENTS if one[0] in known)
            if known:
                rows.append({"ky": period, "pham_vi": scope, "ma_don_vi": unit, "ten_don_vi": name, "cap": level,
                             "diem": f"{sum(known.values()):.2f}", "diem_toi_da": str(most),
                             "ty_le": f"{100 * sum(known.values()) / most:.2f}"})  # fmt: skip
    for row in rows:
        if row["pham_vi"] == "don-vi":
            same = [float(one["ty_le"]) for one in rows if all(one[k] == row[k] for k in ("ky", "pham_vi", "cap"))]
            row |= {"hang": str(1 + sum(one > float(row["ty_le"]) for one in same)), "so_don_vi": str(len(same))}
    return rows


def _component(code: str, group: str, name: str, most: int, of_province: bool) -> dict[str, Any]:
    row = {"thanh_phan": code, "nhom": group, "ten": name, "ten_tieng_anh": f"Component {code}",
           "diem_toi_da": str(most), "du_diem_tu": "100"}  # fmt: skip
    return row | ({"ma_chi_tieu": "on_time_rate", "cach_tinh": "766"} if code == "2.1" else {})


def _times(scope: str, unit: str, name: str, level: str, on_time: int, yearly: int) -> list[dict[str, Any]]:
    """Return no row where fewer than ten were finished."""
    return [
        {"ky": period, "pham_vi": scope, "ma_don_vi": unit, "ten_don_vi": name, "cap": level,
         "trung_vi": str(2 + on_time % 5), "phan_vi_90": str(1_000 + yearly % 30)}
        for period, kind, *_ in PERIODS
        if yearly // PARTS[kind] >= 10
    ]  # fmt: skip


def _fields() -> list[dict[str, Any]]:
    rows = []
    for name, volume in (("Hộ tịch", 1_200), ("Đất đai", 300), ("Nuôi con nuôi", 12)):
        for level in ("huyen", "xa"):
            for month in MONTHS:
                row = {"ma_linh_vuc": FIELDS[name], "ten_linh_vuc": name, "cap": level, "ky": month}
                for column, count in (("nhan", volume), ("truc_tuyen", volume // 3), ("giai_quyet", volume - 20),
                                      ("dung_han", (volume - 20) * 9 // 10)):  # fmt: skip
                    row[column], row[f"co_{column}"] = protected(max(0, count))
                row["ty_le_dung_han"], row["dau"], row["co"] = rate(row["dung_han"], row["giai_quyet"])
                rows.append(row)
    return rows


def _procedures() -> list[dict[str, Any]]:
    listed = [("1.000100", "Đăng ký khai sinh", "Hộ tịch", "xa", "3", "NGAY_LAM_VIEC", 4_005),
              ("1.000002", "Đăng ký kết hôn", "Hộ tịch", "huyen;xa", "", "", 1_475),
              ("1.000003", "Đăng ký biến động đất đai", "Đất đai", "huyen", "15", "NGAY", 690),
              ("1.000004", "Đăng ký nuôi con nuôi", "Nuôi con nuôi", "xa", "", "", 7),
              ("1.000005", "Cấp phiếu lý lịch tư pháp", "Lý lịch tư pháp", "tinh", "10", "NGAY", 8_220)]  # fmt: skip
    rows = []
    for code, name, field, levels, limit, unit, volume in listed:
        count, flag = protected(volume)
        rows.append({"ma_thu_tuc": code, "ten_thu_tuc": name, "ma_linh_vuc": FIELDS[field], "ten_linh_vuc": field,
                     "cap_thuc_hien": levels, "thoi_han": limit, "don_vi_thoi_han": unit, "muc_do": "4",
                     "nhay_cam": "0", "nam": "2024", "nhan": count, "co_nhan": flag,
                     "khoa_thu_tuc": f"TTHC-{code}"})  # fmt: skip
    return rows


def _payment(level: str, month: str) -> dict[str, Any]:
    row = {"cap": level, "ky": month}
    paid, online = (803, 301) if level == "so" else (25, 4)
    row |= {"giao_dich": str(paid), "truc_tuyen": str(online)}
    row["ty_le_truc_tuyen"], _, row["co"] = exact_rate(online, paid)
    return row


def _feedback(channel: str, quarter: str) -> dict[str, Any]:
    row = {"kenh": channel, "ky": quarter}
    for column, count in (("nhan", 120), ("den_han", 100), ("dung_han", 90)):
        row[column], row[f"co_{column}"] = protected(count if channel == "1022" else 4)
    row["ty_le_dung_han"], row["dau"], row["co"] = rate(row["dung_han"], row["den_han"])
    return row


def _goals() -> list[dict[str, Any]]:
    shared = {"nam": "2024", "chu_tri": "Phòng Chuyển đổi số", "cap": "tinh"}
    return [
        shared | {"ma_muc_tieu": "II.1-1", "muc": "II.1", "noi_dung": "Hoàn thiện pháp luật", "co": "k",
                  "co_tu_so": "k", "co_mau_so": "k", "tinh_trang": "chua-co-so-lieu"},
        shared | {"ma_muc_tieu": "II.2-1", "muc": "II.2", "noi_dung": "Tỷ lệ đúng hạn tối thiểu 97%", "ky": "2024",
                  "ma_chi_tieu": "on_time_rate", "muc_tieu": "97.0", "tu_so": "94330", "mau_so": "97650",
                  "ty_le": "96.6", "dat": "0", "tinh_trang": "chua-dat"},
        shared | {"ma_muc_tieu": "II.2-2", "muc": "II.2", "noi_dung": "Số hóa tối thiểu 40%", "ky": "2024-BC-NAM",
                  "cap": "huyen", "ma_chi_tieu": "digitised_share", "muc_tieu": "40.0", "tu_so": "11000",
                  "mau_so": "24180", "ty_le": "45.5", "dat": "1", "tinh_trang": "dat"},
    ]  # fmt: skip


def _definition(code: str, rule: str) -> dict[str, Any]:
    named = {
        f"dinh_nghia_{part}_{lang}": f"{part} {code} {rule}" for part in ("tu_so", "mau_so") for lang in ("vi", "en")
    }
    return {"ma_chi_tieu": code, "cach_tinh": rule, "ten_vi": f"Tỷ lệ {code}", "ten_en": f"Share {code}", **named,
            "don_vi_tinh": "ty-le", "chieu_tot": "tang", "can_cu": "Kế hoạch CCHC năm 2024", "nguon_goc": "giao-dich",
            "bao_mat": "sdc1" if code == "satisfaction_rate" else "none"}  # fmt: skip


def _wording(register: PublicationRegister, code: str, rule: str) -> dict[str, Any]:
    """Return the same definition with the day it holds from."""
    columns = _columns(register, "dinh-nghia-chi-tieu")
    return {"hieu_luc_tu": "2024-01-01"} | {k: v for k, v in _definition(code, rule).items() if k in columns}
