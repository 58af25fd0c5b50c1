"""Addresses of files, several in one cell.

An input that comes back as a result is recognised although both were replaced by pseudonyms, one each. From the cell
through judge and pseudonyms to the cases of the indicator.
"""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from pipelines.contracts.batch import Batch
from pipelines.contracts.model import load_contracts
from pipelines.parsing.privacy import protect
from pipelines.parsing.validate import Validator
from pipelines.settings import Settings

from .by_hand import DAY, PROCEDURES, UNITS, at, state
from .compiled import Warehouse, models_for
from .records import Component, Result, Row
from .world import Delivery, World

CASES = "case_result_digitised_share__plan"


def stored(source: str, field: str, path: str, **others: str) -> str | None:
    """Return what the lake keeps of a cell."""
    contract = load_contracts(Settings().contracts_dir)[source]
    frame = pl.DataFrame({"MaHoSo": ["A"], field: [path], **{name: [text] for name, text in others.items()}})
    accepted, _ = Validator(contract, "text", DAY)(Batch(source, frame.with_columns(_row_number=pl.lit(1, pl.Int64))))
    found: str | None = protect(accepted, contract, "k" * 64)[field][0]
    return found


@pytest.fixture(scope="module")
def warehouse(compiled_project: dict[str, Any]) -> Warehouse:
    return Warehouse(models_for(compiled_project, [CASES]))


@pytest.mark.parametrize(
    ("handed_in", "sent_back", "reason"),
    [
        ("https://kho/1.pdf", "https://kho/1.pdf", "input_sent_as_result"),
        ("https://kho/1.pdf##https://kho/2.pdf", "https://kho/2.pdf", "input_sent_as_result"),
        ("https://kho/2.pdf", "https://kho/2.pdf##https://kho/3.pdf", "own_result"),
        ("https://kho/1.pdf ## https://kho/2.pdf", "https://kho/2.pdf##https://kho/1.pdf", "input_sent_as_result"),
        ("C:\\Hồ sơ\\đơn (1).pdf", "C:\\Hồ sơ\\đơn (1).pdf##", "input_sent_as_result"),
        ("https://kho/1.pdf", "##", "no_result_file"),
    ],
)
def test_an_input_sent_back_is_known_among_several_paths(
    warehouse: Warehouse, handed_in: str, sent_back: str, reason: str
) -> None:
    given = stored("thanh_phan", "DuongDanTaiTepTin", handed_in, TepDinhKemId="1", DuocSoHoa="1", DuocTaiSuDung="0",
                   DuocLayTuKhoDMQG="0")  # fmt: skip
    back = stored("ket_qua", "DuongDanTepTinKetQua", sent_back, GiayToId="1")
    assert "kho" not in f"{given}{back}"
    finished = state(TrangThaiHoSo=9, NgayKetThucXuLy=at("10/03"))
    rows: dict[str, tuple[Row, ...]] = {
        "don_vi": UNITS,
        "thu_tuc": (replace(PROCEDURES[0], CoKetQua=1),),
        "ho_so": (finished,),
        "thanh_phan": (Component("A", "1", 1, DAY, DuongDanTaiTepTin=given),),
        "ket_qua": (Result("A", "1", DAY, MaGiayToKetQua="KQ1", DuongDanTepTinKetQua=back),),
    }
    world = World(DAY, tuple(Delivery(source, DAY, "a.csv", content) for source, content in rows.items()))
    warehouse.build(world)
    relation = next(model.relation for model in warehouse.models if model.name == CASES)
    assert warehouse.rows(f"select case_code, reason from {relation}") == [("A", reason)]
