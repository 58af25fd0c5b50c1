"""What a cell may hold: the rules of parsing one by one, and what later checks may rely on."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.common.errors import FileRefused
from pipelines.common.patterns import CODE, PERSON_RUN, SHOWN
from pipelines.contracts.batch import Batch, Family
from pipelines.contracts.column_types import pattern_of
from pipelines.contracts.fields import ContractField
from pipelines.contracts.fix_hints import fix_hint
from pipelines.contracts.model import Contract, load_contracts
from pipelines.gate.suites import load_suites
from pipelines.open_data.audit import _of_table, looks_personal
from pipelines.parsing.validate import Validator
from pipelines.registers.disclosure import load_rules
from pipelines.registers.publication import load_register
from pipelines.settings import Settings
from tests.campaign.wrongness.corpora import REAL

CONTRACTS = load_contracts(Settings().contracts_dir)
DAY = dt.date(2024, 12, 31)
# Dossiers, procedures, fields, units, decrees: digits that are nobody's.
HONEST = [
    "H19.07-240102-0001", "000.00.19.H19-241231-0001", "H19.07.241231-000001", "G09.20-20260609-0092637", "H19.07",
    "1.001780.000.00.00.H19", "1.001780", "G03-GD10", "20241231-0001", "241231-000001", "PA-123456789",
    "PA-2024-000123",
    "H19.07-240105-01", "EGOV-H19.07-240105-0001", "2024-BC-Q1", "I.1.1", "KQ.G01.000020", "0000000123",
    "ho_so_20240102103000.csv", "ho_so_202401021030.csv",
]  # fmt: skip
HONEST_NAMES = [
    "Nghị định 47/2020/NĐ-CP", "Nghị định 61/2018/NĐ-CP, 107/2021/NĐ-CP", "từ 500.000.000 đồng",
    "năm 2020-2025 và 2030", "các mẫu số 101, 102, 103", "ngày 01.07.2025, 31.12.2025", "(cấp tỉnh)",
    "‘A’ & “B”; 50 %", "5 m²/người",
]  # fmt: skip
PERSONS = [
    "079204001234", "123456789", "271234567", "123456789012", "0912345678", "84912345678", "079.204.001.234",
    "079-204-001-234", "0792.0400.1234", "0912.345.678", "091-234-5678", "84.912.345.678", "271.234.567", "27-1234-567",
]  # fmt: skip
PERSONS_IN_WORDS = [
    "+84912345678", "(+84) 912.345.678", "+84 (0)912 345 678", "079 204 001 234", "0912 345 678", "09 12 34 56 78",
    "an.nguyen@example.vn", "Nguyễn Văn Mẫu 271234567", "CCCD:079204001234.", "SĐT.0912.345.678",
    "Ông An, 0912\u2011345\u2011678",
]  # fmt: skip
NULL_WORDS = ["NULL", "\\N", "(null)", "None", "N/A", "-", "--", "–", "—", "#N/A", "nan", "<null>", "nUlL", "…", "<NA>"]


def cell(source: str, name: str, text: str | None, family: Family = "text", **others: str) -> tuple[object, list[str]]:
    """Return the value that the lake keeps of a cell, None if its row is rejected; and the reasons about the cell."""
    frame = pl.DataFrame({name: [text], **{k: [v] for k, v in others.items()}}, schema_overrides={name: pl.String})
    judge = Validator(CONTRACTS[source], family, DAY)
    accepted, rejected = judge(Batch(source, frame.with_columns(_row_number=pl.lit(1, pl.Int64)), family))
    reasons = [r for row in rejected["_reasons"] for r in row if r.endswith(f":{name}")]
    return (accepted[name].to_list() or [None])[0], reasons


def alone(field: ContractField) -> Contract:
    """Return a contract of this one field, so that nothing but the cell decides."""
    said, one = {"vi": "một", "en": "one"}, field.model_copy(update={"required": False})
    return Contract.model_validate({"source": "x", "title": said, "grain": said, "key": [field.name], "fields": [one]})


def judged(contract: Contract, texts: list[str], family: Family = "text") -> tuple[pl.DataFrame, pl.DataFrame]:
    frame = pl.DataFrame({contract.fields[0].name: texts}, schema_overrides={contract.fields[0].name: pl.String})
    return Validator(contract, family, DAY)(
        Batch("x", frame.with_row_index("_row_number").cast({"_row_number": pl.Int64}))
    )


UNSEEN = "\u00ad\u00a0\u034f\u180e\u3164\ufe0f\u0085\u009d\u2011\u2013\u2007\u202f\u115f\U000e0041\u061c\u200b\u202e"


@pytest.mark.parametrize("sign", UNSEEN + " Đạ,;:@#\x07")
def test_a_code_takes_no_other_sign(sign: str) -> None:
    assert cell("ho_so", "MaHoSo", f"H19.07-{sign}0001")[1] == ["bad_code:MaHoSo"]
    assert ". - _ /" in fix_hint("bad_code:MaHoSo", CONTRACTS["ho_so"])


@pytest.mark.parametrize("code", HONEST)
def test_honest_codes_are_taken(code: str) -> None:
    assert cell("ho_so", "MaHoSo", code)[1] == cell("thu_tuc", "MaLinhVuc", code)[1] == []


@pytest.mark.slow
@pytest.mark.parametrize("code", PERSONS)
def test_a_code_that_people_see_is_nobodys_number(code: str) -> None:
    for source, name in [("ho_so", "MaHoSo"), ("thu_tuc", "MaTTHC"), ("phan_anh", "MaPhanAnh"), ("ho_so", "MaDonVi"),
                         ("nhiem_vu", "MaNhiemVu"), ("so_lieu", "MaChiTieu"), ("thu_tuc", "MaLinhVuc")]:  # fmt: skip
        assert cell(source, name, code)[1] == [f"code_looks_like_identity_number:{name}"]
    for source, name in [("le_phi", "MaPhiLePhi"), ("ket_qua", "GiayToId"), ("thanh_phan", "TepDinhKemId")]:
        assert cell(source, name, code)[1] == []


@pytest.mark.parametrize("text", ["TRAN THI MAU", "Trần Thị Mẫu", "an.nguyen@example.vn", "+84912345678"])
def test_words_and_addresses_are_no_code(text: str) -> None:
    assert cell("thu_tuc", "MaTTHC", text)[1] and cell("le_phi", "MaPhiLePhi", text)[1]


@pytest.mark.parametrize("name", HONEST_NAMES)
def test_honest_names_are_taken(name: str) -> None:
    assert cell("thu_tuc", "TenTTHC", name, MaTTHC="1.001780") == (name, [])


@pytest.mark.parametrize("name", [*PERSONS, *PERSONS_IN_WORDS])
def test_a_name_holds_nobodys_number_or_address(name: str) -> None:
    assert cell("thu_tuc", "TenLinhVuc", name)[1] == ["looks_personal:TenLinhVuc"]


@pytest.mark.parametrize(("text", "lost"), [("1.00178E+11", True), ("1E+5", True), ("1,5E+10", True), ("1e+05", True),
                                            ("1E-05", True), ("12E-34", False), ("G12E5", False)])  # fmt: skip
def test_a_code_in_scientific_notation_has_lost_its_digits(text: str, lost: bool) -> None:
    assert cell("ho_so", "MaTTHC", text)[1] == ["code_turned_into_number:MaTTHC"] * lost


@pytest.mark.slow
@pytest.mark.parametrize("word", NULL_WORDS)
def test_a_word_for_an_empty_cell_is_no_value(word: str) -> None:
    for source, name in [("ho_so", "MaHoSo"), ("ho_so", "HinhThuc"), ("thu_tuc", "TenTTHC"), ("ho_so", "NgayHenTra"),
                         ("ho_so", "KenhThucHien"), ("thu_tuc", "CoPhiLePhi"), ("thu_tuc", "ThoiHanGiaiQuyet"),
                         ("ket_qua", "DuongDanTepTinKetQua"), ("phan_anh", "MucDoHaiLong")]:  # fmt: skip
        assert cell(source, name, word)[1] == [f"null_word:{name}"], name
    assert cell("thanh_phan", "DuongDanTaiTepTin", f"https://x/1 ## {word}")[1] == ["null_word:DuongDanTaiTepTin"]


def test_a_spelling_that_the_contract_lists_is_empty_as_before() -> None:
    field = CONTRACTS["ho_so"].by_name["MaHoSo"].model_copy(update={"null_values": ("NULL", "-")})
    accepted, rejected = judged(alone(field), ["NULL", "-", "null"])
    assert accepted["MaHoSo"].to_list() == [None, None]
    assert rejected["_reasons"].to_list() == [["null_word:MaHoSo"]]


@pytest.mark.parametrize(
    "text",
    ["20240105235960", "20240105240000", "2024 1 5 8 0 0", "202401 5 80000", "+0240105080000", "2024010508000",
     "٢٠٢٤٠١٠٥٠٨٠٠٠٠", "２０２４０１０５０８００００", "20240231080000", "20240105080000\u200b", "20240105T08000",
     "20240105 80000", "2024010508000O"],
)  # fmt: skip
def test_a_moment_is_what_the_pattern_would_write(text: str) -> None:
    assert cell("ho_so", "NgayTiepNhan", text)[1] == ["bad_timestamp:NgayTiepNhan"]


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["%d/%m/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d-%b-%Y %H:%M", "%j.%Y", "%d.%m.%y"])
@given(
    moment=st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2060, 1, 1)),
    change=st.integers(0, 40),
    sign=st.characters(codec="utf-8"),
)
@settings(max_examples=60)
def test_moments_in_any_pattern_come_back_as_written(pattern: str, moment: dt.datetime, change: int, sign: str) -> None:
    field = ContractField.model_validate({"name": "t", "type": "timestamp", "format": pattern,
                                          "description": {"vi": "t", "en": "t"}})  # fmt: skip
    text = moment.strftime(pattern)
    spoilt = text[: change % len(text)] + sign + text[change % len(text) + 1 :]
    accepted, _ = judged(alone(field), [text, spoilt])
    written = [value.strftime(pattern) for value in accepted["t"]]
    assert text in written
    assert set(written) <= {text, spoilt.strip()}


def test_years_out_of_range_are_told_with_the_range() -> None:
    ho_so, thu_tuc = CONTRACTS["ho_so"], CONTRACTS["thu_tuc"]
    assert cell("ho_so", "NgayTiepNhan", "19891231235959")[1] == ["out_of_range:NgayTiepNhan"]
    assert cell("ho_so", "NgayHenTra", "99991231235959")[1] == ["out_of_range:NgayHenTra"]
    assert cell("thu_tuc", "NgayHieuLuc", "19441231")[1] == ["out_of_range:NgayHieuLuc"]
    assert "1990–2099" in fix_hint("out_of_range:NgayTiepNhan", ho_so)
    assert "1945–2099" in fix_hint("out_of_range:NgayHieuLuc", thu_tuc)


@pytest.mark.parametrize(("source", "name"), [("don_vi", "HieuLucDen"), ("thu_tuc", "NgayHetHieuLuc")])
def test_the_lists_reach_far_back_and_9999_is_no_end(source: str, name: str) -> None:
    other: dict[str, dict[str, Any]] = {
        "don_vi": {"MaDonVi": "H19", "TenDonVi": "Một", "Cap": "tinh"},
        "thu_tuc": {"MaTTHC": "1", "TenTTHC": "Một"},
    }
    assert cell(source, name, "19760501", **other[source]) == (dt.date(1976, 5, 1), [])
    cases: list[tuple[Family, str]] = [("text", "99991231"), ("text", "99991231235959"), ("sheet", "31/12/9999"),
                                       ("sheet", "31/12/9999 23:59:59")]  # fmt: skip
    for family, text in cases:
        assert cell(source, name, text, family, **other[source]) == (None, [])
        accepted, _ = judged(alone(CONTRACTS[source].by_name[name]), [text], family)
        assert accepted.height == 1


def test_swapped_validity_dates_are_rejected_by_parsing() -> None:
    frame = pl.DataFrame({"MaTTHC": ["1", "2"], "TenTTHC": ["Một", "Hai"], "NgayHieuLuc": ["20240102", "20240102"],
                          "NgayHetHieuLuc": ["20240101", "20240102"], "_row_number": [1, 2]})  # fmt: skip
    accepted, rejected = Validator(CONTRACTS["thu_tuc"], "text", DAY)(Batch("thu_tuc", frame))
    assert (accepted["_row_number"].to_list(), rejected["_reasons"].to_list()) == ([2], [["ends_before_in_force"]])
    units = pl.DataFrame({"MaDonVi": ["A", "B", "-b"], "TenDonVi": ["Một", "Hai", "Ba"], "Cap": ["xa"] * 3,
                          "MaDonViCha": ["H", "B", "H"], "HieuLucTu": ["20240102"] * 3,
                          "HieuLucDen": ["20240101", None, None], "_row_number": [1, 2, 3]})  # fmt: skip
    _, rejected = Validator(CONTRACTS["don_vi"], "text", DAY)(Batch("don_vi", units))
    assert rejected["_reasons"].to_list() == [["ends_before_it_begins"], ["own_parent"], ["not_as_pattern:MaDonVi"]]


@pytest.mark.parametrize(
    "said", ["Hài lòng", "hài  lòng", " HÀI LÒNG ", "HA\u0300I LO\u0300NG", "ha\u0300i lo\u0300ng", "Hài\u00a0lòng"]
)
def test_a_rating_counts_in_any_letter_case(said: str) -> None:
    assert cell("phan_anh", "MucDoHaiLong", said)[1] == cell("danh_gia", "DanhGia", said)[1] == []
    for field in (CONTRACTS["phan_anh"].by_name["MucDoHaiLong"], CONTRACTS["danh_gia"].by_name["DanhGia"]):
        assert judged(alone(field), [said])[0][field.name].to_list() == ["HÀI LÒNG"]


def test_another_rating_is_rejected() -> None:
    assert cell("phan_anh", "MucDoHaiLong", "Bình thường")[1] == ["not_in_code_list:MucDoHaiLong"]


@pytest.mark.parametrize("mark", ["- ", "+ ", "* ", "• ", "– ", "  -  ", "- • "])
def test_a_list_mark_before_a_name_is_taken_off_and_counted(mark: str) -> None:
    judge = Validator(CONTRACTS["thu_tuc"], "text", DAY)
    frame = pl.DataFrame({"MaTTHC": ["1", "2", "12 x"], "TenTTHC": [f"{mark}Cấp giấy", "Cấp - đổi giấy", f"{mark}Cấp"],
                          "_row_number": [1, 2, 3]})  # fmt: skip
    accepted, rejected = judge(Batch("thu_tuc", frame))
    assert accepted["TenTTHC"].to_list() == ["Cấp giấy", "Cấp - đổi giấy"]
    assert (judge.changed_cells.total(), rejected.height) == (1, 1)


@pytest.mark.parametrize("name", ["=1+1", "-Cấp", "+Cấp", "@Cấp", "- =1+1", "＝1+1", " =x"])
def test_a_name_that_a_spreadsheet_would_run_is_rejected(name: str) -> None:
    assert cell("thu_tuc", "TenTTHC", name)[1] == ["looks_like_formula:TenTTHC"]


@pytest.mark.parametrize("sign", "\x07\x1f\x01\x0b\x0c\x7f\u0085\u200b\u202e\u2028\u2029\ue000\u0378\ufe0f\u034f٣")
def test_a_name_holds_only_what_is_seen(sign: str) -> None:
    assert cell("thu_tuc", "TenTTHC", f"Cấp {sign}giấy")[1] == ["bad_name:TenTTHC"]
    assert cell("thu_tuc", "TenTTHC", "Cấp\u00a0 \n giấy", MaTTHC="1") == ("Cấp giấy", [])


def test_all_kept_text_of_the_built_in_contracts_is_shown_text() -> None:
    kept = [(n, f.name) for n, c in CONTRACTS.items() for f in c.fields if f.type == "text" and f.personal is None]
    assert len(kept) >= 3 and all(CONTRACTS[source].by_name[name].shown for source, name in kept)


@pytest.fixture(scope="module")
def end() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database with the gate's macros."""
    with duckdb.connect() as connection:
        connection.execute(load_suites(Settings().expectations_dir).macros)
        yield connection


EVERY = [(c, f) for c in CONTRACTS.values() for f in c.fields if f.personal != "drop"]
# One of each kind: fields that differ in nothing that decides about a cell are judged alike.
WORDING = {"name", "description", "aliases", "required"}
FIELDS = list({str((f.model_dump(exclude=WORDING), c.formats)): (c, f) for c, f in EVERY}.values())
PIECES = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(categories=["Cc", "Cf", "Mn", "Nd", "Zs", "Pd", "Lo"]), max_size=5),
    st.text("0123456789.- ", max_size=16),
    st.sampled_from([*HONEST, *HONEST_NAMES, *PERSONS, *PERSONS_IN_WORDS, *NULL_WORDS, "- ", "=", "Hài lòng", "tinh;xa",
                     "##", "20240105080000", "20241231", "9", "Cấp giấy phép", "Đất đai", "\n", "\u00a0"]),
)  # fmt: skip
TEXTS = st.lists(st.lists(PIECES, min_size=1, max_size=3).map("".join), min_size=4, max_size=8)


def is_misread(contract: Contract, text: str) -> bool:
    """Return True if one cell refuses the whole file."""
    try:
        judged(contract, [text])
    except FileRefused:
        return True
    return False


DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# What the gate asks of text, of every published table and column, and the audit of open data in the same words.
SHOWN_BY_ALL = f"""
    select count(*) from found where {looks_personal("v")} or looks_personal(v)
    or not regexp_full_match(v, '{SHOWN}') or not is_shown_text(v)
    or regexp_matches(
        trim(regexp_replace(replace(strip_accents(lower(v)), 'đ', 'd'), '[^a-z0-9]+', '-', 'g'), '-'), '{PERSON_RUN}'
    )
    or trim(v) = ''
"""
CODE_BY_ALL = f"""
    select count(*) from found where not regexp_full_match(replace(v, ';', ''), '{CODE}')
    or not is_code(replace(v, ';', ''))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("contract", "field"), FIELDS, ids=lambda one: getattr(one, "source", getattr(one, "name", ""))
)
@given(texts=TEXTS)
@example(texts=[*HONEST, *HONEST_NAMES, *PERSONS, *PERSONS_IN_WORDS, *NULL_WORDS, "Æ°"])
@settings(max_examples=8)
def test_what_the_door_accepts_no_later_check_refuses(
    contract: Contract, field: ContractField, texts: list[str], end: duckdb.DuckDBPyConnection
) -> None:
    one = alone(field).model_copy(update={"formats": contract.formats})
    for family in ("text", "sheet"):
        sound = [text for text in texts if text and not is_misread(one, text)]
        accepted, rejected = judged(one, [*sound, "Cấp"], family)
        assert accepted.height + rejected.height == len(sound) + 1
        assert all(fix_hint(reason, one) for row in rejected["_reasons"] for reason in row)
        values = accepted.select(pl.col(field.name)).drop_nulls()
        if field.type in ("timestamp", "date"):
            pattern, raw = pattern_of(field, one.formats, family), {text.strip() for text in texts}
            assert {value.strftime(pattern) for value in values[field.name]} <= raw
        elif field.type in ("integer", "flag"):
            assert all(str(value) in "".join(texts).replace(".", "") for value in values[field.name])
        elif field.type == "decimal":
            written = {text.strip().replace(",", ".") for text in texts}
            assert {*values[field.name]} <= {float(number) for number in written if DECIMAL.fullmatch(number)}
        elif field.type == "choice":
            assert {str(value) for value in values[field.name]} <= set(field.codes or ())
        elif field.personal is None:
            found = values.rename({field.name: "v"})
            end.register("found", found.to_arrow())
            assert end.execute(SHOWN_BY_ALL if field.shown else CODE_BY_ALL).fetchone() == (0,)
            if field.type == "code" and not field.technical_id:
                assert end.execute("select count(*) from found where looks_personal(v)").fetchone() == (0,)


def judged_list(source: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rejected rows of a list."""
    numbered = frame.with_row_index("_row_number", 1).cast({"_row_number": pl.Int64})
    return Validator(CONTRACTS[source], "text", DAY)(Batch(source, numbered))[1]


def test_every_real_procedure_and_unit_of_the_registers_is_accepted() -> None:
    folder = Settings().registers_dir
    procedures = pl.read_csv(folder / "vietnam" / "procedures.csv", infer_schema=False)
    known = [name for name in procedures.columns if name in CONTRACTS["thu_tuc"].by_name]
    units = pl.read_csv(folder / "dong-nai" / "units.csv", infer_schema=False).drop("ma_gso")
    dates = pl.col("HieuLucTu", "HieuLucDen").str.replace_all("-", "")
    assert procedures.height > 400 and units.height > 100
    assert judged_list("thu_tuc", procedures.select(known)).height == 0
    assert judged_list("don_vi", units.with_columns(dates)).height == 0


@pytest.mark.campaign
@pytest.mark.skipif(not REAL.is_dir(), reason="shared/real is not beside the checkout")
def test_every_real_procedure_of_the_country_is_accepted() -> None:
    real = pl.read_csv(REAL / "procedures_2642.csv", infer_schema=False)
    results = real["ma_ket_qua"].drop_nulls().str.split("|").explode().to_list()
    frame = real.select(MaTTHC="ma_tthc", TenTTHC="ten", TenLinhVuc="linh_vuc", ThoiHanGiaiQuyet="thoi_han")
    assert frame.height == 2642 and judged_list("thu_tuc", frame.drop("ThoiHanGiaiQuyet")).height == 0
    field = CONTRACTS["ket_qua"].by_name["MaGiayToKetQua"]
    assert judged(alone(field), [code for code in results if code])[1].height == 0


def test_a_finding_of_the_audit_names_file_row_and_field_but_not_the_value(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "workspace.duckdb")) as workspace:
        workspace.execute("""
            create schema state;
            create table state.base_don_vi as
            select 'H19.08' as MaDonVi, 'don_vi/2024-12-31/a.csv' as _source_file, 7 as _row_number, 1 as newness,
                   'accepted' as disposition
        """)
    country = Settings().registers_dir / "vietnam"
    register = load_register(country)
    table = register.table("don-vi")
    empty = ", ".join(f"cast(null as {'varchar' if c.values else 'date'}) as {c.name}" for c in table.columns[2:])
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as tthc; create schema tthc.marts")
        connection.execute("""
            create table tthc.marts.dim_unit as
            select * from (values ('H19.07', 'Sở Mẫu'), ('H19.08', '=1+1'), ('0912345678', 'Bà 079204001234'))
            as unit (unit_code, unit_name)
        """)
        for name in ('"don-vi"', "written"):
            connection.execute(f"""
                create table {name} as
                select unit_code as ma_don_vi, unit_name as ten_don_vi, {empty} from tthc.marts.dim_unit
            """)
        spoilt = _of_table(connection, register, load_rules(country), table, tmp_path / "workspace.duckdb")
        found = {(name, rows) for name, _, rows in spoilt}
    hidden = {("ten_don_vi", " (ma_don_vi=…)"), ("ma_don_vi", " (ma_don_vi=…)")}
    assert {("ten_don_vi", " (ma_don_vi=H19.08 don_vi/2024-12-31/a.csv row 7 TenDonVi)"), *hidden} <= found
