"""Fixtures of the unit tests: the real contracts, and parsing one file of text into a scratch lake."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts.model import Contract, load_contracts
from pipelines.parsing.parse_file import parse_arrival
from pipelines.settings import Settings
from pipelines.storage.delivery import Delivery
from pipelines.storage.documents import Receipt
from pipelines.storage.ledger import Arrival

DAY = dt.date(2024, 12, 31)
KEY = "k" * 64


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    return load_contracts(Settings().contracts_dir)


@dataclass(frozen=True)
class Parsed:
    """What became of one file."""

    receipt: Receipt
    folder: Path

    @property
    def refused(self) -> str | None:
        return self.receipt["refused"]["code"] if self.receipt["refused"] else None

    def counts(self, source: str) -> tuple[int, int, int]:
        c = self.receipt["sources"][source]
        return c["rows_in"], c["accepted"], c["rejected"]

    def lake(self, source: str) -> pl.DataFrame:
        return pl.concat([pl.read_parquet(path) for path in sorted(self.folder.glob(f"lake/{source}/*/*.parquet"))])

    def quarantine(self, source: str) -> pl.DataFrame:
        return pl.concat([pl.read_parquet(p) for p in sorted(self.folder.glob(f"quarantine/{source}/*/*.parquet"))])


@pytest.fixture
def parse(tmp_path: Path, contracts: dict[str, Contract]) -> Callable[..., Parsed]:
    """Parse bytes, text or an existing file as a delivery of a source."""

    def run(source: str, content: bytes | str | Path, name: str = "x.csv", rows: int | None = None) -> Parsed:
        path = tmp_path / "incoming"
        if isinstance(content, Path):
            path = content
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        arrival = Arrival(Delivery(source, DAY, name), "0" * 64, path.stat().st_size, rows, "")
        receipt = parse_arrival(arrival, path, contracts, "key", KEY, tmp_path / "lake", tmp_path / "quarantine")
        return Parsed(receipt, tmp_path)

    return run
