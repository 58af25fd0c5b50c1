"""The registers of reference data: whole, consistent, and equal to their sources where these are at hand."""

import csv
import datetime as dt
import re
import unicodedata
from collections import Counter
from pathlib import Path

import holidays
import pytest

PROJECT = Path(__file__).parents[2]
REGISTERS = PROJECT / "registers"
REAL = PROJECT.parent / "shared" / "real"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="shared/real is not beside the checkout")

UNITS = {"Ngày làm việc": "NGAY_LAM_VIEC", "Ngày": "NGAY", "Giờ": "GIO", "Tháng": "THANG", "": ""}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def squish(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


UNIT_ROWS = rows(REGISTERS / "dong-nai" / "units.csv")
PROCEDURE_ROWS = rows(REGISTERS / "vietnam" / "procedures.csv")
DEPARTMENTS = {row["ten_linh_vuc"]: row["ma_so"] for row in rows(REGISTERS / "dong-nai" / "field_departments.csv")}
CALENDAR_ROWS = rows(REGISTERS / "vietnam" / "working_calendar.csv")


def test_units_are_the_province_of_2024() -> None:
    assert Counter(row["Cap"] for row in UNIT_ROWS) == {"tinh": 1, "so": 20, "huyen": 11, "xa": 170}
    levels = {row["MaDonVi"]: row["Cap"] for row in UNIT_ROWS}
    assert len(levels) == len(UNIT_ROWS)
    above = {"so": "tinh", "huyen": "tinh", "xa": "huyen"}
    for row in UNIT_ROWS:
        assert levels.get(row["MaDonViCha"]) == above.get(row["Cap"])
        assert row["Cap"] == "tinh" or row["MaDonVi"].startswith(row["MaDonViCha"] + ".")


def test_eleven_communes_were_merged_in_the_year() -> None:
    """170 communes until 31 October 2024, 159 from the next day on; a successor lives on in the same district."""
    ended = {row["MaDonVi"]: row for row in UNIT_ROWS if row["Cap"] == "xa" and row["HieuLucDen"]}
    assert {row["HieuLucDen"] for row in ended.values()} == {"20241031"}
    assert Counter(row["MaDonViCha"] for row in ended.values()) == {
        "H19.31": 5, "H19.32": 2, "H19.33": 2, "H19.34": 2,
    }  # fmt: skip
    merged = [row for row in rows(REGISTERS / "dong-nai" / "unit_changes.csv") if row["changed_on"] == "2024-11-01"]
    assert {row["old_unit_code"] for row in merged} == set(ended)
    living = {row["MaDonVi"]: row["MaDonViCha"] for row in UNIT_ROWS if row["MaDonVi"] not in ended}
    for row in merged:
        assert living[row["new_unit_code"]] == ended[row["old_unit_code"]]["MaDonViCha"]
        assert row["kind"] == ("split" if row["old_unit_code"] == "H19.33.05" else "merged")
        assert "chưa đối chiếu" in row["decree"]


def test_unit_names_are_unique_within_the_province() -> None:
    names = [row["TenDonVi"] for row in UNIT_ROWS]
    assert len(set(names)) == len(names)
    assert "UBND xã Thanh Sơn (huyện Định Quán)" in names
    assert "UBND phường Trảng Dài" in names


@pytest.mark.campaign
@needs_real
def test_units_agree_with_the_list_of_communes() -> None:
    real = rows(REAL / "communes_2024.csv")
    names = {row["ma_gso"]: row["TenDonVi"].split(" (")[0] for row in UNIT_ROWS if row["Cap"] in ("huyen", "xa")}
    gso = {row["MaDonVi"]: row["ma_gso"] for row in UNIT_ROWS}
    parents = {row["ma_gso"]: gso[row["MaDonViCha"]] for row in UNIT_ROWS if row["Cap"] == "xa"}
    expected = {row["ma_xa"]: row["ten_xa"] for row in real} | {row["ma_huyen"]: row["ten_huyen"] for row in real}
    assert {code: name.casefold() for code, name in names.items()} == {
        code: f"ubnd {squish(name)}".casefold() for code, name in expected.items()
    }
    assert parents == {row["ma_xa"]: row["ma_huyen"] for row in real}


def test_procedures_are_well_formed() -> None:
    codes = [row["MaTTHC"] for row in PROCEDURE_ROWS]
    assert 300 <= len(codes) <= 500
    assert len(set(codes)) == len(codes)
    for row in PROCEDURE_ROWS:
        assert re.fullmatch(r"\d\.\d{6}", row["MaTTHC"])
        assert re.fullmatch(r"(tinh|huyen|xa)(;(huyen|xa))*", row["CapThucHien"])
        assert bool(row["ThoiHanGiaiQuyet"]) == bool(row["DonViThoiHan"])
        assert row["DonViThoiHan"] in UNITS.values()
        assert bool(row["muc_phi_minh_hoa"]) == (row["CoPhiLePhi"] == "1")
        assert row["can_cu_cap"] in ("nguon", "suy_luan")
        assert row["TenTTHC"] == squish(row["TenTTHC"])


def test_every_field_of_provincial_procedures_has_a_department() -> None:
    departments = {row["MaDonVi"] for row in UNIT_ROWS if row["Cap"] == "so"}
    assert set(DEPARTMENTS.values()) <= departments
    assert {row["TenLinhVuc"] for row in PROCEDURE_ROWS} == set(DEPARTMENTS)


@pytest.mark.campaign
@needs_real
def test_procedures_say_what_the_national_list_says() -> None:
    real = {row["ma_tthc"]: row for row in rows(REAL / "procedures_2642.csv")}
    taken = [row for row in PROCEDURE_ROWS if row["nguon"] == "cat-2642"]
    assert len(taken) == len(PROCEDURE_ROWS) - 1
    for row in taken:
        source = real[row["MaTTHC"]]
        assert row["TenTTHC"] == squish(source["ten"])
        assert row["TenLinhVuc"] == squish(source["linh_vuc"])
        assert row["ThoiHanGiaiQuyet"] == source["thoi_han"]
        assert row["DonViThoiHan"] == UNITS[source["don_vi"]]
        assert row["CoPhiLePhi"] == source["co_phi"]
        assert row["CoKetQua"] == ("1" if source["ma_ket_qua"] else "")
        stated = [level for level, name in (("tinh", "Cấp tỉnh"), ("xa", "Cấp xã")) if name in source["cap_thuc_hien"]]
        assert (row["CapThucHien"] == ";".join(stated)) == (row["can_cu_cap"] == "nguon")


@pytest.mark.campaign
@needs_real
def test_no_commune_procedure_of_certification_or_civil_status_is_missing() -> None:
    wanted = {
        row["ma_tthc"]
        for row in rows(REAL / "procedures_2642.csv")
        if row["linh_vuc"] in ("Chứng thực", "Hộ tịch") and "Cấp xã" in row["cap_thuc_hien"]
    }
    assert wanted <= {row["MaTTHC"] for row in PROCEDURE_ROWS}


# Swapped by a notice of 26 December 2025, which the library does not know.
NOT_IN_THE_LIBRARY = {dt.date(2026, 1, 2), dt.date(2026, 1, 10)}


@pytest.mark.parametrize("year", range(2022, 2028))
def test_calendar_agrees_with_the_holidays_library(year: int) -> None:
    days = {dt.date.fromisoformat(r["date"]): r for r in CALENDAR_ROWS if r["date"].startswith(str(year))}
    days = {day: row for day, row in days.items() if day not in NOT_IN_THE_LIBRARY}
    names = holidays.country_holidays("VN", years=year, language="vi")
    english = holidays.country_holidays("VN", years=year, language="en_US")
    free = {day: row for day, row in days.items() if row["day_kind"] != "swapped_work"}
    assert {day: row["name_vi"] for day, row in free.items()} == dict(names.items())
    assert {day: row["name_en"] for day, row in free.items()} == dict(english.items())
    worked = {day for day, row in days.items() if row["day_kind"] == "swapped_work"}
    assert worked == {day for day in names.weekend_workdays if day.year == year}
    swapped = {day for day, row in days.items() if row["day_kind"] == "swapped_off"}
    assert len(swapped) == len(worked)


def test_a_year_without_its_notice_says_so() -> None:
    """Of 2027 only what the law and the lunar calendar give is known.

    Which days around Tết and National Day are taken, and which days are swapped, is not.
    """
    unverified = [row["date"] for row in CALENDAR_ROWS if row["verified"] == "not_verified"]
    assert unverified == ["2027-02-04", "2027-02-09", "2027-02-10", "2027-09-03", "2027-11-24"]
    assert {row["verified"] for row in CALENDAR_ROWS} == {"", "not_verified"}


def test_no_legal_basis_is_claimed_for_swapped_days() -> None:
    assert {row["decree"] for row in CALENDAR_ROWS if row["day_kind"] != "holiday"} == {""}
