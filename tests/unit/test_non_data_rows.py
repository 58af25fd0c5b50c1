"""Rows in a list that are not data: nothing below a list is accepted, and no row of data is lost."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts.model import Contract
from pipelines.parsing.readers.non_data_rows import ListEnd
from tests.campaign.wrongness.kinds import Kind, case_of, kinds
from tests.campaign.wrongness.verdict import judge_case

from .conftest import Parsed

Parse = Callable[..., Parsed]
KINDS = [kind for kind in kinds() if not kind.cells]
HEAD = "MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo,NgayTiepNhan\n"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_what_once_came_in_wrong_comes_as_it_should(kind: Kind, tmp_path: Path) -> None:
    assert judge_case(case_of(kind, tmp_path / "x"))[0] == kind.wanted


def below(contract: Contract, *batches: Sequence[tuple[str | None, str | None]], gap: Sequence[int] = ()) -> list[bool]:
    """Return which rows of a list of codes and names are below it; `gap`: rows after an empty line."""
    end, found, done = ListEnd(contract), list[bool](), 0
    for rows in batches:
        frame = pl.DataFrame(rows, schema={"MaTTHC": pl.String, "TenTTHC": pl.String}, orient="row")
        after = pl.Series([done + n in gap for n in range(len(rows))], dtype=pl.Boolean) if gap else None
        reported = end.below(frame, after)
        found += [False] * len(rows) if reported is None else reported.to_list()
        done += len(rows)
    return found


ROW, ONE_WORD, WORDS = ("1.000001", "Một"), ("Mau", "Giam doc"), ("Nguyễn Văn Mẫu", "Trần Thị Mẫu")


def test_a_name_of_one_word_is_below_only_after_the_list_has_ended(contracts: dict[str, Contract]) -> None:
    procedures = contracts["thu_tuc"]
    assert below(procedures, [ROW, ONE_WORD]) == [False, False]
    assert below(procedures, [ROW, ONE_WORD], gap=[1]) == [False, True]
    assert below(procedures, [ROW, (None, None), ONE_WORD]) == [False, False, True]
    assert below(procedures, [ROW, WORDS, ONE_WORD]) == [False, True, True]
    assert below(procedures, [ROW], [WORDS], [ROW, ONE_WORD]) == [False, True, False, True]


def test_codes_like_those_above_are_rows_after_any_gap(contracts: dict[str, Contract]) -> None:
    rows = [ROW, (None, "Lĩnh vực hộ tịch"), (" 2.000002 ", "Hai"), ("3.000003", None)]
    assert below(contracts["thu_tuc"], rows) == [False] * 4
    assert below(contracts["thu_tuc"], [("A", "x"), ("B", "y")], gap=[1]) == [False, False]
    others = [(f"1.000.0{n}.H19", "Ba") for n in range(3)]
    assert below(contracts["thu_tuc"], [ROW, (None, None), *others]) == [False] * 5


def test_a_date_beside_a_signature_is_no_code(contracts: dict[str, Contract]) -> None:
    assert below(contracts["thu_tuc"], [ROW, ("31/12/2024", "Trần Thị Mẫu")], gap=[1]) == [False, True]
    assert below(contracts["thu_tuc"], [ROW, (None, "Một"), ("31/12/2024", "Hai")]) == [False] * 3


codes = st.from_regex(r"[A-Z][0-9]{1,3}-[0-9]{1,4}", fullmatch=True)


named = st.tuples(codes, st.sampled_from(["Một", "Hai", None]))


@pytest.mark.slow
@given(st.lists(named, min_size=1, max_size=12), st.sets(st.integers(0, 12)), st.integers(1, 12))
def test_no_row_with_a_code_is_taken_for_a_signature(
    contracts: dict[str, Contract], rows: list[tuple[str, str | None]], gap: set[int], size: int
) -> None:
    batches = [rows[n : n + size] for n in range(0, len(rows), size)]
    assert below(contracts["thu_tuc"], *batches, gap=sorted(gap)) == [False] * len(rows)


def test_lines_are_those_of_an_editor_and_the_same_in_both_passes(parse: Parse) -> None:
    text = (
        "\n\r\n"
        + HEAD
        + '\nA-1,1,U,44,20240105080000\n"A\n\n-2",1,U,44,20240105080000\nA-3,1,U\nA-4,1,U,4,20240105080000\n'
    )
    done = parse("ho_so", text)
    assert done.lake("ho_so")["_row_number"].to_list() == [10]
    rejected = done.quarantine("ho_so").sort("_row_number")
    assert rejected.select("_row_number", "_place").rows() == [(5, "5"), (6, "6"), (9, "9")]


def test_a_place_is_a_cell_of_a_sheet_and_a_path_in_json(parse: Parse) -> None:
    rows = [["Danh sách"], [], ["MaDonVi", "TenDonVi", "Cap", "HieuLucTu"], ["U1", "Một", "la", "x"]]
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    done = parse("don_vi", f"<table>{table}</table>", "a.xls")
    assert done.quarantine("don_vi").select("_row_number", "_place").rows() == [(4, "C4, D4")]
    paper = {"TepDinhKemId": "1", "DuocSoHoa": "9", "DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "0"}
    dossier = {"MaHoSo": "A-1", "MaTTHC": "1", "MaDonVi": "U", "TrangThaiHoSo": "4", "NgayTiepNhan": "20240105080000"}
    message = json.dumps({"service": "DongBoHoSoMC", "data": [{**dossier, "TaiLieuNop": [paper]}]})
    done = parse("ho_so", message, "b.json")
    assert done.quarantine("thanh_phan")["_place"].to_list() == ["data[0].TaiLieuNop[0].DuocSoHoa"]
    units = '{"MaDonVi": "U1", "TenDonVi": "Một", "Cap": "xa"}\n\n{"MaDonVi": "U2", "TenDonVi": "Hai", "Cap": "la"}\n'
    done = parse("don_vi", units, "c.ndjson")
    assert done.quarantine("don_vi").filter(pl.col("MaDonVi") == "U2")["_place"].to_list() == ["3"]
