"""A province of a few files, night by night, without Dagster and dbt: landing, parsing and the compiled models.

Fast enough for every order of delivery. What the whole job does with a province is `test_night`'s.
"""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts.model import Contract, load_contracts
from pipelines.landing.ingest import ingest_deliveries
from pipelines.parsing.receipts import LakeState
from pipelines.parsing.update_lake import update_lake
from pipelines.settings import Settings
from pipelines.storage.run_spec import RunSpec, workspace_file
from pipelines.transform.night_rejections import keep_rejected_rows
from pipelines.transform.specify_run import build_run_spec
from pipelines.transform.workspace import build_workspace
from tests.oracle.compiled import Model

LONG_AGO = 1_700_000_000  # files written just now are waited for, as they might still grow
FILE = tuple[str, str, str, str]
UNITS = "MaDonVi,TenDonVi,Cap\nH19,Tỉnh Đồng Nai,tinh\nH19.07,Sở Tư pháp,so\n"
PROCEDURES = "MaTTHC,TenTTHC\n1.000001,Cấp giấy\n"
DOSSIERS = "MaHoSo,MaTTHC,MaDonVi,TrangThaiHoSo,NgayTiepNhan,NgayKetThucXuLy,NgayCapNhat,ChuHoSo,DaXoa\n"


class FewFiles:
    """One warehouse, and a landing folder for it."""

    def __init__(
        self, folder: Path, models: list[Model], contracts: dict[str, Contract] | None = None, **settings: Any
    ) -> None:
        self.settings = Settings(raw_dir=folder / "raw", warehouse_dir=folder / "kho", **settings)
        self.contracts = contracts or load_contracts(self.settings.contracts_dir)
        self.models = models
        self.settings.work_dir.mkdir(parents=True, exist_ok=True)

    def deliver(self, *files: FILE) -> LakeState:
        """Return source, business day, file name and content of each file; taken in and parsed."""
        for source, day, name, content in files:
            path = self.settings.raw_dir / source / day / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            os.utime(path, (LONG_AGO, LONG_AGO))
        ingest_deliveries(self.settings, set(self.contracts))
        return update_lake(self.settings, self.contracts)

    def plan(self, state: LakeState) -> RunSpec:
        """Return what a run on this state would compute, and under which version name."""
        return build_run_spec(self.settings, self.contracts, state)

    def night(self, state: LakeState) -> dict[str, list[tuple[Any, ...]]]:
        """Build the models and keep what they reject.

        Rows of every table that the models end in, sorted.
        """
        build_workspace(self.settings, self.contracts, state, self.plan(state))
        with duckdb.connect(str(workspace_file(self.settings))) as connection:
            connection.execute("attach ':memory:' as tthc")
            for schema in {model.relation.rpartition(".")[0] for model in self.models}:
                connection.execute(f"create schema if not exists {schema}")
            for model in self.models:
                connection.execute(f"create {model.kind} {model.relation} as {model.sql}")
            tables = [model for model in self.models if model.kind == "table"]
            found = {
                model.name: connection.execute(f"select * from {model.relation} order by all").fetchall()
                for model in tables
            }
        if any(model.name == "int_rejected_unit" for model in self.models):  # which tells what the models rejected
            keep_rejected_rows(self.settings, self.contracts, state)
        return found

    def quarantined(self, source: str) -> list[Path]:
        """Return files of the quarantine that hold rows of a source."""
        return sorted((self.settings.restricted_dir / "quarantine" / source).glob("*/*.parquet"))


def day(number: int) -> str:
    """Return a day of the second week of June 2024."""
    return dt.date(2024, 6, 10 + number).isoformat()
