"""Free text that may name an office or a person: what is an office's name is kept, nothing else is."""

import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts.column_types import looks_personal
from pipelines.contracts.fields import OfficeWords
from pipelines.contracts.model import Contract, load_contract
from pipelines.parsing.office_names import LONGEST, office_names
from pipelines.parsing.privacy import protect
from pipelines.sample.offices import load_offices
from pipelines.sample.offices import office_names as offices_of_the_sample
from pipelines.settings import PROJECT_DIR

CONTRACT = load_contract(PROJECT_DIR / "contracts" / "tien_trinh.yml")
WORDS = CONTRACT.by_name["PhongBanXuLy"].office or OfficeWords(begins=("–",))


def kept(text: str) -> str | None:
    found: str | None = office_names(pl.Series([text]), WORDS)[0]
    return found


@pytest.mark.parametrize(
    "name",
    [
        "Bộ phận một cửa", "Phòng Văn hóa - Xã hội", "PHÒNG KINH TẾ", "Phòng Lý lịch tư pháp", "Phòng Tổ chức cán bộ",
        "Văn phòng HĐND và UBND", "Trung tâm Phục vụ hành chính công", "Chi nhánh VPĐKĐĐ Long Thành",
        "Bộ phận Tiếp nhận và Trả kết quả – UBND phường Tam Hiệp", "Phòng Quản lý văn hóa", "tổ tiếp nhận",
        "Phòng 1", "Tổ 2 - Phòng Đăng ký kinh doanh",
    ],
)  # fmt: skip
def test_the_name_of_an_office_is_kept(name: str) -> None:
    assert kept(name) == name


def test_offices_of_the_sample_are_kept() -> None:
    names = offices_of_the_sample()
    assert [kept(name) for name in names] == names and len(names) > 15


def test_offices_of_the_sample_handle_fields_that_there_are() -> None:
    known = set(pl.read_csv(PROJECT_DIR / "registers" / "vietnam" / "procedures.csv")["TenLinhVuc"])
    for level in load_offices()["levels"].values():
        fields = [field for own in level["offices"].values() for field in own]
        assert set(fields) <= known and len(set(fields)) == len(fields)


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Văn A", "Phòng Tư pháp - Nguyễn Văn A", "PHÒNG TƯ PHÁP LÊ VĂN TÁM", "Trưởng phòng Trần B",
        "Phòng ông An", "Phòng của bà Bình", "Phòng Tư pháp (đ/c Cường)", "Phòng 0912345678", "079204001234",
        "Bộ phận một cửa an.nv@dongnai.gov.vn", "chuyên viên", "", " ", "N/A", "-", "=1+1", "Phòng\u200b Tư pháp",
        "Phòngtư", "Phòng " + "x" * LONGEST,
    ],
)  # fmt: skip
def test_what_may_name_a_person_is_not(text: str) -> None:
    assert kept(text) is None


def test_spellings_become_one_name() -> None:
    assert kept(unicodedata.normalize("NFD", " Phòng \u00a0 Tư\n pháp ")) == "Phòng Tư pháp"


@given(st.sampled_from(["Phòng", "Bộ phận", ""]), st.text(max_size=30), st.sampled_from(["0912 345 678", "@a.vn", ""]))
def test_what_is_kept_begins_as_an_office_and_holds_no_number_of_a_person(begin: str, text: str, end: str) -> None:
    name = kept(f"{begin} {text}{end}")
    if name is not None:
        assert name.lower().startswith(tuple(word.lower() for word in WORDS.begins))
        assert not pl.select(looks_personal(pl.lit(name)))[:, 0][0]


def test_protect_keeps_rows_and_order_and_lets_no_clerk_through() -> None:
    offices = ["Phòng Tư pháp", None, "Nguyễn Văn A", "Phòng Tư pháp", "Bộ phận một cửa"]
    frame = pl.DataFrame({"MaHoSo": list("ABCDE"), "NguoiXuLy": ["Ai"] * 5, "PhongBanXuLy": offices})
    found = protect(frame, CONTRACT, "k" * 64)
    assert found.to_dict(as_series=False) == {
        "MaHoSo": list("ABCDE"), "PhongBanXuLy": ["Phòng Tư pháp", None, None, "Phòng Tư pháp", "Bộ phận một cửa"],
    }  # fmt: skip


def test_no_office_rejects_a_row(contracts: dict[str, Contract]) -> None:
    field = contracts["tien_trinh"].by_name["PhongBanXuLy"]
    assert field.rejects_nothing and not contracts["tien_trinh"].by_name["TrangThai"].rejects_nothing
