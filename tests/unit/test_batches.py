"""Batches keep within a number of bytes, however long their rows, and the result does not depend on it."""

import json
from collections.abc import Generator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts import batch as batch_module
from pipelines.contracts.batch import Batch, split_batches
from pipelines.contracts.model import load_contracts
from pipelines.parsing.readers import delimited, sync_messages
from pipelines.parsing.readers.reading import read
from pipelines.parsing.validate import Validator
from pipelines.settings import ReadLimits, Settings
from tests.unit.conftest import DAY

MOST = 4_096


def one(cells: list[int]) -> Generator[Batch]:
    """Yield a generator of one batch whose rows hold texts of these lengths."""
    text = pl.Series(["x" * length for length in cells], dtype=pl.String)
    numbers = pl.Series(range(1, len(cells) + 1), dtype=pl.Int64)
    yield Batch("ho_so", pl.DataFrame({"MaHoSo": text, "_row_number": numbers}), row_unit="line")


@given(st.lists(st.integers(0, 3 * MOST), max_size=60))
def test_every_batch_keeps_within_its_bytes_or_holds_one_row(cells: list[int]) -> None:
    pieces = list(split_batches(one(cells), MOST))
    assert all(piece.frame.height == 1 or piece.frame.estimated_size() <= MOST for piece in pieces)
    assert all(piece.row_unit == "line" for piece in pieces)
    (whole,) = one(cells)
    assert pl.concat([piece.frame for piece in pieces]).equals(whole.frame)


def test_the_bytes_follow_from_the_total_of_a_night() -> None:
    shares = [Settings(memory_limit=total).read_limits.batch_bytes for total in ("32MiB", "512MiB", "4GiB", "64GiB")]
    assert shares == sorted(shares) and shares[0] == 1 << 20 and shares[-1] <= 64 << 20


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_file_says_the_same_however_small_its_batches(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts = load_contracts(Settings().contracts_dir)
    contract = contracts["don_vi"]
    rows = [
        {"MaDonVi": f"H19.{n:03}", "TenDonVi": "Xã " + "ạ" * (n * 7 % 180), "Cap": "xa" if n % 9 else "?"}
        for n in range(2_000)
    ]
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    else:
        lines = [json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def verdict(limits: ReadLimits = ReadLimits()) -> tuple[int, pl.DataFrame, list[tuple[int, list[str]]]]:  # noqa: B008 - frozen
        judge = Validator(contract, "text", DAY)
        judged = [judge(batch) for batch in read(path, path.name, contract, contracts, limits=limits)]
        wrong = [row for _, rejected in judged for row in rejected.select("_row_number", "_reasons").rows()]
        return len(judged), pl.concat([accepted for accepted, _ in judged]), wrong

    count, accepted, rejected = verdict()
    for module in (batch_module, delimited, sync_messages):
        monkeypatch.setattr(module, "BYTES_PER_BATCH", 2_000)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 1_000)
    many, same, same_rejected = verdict(ReadLimits(batch_bytes=3_000))
    assert many > 10 * count and same.equals(accepted) and same_rejected == rejected and rejected
