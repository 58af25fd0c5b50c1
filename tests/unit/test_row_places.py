"""`tthc check` says where a wrong row stands as people see it: in Excel, in an editor, in JSON."""

import json
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.common.i18n import language
from pipelines.contracts.batch import Batch
from pipelines.contracts.fix_hints import describe_places, fix_hint
from pipelines.contracts.model import Contract
from pipelines.contracts.places import RowPlace, json_paths_of, place_of
from pipelines.dry_run import check as checking
from pipelines.parsing.readers.reading import read

Check = Callable[..., tuple[str, list[dict[str, Any]]]]
UNITS = ["MaDonVi", "TenDonVi", "Cap", "HieuLucTu", "HieuLucDen"]
FEES = ["Mã hồ sơ", "MaPhiLePhi", "Gia", "TrangThaiThanhToan"]
# What is wrong with each row: nothing, the level, both dates as a whole.
GOOD, LEVEL, DATES = (["U1", "Một", "xa", "", ""], ["U2", "Hai", "la", "", ""],
                      ["U3", "Ba", "xa", "20240202", "20240101"])  # fmt: skip
LEVEL_WRONG, DATES_WRONG = "not_in_code_list:Cap", "ends_before_it_begins"


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Run `tthc check`.

    Returns:
        What it prints and report.json.
    """

    def run(*paths: Path, source: str, lang: str = "en") -> tuple[str, list[dict[str, Any]]]:
        out = tmp_path / "out"
        arguments = ["--lang", lang, "check", *map(str, paths), "--source", source, "--out", str(out)]
        done = copy_context().run(CliRunner().invoke, app, arguments)
        assert done.exit_code == 5, done.output
        return done.output, json.loads((out / "report.json").read_text(encoding="utf-8"))

    return run


def lay(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def reasons(report: dict[str, Any]) -> dict[str, tuple[list[int], list[str]]]:
    """Return by reason the first rows and places; by `source reason` where the file is of another source."""
    return {
        one["reason"] if one["source"] == report["source"] else f"{one['source']} {one['reason']}":
        (one["first_rows"], one["first_places"]) for one in report["reasons"]
    }  # fmt: skip


def iso(row: list[str]) -> list[str]:
    """Return the row with days as lists write them."""
    return [f"{c[6:]}/{c[4:6]}/{c[:4]}" if c.isdigit() else c for c in row]


def test_in_a_workbook_it_is_the_cell_or_the_row_that_excel_shows(check: Check, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["DANH SÁCH ĐƠN VỊ"], [], ["STT", *UNITS], [1, *iso(GOOD)], [2, *iso(LEVEL)], [3, *iso(DATES)]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    said, (report,) = check(tmp_path / "a.xlsx", source="don_vi")
    assert reasons(report) == {LEVEL_WRONG: ([5], ["D5"]), DATES_WRONG: ([6], ["6"])}
    assert "not_in_code_list:Cap · 1 rows, first in cell D5\n" in said
    assert "ends_before_it_begins · 1 rows, first in row 6\n" in said
    said, _ = check(tmp_path / "a.xlsx", source="don_vi", lang="vi")
    assert "1 dòng, đầu tiên ở ô D5\n" in said and "1 dòng, đầu tiên ở dòng 6\n" in said


def test_in_an_html_list_it_is_the_cell_or_the_row(check: Check, tmp_path: Path) -> None:
    rows = [["Danh sách"], UNITS, iso(LEVEL), iso(GOOD), iso(DATES)]
    html = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    _, (report,) = check(lay(tmp_path, "a.xls", f"<table>{html}</table>"), source="don_vi")
    assert reasons(report) == {LEVEL_WRONG: ([3], ["C3"]), DATES_WRONG: ([5], ["5"])}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sep"), [("a.csv", ","), ("a.tsv", "\t")])
def test_in_text_it_is_the_line_and_the_name_of_the_column(check: Check, tmp_path: Path, name: str, sep: str) -> None:
    folded = ["U0", '"Sở\n\nMẫu"', "xa", "", ""]
    lines = [sep.join(row) for row in (UNITS, folded, LEVEL)]
    text = "\n".join(["", lines[0], "", *lines[1:], sep.join(LEVEL).replace("U2", "U4"), sep.join(DATES), "U5"])
    said, (report,) = check(lay(tmp_path, name, text + "\n"), source="don_vi")
    assert reasons(report) == {
        LEVEL_WRONG: ([7, 8], ["7:Cap", "8:Cap"]), DATES_WRONG: ([9], ["9"]), "wrong_width": ([10], ["10"]),
    }  # fmt: skip
    assert "not_in_code_list:Cap · 2 rows, first in line 7, 8, column Cap\n" in said
    assert "ends_before_it_begins · 1 rows, first in line 9\n" in said
    assert text.splitlines()[7 - 1].startswith("U2") and text.splitlines()[9 - 1].startswith("U3")
    said, _ = check(tmp_path / name, source="don_vi", lang="vi")
    assert "2 dòng, đầu tiên ở dòng 7, 8, cột Cap\n" in said


@pytest.mark.slow
def test_columns_and_members_go_by_what_the_file_calls_them(check: Check, tmp_path: Path) -> None:
    said, (report,) = check(
        lay(tmp_path, "a.csv", "MaPhiLePhi,Mã hồ sơ,Gia,TrangThaiThanhToan\nP1,A B,1,1\n"), source="le_phi"
    )
    assert reasons(report)["bad_code:MaHoSo"] == ([2], ["2:Mã hồ sơ"]) and "line 2, column Mã hồ sơ\n" in said
    fees = [["A-1", "P1", "1", "1"], ["A B", "P1", "1", "1"]]
    pl.DataFrame(fees, schema=FEES, orient="row").write_parquet(tmp_path / "a.parquet")
    said, (report,) = check(tmp_path / "a.parquet", source="le_phi")
    assert reasons(report)["bad_code:MaHoSo"] == ([2], ["2:Mã hồ sơ"]) and "row 2, column Mã hồ sơ\n" in said
    path = lay(tmp_path, "a.json", [dict(zip(FEES, fees[1], strict=True))])
    _, (report,) = check(path, source="le_phi")
    assert reasons(report)["bad_code:MaHoSo"] == ([1], ["[0].Mã hồ sơ"])
    assert pl.read_parquet(tmp_path / "out" / "rejected.parquet")["_place"].to_list() == ["[0].Mã hồ sơ"]


def test_in_json_it_is_the_path_and_a_list_is_read_once(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "json_paths_of", None)
    rows = [dict(zip(UNITS, row, strict=True)) for row in (LEVEL, GOOD, DATES)]
    said, (report,) = check(lay(tmp_path, "a.json", rows), source="don_vi")
    assert reasons(report) == {LEVEL_WRONG: ([1], ["[0].Cap"]), DATES_WRONG: ([3], ["[2]"])}
    assert "first in [0].Cap\n" in said and "first in [2]\n" in said


def test_in_ndjson_it_is_the_line_and_the_member(check: Check, tmp_path: Path) -> None:
    lines = [json.dumps(dict(zip(UNITS, row, strict=True))) for row in (GOOD, LEVEL, DATES)]
    said, (report,) = check(lay(tmp_path, "a.ndjson", "\n" + "\n\n".join(lines) + "\n"), source="don_vi")
    assert reasons(report) == {LEVEL_WRONG: ([2], ["4:Cap"]), DATES_WRONG: ([3], ["6"])}
    assert "first in line 4, member Cap\n" in said and "first in line 6\n" in said


def test_in_a_sync_message_it_is_the_path_down_to_nested_lists(check: Check, tmp_path: Path) -> None:
    dossier = {"MaHoSo": "A-1", "MaTTHC": "1", "MaDonVi": "U", "TrangThaiHoSo": "4", "NgayTiepNhan": "20240105080000"}
    paper = {"TepDinhKemId": "1", "DuocSoHoa": "0", "DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "0"}
    nobody = {name: value for name, value in dossier.items() if name != "MaDonVi"} | {"MaHoSo": "A-3"}
    data = [
        dossier | {"TaiLieuNop": [paper, paper | {"TepDinhKemId": "2", "DuocSoHoa": "9"}]},
        dossier | {"MaHoSo": "A 2", "TaiLieuNop": [paper]},
        nobody | {"DanhSachLePhi": [{"MaPhiLePhi": "P1", "Gia": "1"}, {"MaPhiLePhi": "P1", "Gia": "2"}]},
    ]
    said, (report,) = check(
        lay(tmp_path, "a.json", {"service": "DongBoHoSoMC", "madonvi": "U", "data": data}), source="ho_so"
    )
    assert reasons(report) == {
        "bad_code:MaHoSo": ([2], ["data[1].MaHoSo"]),
        "thanh_phan not_in_code_list:DuocSoHoa": ([2], ["data[0].TaiLieuNop[1].DuocSoHoa"]),
        "thanh_phan bad_code:MaHoSo": ([3], ["data[1].MaHoSo"]),
        "le_phi conflict": ([1, 2], ["data[2].DanhSachLePhi[0]", "data[2].DanhSachLePhi[1]"]),
    }
    assert "first in data[0].TaiLieuNop[1].DuocSoHoa\n" in said
    assert "a.json data[2].DanhSachLePhi[0] ↔" in said


def test_what_the_head_of_a_message_says_is_wrong_there(check: Check, tmp_path: Path) -> None:
    dossier = {"MaHoSo": "A-1", "MaTTHC": "1", "TrangThaiHoSo": "4", "NgayTiepNhan": "20240105080000"}
    path = lay(tmp_path, "a.json", {"service": "DongBoHoSoMC", "madonvi": "U 1", "data": [dossier]})
    assert reasons(check(path, source="ho_so")[1][0]) == {"bad_code:MaDonVi": ([1], ["madonvi"])}


def test_a_conflict_names_both_places_each_as_its_file_shows_it(check: Check, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ([], UNITS, iso(GOOD)):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    units = dict(zip(UNITS, GOOD, strict=True)) | {"TenDonVi": "Khác"}
    other = lay(tmp_path, "b.ndjson", "\n\n" + json.dumps(units) + "\n")
    said, reports = check(tmp_path / "a.xlsx", other, source="don_vi")
    assert f"in conflict: {tmp_path}/a.xlsx row 3 ↔ {tmp_path}/b.ndjson line 3\n" in said
    for report in reports:
        (conflict,) = report["conflicts"]
        assert [(Path(one["file"]).name, one["row"], one["place"]) for one in conflict["rows"]] == [
            ("a.xlsx", 3, "3"), ("b.ndjson", 1, "3")
        ]  # fmt: skip


def test_no_file_is_read_again_where_every_row_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Path] = []
    real = read

    def counted(path: Path, *args: object, **named: object) -> object:
        reads.append(path)
        return real(path, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(checking, "read", counted)
    path = lay(tmp_path, "a.ndjson", json.dumps(dict(zip(UNITS, GOOD, strict=True))) + "\n")
    done = copy_context().run(CliRunner().invoke, app, ["check", str(path), "--source", "don_vi"])
    assert (done.exit_code, reads) == (0, [path])


def test_reading_for_places_ends_with_the_last_one_wanted() -> None:
    ended = []

    def batches() -> object:
        try:
            for n in range(9):
                numbers = [2 * n + 1, 2 * n + 2]
                yield Batch("a", pl.DataFrame({"_row_number": numbers, "_path": [f"data[{one}]" for one in numbers]}))
        finally:
            ended.append(n)

    found = json_paths_of(batches(), {"a": {2, 5}, "b": set()})  # type: ignore[arg-type]
    assert (found, ended) == ({("a", 2): "data[2]", ("a", 5): "data[5]"}, [2])


def test_a_row_whose_path_cannot_be_found_goes_by_its_number() -> None:
    nested = Batch("a", pl.DataFrame(), row_unit="element")
    assert place_of(nested, 7, "bad_code:Ma") == RowPlace("element", "7", "Ma")


@given(st.lists(st.builds(RowPlace,
                          st.sampled_from(["line", "cell", "path"]), st.from_regex("[A-Z][0-9]", fullmatch=True),
                          st.sampled_from([None, "X", "Y"])), max_size=5))  # fmt: skip
def test_every_place_is_said_and_in_order(places: list[RowPlace]) -> None:
    said = describe_places(places)
    at = [said.find(place.at) for place in places]
    assert all(spot >= 0 for spot in at)
    assert [word for word in said.replace(",", " ").replace(";", " ").split() if word in {p.at for p in places}] == [
        place.at for place in places
    ]


def test_the_advice_on_a_conflict_is_true_with_and_without_an_update_time(contracts: dict[str, Contract]) -> None:
    for lang, newer in (("vi", "với NgayCapNhat mới hơn"), ("en", "with a newer NgayCapNhat")):
        token = language.set(lang)
        advice = {source: fix_hint("conflict", contract) for source, contract in contracts.items()}
        language.reset(token)
        for source, contract in contracts.items():
            assert (newer in advice[source]) == (contract.newness == "NgayCapNhat"), source
            assert "[[" not in advice[source] and "None" not in advice[source]
    assert newer in advice["ho_so"] and newer not in advice["don_vi"]


MISREAD = "Sá»Ÿ TÆ° phÃ¡p"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("a.csv", "line 4, column TenDonVi"),
        ("a.parquet", "row 2, column TenDonVi"),
        ("a.xls", "cell B3"),
        ("a.json", "[1].TenDonVi"),
        ("a.ndjson", "element 2, member TenDonVi"),
    ],
)
def test_a_file_refused_for_one_cell_s_letters_says_which_cell(tmp_path: Path, name: str, place: str) -> None:
    rows = [["U1", "Một", "xa"], ["U2", MISREAD, "xa"]]
    records = [dict(zip(UNITS, row, strict=False)) for row in rows]
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [UNITS[:3], *rows])
    content = {
        "csv": "\n\n".join(",".join(row) for row in [UNITS[:3], *rows]).replace("\n\n", "\n", 1),
        "xls": f"<table>{cells}</table>",
        "json": json.dumps(records),
        "ndjson": "\n".join(map(json.dumps, records)),
    }
    path = tmp_path / name
    if path.suffix == ".parquet":
        pl.DataFrame(records).write_parquet(path)
    else:
        path.write_text(content[path.suffix[1:]], encoding="utf-8")
    done = copy_context().run(CliRunner().invoke, app, ["--lang", "en", "check", str(path), "--source", "don_vi"])
    assert done.exit_code == 6 and f"[misread_text] {place}: Vietnamese letters" in done.output, done.output
