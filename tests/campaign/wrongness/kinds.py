"""The kinds of delivery that once came in wrong and unnoticed, each made here as a small file of its own.

Each says what must become of it: `exact` (these rows and no others), `quarantined` (these rows, others kept back),
`refused` (no row). What is wrong between rows of several files does not belong here: the oracle tests have it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pipelines.contracts.model import Contract, load_contracts
from pipelines.settings import Settings
from tests.campaign.wrongness.verdict import Case, Row
from tests.campaign.wrongness.workbooks import new_workbook, old_cell, old_rows, old_workbook, text_cell, xml_rows

Fields = dict[str, str]
Wanted = Literal["exact", "quarantined", "refused"]

LIST = [["STT", "Mã số", "Tên"], ["1", "1.000001", "Đăng ký khai sinh"], ["2", "1.000002", "Đăng ký kết hôn"]]
TWO = [{"MaTTHC": row[1], "TenTTHC": row[2]} for row in LIST[1:]]
SIGNED = [["", "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG"], ["", "(Ký, ghi rõ họ tên)", "(Ký, đóng dấu)"],
          ["", "Nguyễn Văn Mẫu", "Trần Thị Mẫu"]]  # fmt: skip
SIGNED_PLAINLY = [["", "Lap bieu", "Giam doc"], ["", "MAU", "MAU"]]
EMPTY = [["", "", ""]]
PROCEDURES, UNITS = "MaTTHC,TenTTHC\n", "MaDonVi,TenDonVi,Cap,HieuLucTu,HieuLucDen\n"
LIMITED = [["MaTTHC", "TenTTHC", "ThoiHanGiaiQuyet"], ["1.000001", "Đăng ký khai sinh", "5"]]
DOSSIERS = "MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo,NgayTiepNhan,NgayCapNhat,DaXoa\n"
DOSSIER = "H19-240105-1,1.000001,H19,4,20240105080000,,\n"
DOSSIER_READ = {"MaHoSo": "H19-240105-1", "MaTTHC": "1.000001", "MaDonVi": "H19", "TrangThaiHoSo": "4",
                "NgayTiepNhan": "20240105080000"}  # fmt: skip
NULL_WORDS = ("NULL", "\\N", "(null)", "None", "N/A", "-")
IN_CODES = "\u00ad\u00a0\u034f\u180e\u3164\ufe0f\u0085\u009d\u2011\u2013\u2007\u202f\u115f\U000e0041\u061c\u0430 "
NO_MOMENTS = ("20240105235960", "20240105240000", "2024 1 5 8 0 0", "202401 5 80000", "20240105  0800")
PERSONS = ("TRAN THI MAU", "079000000001", "0912345678", "a.mau@example.vn", "Nguyễn Văn Mẫu")


@dataclass(frozen=True)
class Kind:
    """A file, what it truly holds (the fields that are not empty), and what must become of it.

    Attributes:
        cells: It is for the rules on single cells to see.
    """

    name: str
    source: str
    file_name: str
    content: bytes | str
    rows: Sequence[Fields] = ()
    wanted: Wanted = "refused"
    cells: bool = False


def _html(rows: Sequence[Sequence[str]]) -> str:
    return "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows) + "</table>"


def _csv(rows: Sequence[Sequence[str]]) -> str:
    return "".join(",".join(f'"{cell}"' if cell else "" for cell in row) + "\n" for row in rows)


def _below(name: str, rows: Sequence[Sequence[str]]) -> Iterator[Kind]:
    """Yield the same list with something below it in every format that people print."""
    yield Kind(f"{name}, xlsx", "thu_tuc", "a.xlsx", new_workbook(xml_rows(rows)), TWO, "quarantined")
    yield Kind(f"{name}, xls", "thu_tuc", "a.xls", old_workbook(old_rows(rows)), TWO, "quarantined")
    yield Kind(f"{name}, html", "thu_tuc", "a.xls", _html(rows), TWO, "quarantined")
    yield Kind(f"{name}, csv", "thu_tuc", "a.csv", _csv(rows), TWO, "quarantined")


def below_lists() -> Iterator[Kind]:
    """Yield signatures, notes and headers under a list."""
    yield from _below("signatures below an empty row", [*LIST, *EMPTY, *SIGNED])
    yield from _below("signatures right below", [*LIST, *SIGNED])
    yield from _below("signatures in plain letters", [*LIST, *EMPTY, *SIGNED_PLAINLY])
    yield from _below("a note", [*LIST, ["", "Ghi chú: số liệu tạm thời", ""], ["", "Nguồn: mẫu", ""]])
    pages = [*LIST[:2], *EMPTY, [" stt", "MÃ SỐ", "tên "], LIST[2]]
    yield Kind("header on each page, xlsx", "thu_tuc", "a.xlsx", new_workbook(xml_rows(pages)), TWO, "exact")
    yield Kind("header on each page, html", "thu_tuc", "a.xls", _html(pages), TWO, "exact")
    text = _csv([*LIST[:2], [" stt", "MÃ SỐ", "tên "], LIST[2]])
    yield Kind("header on each page, csv", "thu_tuc", "a.csv", text, TWO, "exact")
    yield Kind("header and signatures, no row", "thu_tuc", "a.xlsx", new_workbook(xml_rows([LIST[0], *EMPTY, *SIGNED])),
               [], "quarantined")  # fmt: skip
    parted = [*LIST[:2], *EMPTY, LIST[2]]
    yield Kind("an empty row within a list", "thu_tuc", "a.xlsx", new_workbook(xml_rows(parted)), TWO, "exact")


def workbooks() -> Iterator[Kind]:
    """Yield numbers shown as others, and two cells at one place."""
    limited = [{"MaTTHC": "1.000001", "TenTTHC": "Đăng ký khai sinh", "ThoiHanGiaiQuyet": "5"}]
    for number, code in enumerate(("0%", "#,##0,", "0&quot;000&quot;", ";;;")):
        row = f'<row r="3">{text_cell("A3", "1.000002")}{text_cell("B3", "Hai")}<c r="C3" s="1"><v>2</v></c></row>'
        content = new_workbook(xml_rows(LIMITED) + row, formats=[code])
        yield Kind(f"number format {number}, xlsx", "thu_tuc", "a.xlsx", content, limited, "quarantined")
        cells = old_rows(LIMITED) + old_rows([[], [], ["1.000002", "Hai"]]) + old_cell(2, 2, 2, style=1)
        content = old_workbook(cells, formats=[code.replace("&quot;", '"')])
        yield Kind(f"number format {number}, xls", "thu_tuc", "a.xls", content, limited, "quarantined")
    shown = (
        f'<row r="2">{text_cell("A2", "1.000001")}{text_cell("B2", LIMITED[1][1])}<c r="C2" s="1"><v>5</v></c></row>'
    )
    content = new_workbook(xml_rows(LIMITED[:1]) + shown, formats=["#,##0"])
    yield Kind("a plain number format", "thu_tuc", "a.xlsx", content, limited, "exact")
    whole = old_workbook(old_rows(LIMITED[:1]) + old_rows([[], [*LIMITED[1][:2], 5]]))
    yield Kind("whole numbers, xls", "thu_tuc", "a.xls", whole, limited, "exact")
    row = '<row r="{}">' + text_cell("A3", "1.000002") + text_cell("{}3", "Hai") + "</row>"
    for name, extra in (
        ("two cells", row.format(3, "A")),
        ("two rows", row.format(2, "B").replace("3", "2")),
        ("cells out of order", f'<row r="3">{text_cell("B3", "Hai")}{text_cell("A3", "1.000002")}</row>'),
        ("rows out of order", row.format(3, "B") + '<row r="1"></row>'),
    ):
        yield Kind(f"{name} at one place, xlsx", "thu_tuc", "a.xlsx", new_workbook(xml_rows(LIMITED) + extra))
    twice = old_workbook(old_rows(LIMITED) + old_cell(1, 1, "Khác"))
    yield Kind("two cells at one place, xls", "thu_tuc", "a.xls", twice)
    numbered = [["STT", *LIMITED[0]], *([str(n), *row] for n, row in enumerate(LIMITED[1:], 1))]
    ignored = xml_rows(numbered).replace(text_cell("A2", "1"), '<c r="A2"><f>ROW()-1</f><v>1</v></c>')
    yield Kind("a formula that nobody reads", "thu_tuc", "a.xlsx", new_workbook(ignored), limited, "exact")
    read = xml_rows(numbered).replace(text_cell("D2", "5"), '<c r="D2"><f>2+3</f><v>5</v></c>')
    yield Kind("a formula that is read", "thu_tuc", "a.xlsx", new_workbook(read))
    yield Kind("empty sheets", "thu_tuc", "a.xlsx", new_workbook("", xml_rows(LIMITED), ""), limited, "exact")
    yield Kind("two sheets", "thu_tuc", "a.xlsx", new_workbook(xml_rows(LIMITED), xml_rows(LIMITED)))


def numbers_below_headers() -> Iterator[Kind]:
    """Yield the numbers of a form's columns, and a row of data that looks like them."""
    form = [LIMITED[0], ["(1)", "(2)", "(3)"], LIMITED[1]]
    limited = [{"MaTTHC": "1.000001", "TenTTHC": "Đăng ký khai sinh", "ThoiHanGiaiQuyet": "5"}]
    yield Kind("(1) (2) (3)", "thu_tuc", "a.xlsx", new_workbook(xml_rows(form)), limited, "exact")
    again = [["STT", *LIMITED[0]], ["1", "2", "3", "4"], ["1", *LIMITED[1]]]
    yield Kind("1 2 3 and again 1", "thu_tuc", "a.xlsx", new_workbook(xml_rows(again)), limited, "exact")
    steps = [["MaHoSo", "TepDinhKemId", "MaThanhPhanHoSo"], ["1", "2", "3"]]
    fees = [["MaHoSo", "GiayToId", "MaGiayToKetQua"], ["1", "2", "3"]]
    read = {"MaHoSo": "1", "GiayToId": "2", "MaGiayToKetQua": "3"}
    yield Kind("1 2 3 that is data, xlsx", "ket_qua", "a.xlsx", new_workbook(xml_rows(fees)), [read], "exact")
    yield Kind("1 2 3 that is data, csv", "ket_qua", "a.csv", _csv(fees), [read], "exact")
    yield Kind("1 2 3 that is no data", "thanh_phan", "a.xlsx", new_workbook(xml_rows(steps)))


def text_files() -> Iterator[Kind]:
    """Yield quotes, separators, and bytes of another kind under a name of text."""
    two = [{"MaTTHC": "1.000001", "TenTTHC": "Một"}, {"MaTTHC": "1.000003", "TenTTHC": "Ba"}]
    row, last = "1.000001,Một\n", "1.000003,Ba\n"
    yield Kind(
        "a quote inside", "thu_tuc", "a.csv", PROCEDURES + row + '1.000002,Cửa 5" rộng\n' + last, two, "quarantined"
    )
    yield Kind("a quote that may open", "thu_tuc", "a.csv", PROCEDURES + row + '1.000002, "Hai\n' + last)
    yield Kind("text behind a quote", "thu_tuc", "a.csv", PROCEDURES + row + '1.000002,"Hai" x\n' + last)
    commas = (PROCEDURES + row + last).replace("\n", ",\n")
    yield Kind("a comma at each line's end", "thu_tuc", "a.csv", commas, two, "exact")
    yield Kind("sep= as agreed", "thu_tuc", "a.csv", "sep=,\n" + PROCEDURES + row + last, two, "exact")
    yield Kind("sep= of another", "thu_tuc", "a.csv", "sep=;\n" + PROCEDURES + row + last)
    yield Kind("empty lines first", "thu_tuc", "a.csv", "\n,\n" + PROCEDURES + row + last, two, "exact")
    yield Kind("NUL to the end", "thu_tuc", "a.csv", PROCEDURES + row + last + "\0" * 99)
    yield Kind("Ctrl-Z at the end", "thu_tuc", "a.csv", PROCEDURES + row + last + "\x1a")
    for name, content in (
        ("xlsx", new_workbook(xml_rows(LIMITED))), ("xls", old_workbook(old_rows(LIMITED))), ("zip", b"PK\x03\x04    "),
        ("pdf", b"%PDF-1.7\n"), ("html", _html(LIMITED)), ("UTF-16", (PROCEDURES + row).encode("utf-16")),
    ):  # fmt: skip
        yield Kind(f"{name} under .csv", "thu_tuc", "a.csv", content)
        yield Kind(f"{name} under .json", "thu_tuc", "a.json", content)
    yield Kind("data without a service", "thu_tuc", "a.json", '{"data": [{"MaTTHC": "1.000001", "TenTTHC": "Một"}]}')


def single_cells() -> Iterator[Kind]:
    """Yield what the rules on cells must see."""
    good = [{"MaTTHC": "1.000001", "TenTTHC": "Một"}]
    start = PROCEDURES + "1.000001,Một\n"

    def cells(name: str, *lines: str) -> Kind:
        return Kind(name, "thu_tuc", "a.csv", start + "".join(lines), good, "quarantined", cells=True)

    def dossiers(name: str, line: str) -> Kind:
        return Kind(name, "ho_so", "a.csv", DOSSIERS + DOSSIER + line, [DOSSIER_READ], "quarantined", cells=True)

    for word in NULL_WORDS:
        yield cells(f"the word {word} as a code", f"{word},Hai\n")
        yield cells(f"the word {word} as a name", f"1.000002,{word}\n")
    for sign in IN_CODES:
        yield cells(f"U+{ord(sign):04X} in a code", f"1.00{sign}0002,Hai\n")
    for moment in NO_MOMENTS:
        yield dossiers(f"no moment: {moment}", f"H19-240105-2,1.000001,H19,4,{moment},,\n")
    for person in PERSONS:
        yield dossiers(f"{person} as a dossier", f"{person},1.000001,H19,4,20240105080000,,\n")
        yield dossiers(f"{person} as a procedure", f"H19-240105-2,{person},H19,4,20240105080000,,\n")
        yield dossiers(f"{person} as a unit", f"H19-240105-2,1.000001,{person},4,20240105080000,,\n")
    yield cells("a code in scientific notation", "1.00178E+15,Hai\n")
    yield cells("a control character in a name", "1.000002,Ha\x07i\n")
    yield cells("a change of direction in a name", "1.000002,Ha\u202ei\n")
    yield dossiers("updated in 2099", "H19-240105-2,1.000001,H19,4,20240105080000,20990101000000,\n")
    yield Kind("a tombstone of its key alone", "ho_so", "a.csv", DOSSIERS + DOSSIER + "H19-240105-2,,,,,,1\n",
               [DOSSIER_READ, {"MaHoSo": "H19-240105-2", "DaXoa": "1"}], "exact", cells=True)  # fmt: skip
    yield Kind("no end (9999-12-31), a year before 1990", "don_vi", "a.csv",
               UNITS + "H19,Tỉnh Mẫu,tinh,19760101,99991231\n",
               [{"MaDonVi": "H19", "TenDonVi": "Tỉnh Mẫu", "Cap": "tinh", "HieuLucTu": "19760101"}], "exact",
               cells=True)  # fmt: skip
    head = "MaPhanAnh,KenhTiepNhan,MaDonVi,NgayGui,TrangThai,MucDoHaiLong\n"
    ratings = [f"PA-{n},DVCQG,H19,20240105080000,1,{word}\n" for n, word in enumerate(("Hài lòng", "hài lòng"))]
    read = {"KenhTiepNhan": "DVCQG", "MaDonVi": "H19", "NgayGui": "20240105080000", "TrangThai": "1",
            "MucDoHaiLong": "HÀI LÒNG"}  # fmt: skip
    yield Kind("ratings in any letter case", "phan_anh", "a.csv", head + "".join(ratings),
               [{"MaPhanAnh": f"PA-{n}", **read} for n in range(2)], "exact", cells=True)  # fmt: skip


def kinds() -> list[Kind]:
    """Return every kind."""
    parts = (below_lists, workbooks, numbers_below_headers, text_files, single_cells)
    return [kind for part in parts for kind in part()]


@cache
def _contracts() -> dict[str, Contract]:
    return load_contracts(Settings().contracts_dir)


def _row(fields: Fields, contract: Contract) -> Row:
    return tuple(fields.get(field.name, field.default) for field in contract.fields if field.personal != "drop")


def case_of(kind: Kind, folder: Path) -> Case:
    """Return the kind as a file in a folder of its own."""
    folder.mkdir()
    path = folder / kind.file_name
    path.write_bytes(kind.content.encode() if isinstance(kind.content, str) else kind.content)
    contract = _contracts()[kind.source]
    rows = [_row(fields, contract) for fields in kind.rows]
    return Case(path, contract, rows if kind.wanted != "refused" else None, kind.wanted, kind.name)


def silent_kinds(folder: Path) -> Iterator[Case]:
    """Yield every kind as a case of the corpus."""
    for number, kind in enumerate(kinds()):
        yield case_of(kind, folder / str(number))
