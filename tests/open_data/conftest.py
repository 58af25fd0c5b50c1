"""A small described edition: every table of the register with its files and descriptions, made in a second."""

import csv
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.open_data.files import read_table, write_tables
from pipelines.open_data.metadata.model import Description
from pipelines.open_data.metadata.write import describe, write_descriptions
from pipelines.registers.model import load_province
from pipelines.registers.publication import PublicationRegister, load_register
from pipelines.settings import PROJECT_DIR
from tests.site.open_data import write_small_open_data

HEAD: Any = {
    "vintage": "2024-12-31-0123456789ab", "before": "2024-11-30-ba9876543210",
    "essence": {"closed_periods": [["2023", "2023-01-01", "2023-12-31"], ["2024", "2024-01-01", "2024-12-31"]],
                "synthetic": True},
    "issued": "2024-11-30", "modified": "2025-01-02",
}  # fmt: skip
PROVINCE = load_province(PROJECT_DIR / "registers" / "dong-nai")


@dataclass(frozen=True)
class Edition:
    """A folder of tables with their descriptions, and what these were written from (but for the workbook)."""

    folder: Path
    register: PublicationRegister
    description: Description
    written: dict[str, str]


@pytest.fixture(scope="session")
def register() -> PublicationRegister:
    return load_register(PROJECT_DIR / "registers" / "vietnam")


def write_edition(folder: Path, register: PublicationRegister) -> Edition:
    """Write the tables as the nightly run does, and their descriptions."""
    source = write_small_open_data(folder / "source", register)
    target = folder / "open-data"
    with duckdb.connect() as connection:
        for table in register.tables:
            assert read_table(connection, table, source, table.name)
        rows = write_tables(connection, register, target, synthetic=True)
        description = describe(register, PROVINCE, HEAD | {"rows": rows}, target)
        return Edition(target, register, description, write_descriptions(connection, register, description, target))


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory, register: PublicationRegister) -> Edition:
    return write_edition(tmp_path_factory.mktemp("ấn bản"), register)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks up a name or connects fails: a description is read with what lies in the folder."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a description wanted the network")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def spoil(folder: Path, table: str, column: str, value: str, line: int = 0) -> None:
    """Write another value into one cell of a CSV; the rest stays as it is."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        rows, names = list(reader), list(reader.fieldnames or [])
    rows[line][column] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
