"""A scratch database with the rows of files under check: keys, looked-up fields, and a hash of the rest.

Belongs here: creating the database and inserting rows. Does not belong here: comparing them (`rows`).
"""

import datetime as dt
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.common.sql import quote_identifier, quote_identifiers
from pipelines.contracts.model import Contract, untold_fields
from pipelines.parsing.office_names import keep_office_names
from pipelines.parsing.pseudonyms import keyed_hash
from pipelines.parsing.secret import KEY_BYTES
from pipelines.parsing.unit_names import fold_name
from pipelines.registers.model import load_province
from pipelines.settings import Settings
from pipelines.transform.row_rules import misplaced_units, named_units, naming_day, row_newness, row_rules

# SQL is composed of quoted names of contracts and text of our own; values are bound.
# ruff: noqa: S608
# Columns of hashes of optional fields; tables of rows and of their rejections, per source.
HASH_PREFIX, ROWS, REJECTIONS = "_hash ", "rows", "rejected"


@dataclass(frozen=True)
class KnownList:
    """A list of a published version: its columns, the query for it, and the source whose rows extend it."""

    columns: tuple[str, ...]
    query: str
    source: str | None = None


KNOWN = {
    "known_unit": KnownList(
        ("MaDonVi", "Cap", "MaDonViCha", "HieuLucTu", "HieuLucDen"),
        "select unit_code, unit_level, parent_unit_code, valid_from, valid_to from tthc.marts.dim_unit", "don_vi",
    ),
    "known_scored_unit": KnownList(
        ("MaDonVi",),
        "select unit_code from tthc.marts.dim_unit"
        " union select 'H' || lpad(n::varchar, 2, '0') from range(1, 100) numbers(n)",
        "don_vi",
    ),
    "known_procedure": KnownList(("MaTTHC",), "select procedure_code from tthc.marts.dim_procedure", "thu_tuc"),
    # Dossiers handed in and not yet received, and deleted ones, are in the lake alone.
    "known_dossier": KnownList(("MaHoSo",), "select dossier_code from tthc.marts.fct_timeliness", "ho_so"),
    "known_goal": KnownList(
        ("MaChiTieu",), "select distinct indicator_code from tthc.marts.dim_indicator where origin = 'reported'"
    ),
    "known_period": KnownList(("KyBaoCao",), "select period_code from tthc.marts.dim_period"),
    "known_task": KnownList(("MaNhiemVu",), "select distinct task_code from tthc.marts.plan_tasks"),
}  # fmt: skip


class StagedRows:
    """A scratch database of rows, in a folder that the caller makes private and removes."""

    def __init__(self, folder: Path, contracts: dict[str, Contract], settings: Settings) -> None:
        self._contracts, self._untold = contracts, untold_fields(contracts)
        config = {**settings.duckdb_config(), "temp_directory": str(folder / "spill")}
        self._db = duckdb.connect(str(folder / "rows.duckdb"), config=config)
        self._db.execute("set enable_progress_bar = false; set preserve_insertion_order = false")
        models = settings.dbt_project_dir
        self._rules = {source: row_rules(models, contract) for source, contract in contracts.items()}
        self._newness = {
            source: row_newness(models, contract.newness and quote_identifier(contract.newness), "_business_day")
            for source, contract in contracts.items()
        }
        self._sources: list[str] = []
        self._lists: set[str] = set()
        self._lake = settings.lake_dir
        self._secret = secrets.token_hex(KEY_BYTES)  # for this check alone
        self._named, self._naming_day = named_units(models), naming_day(models)
        self._misplaced = misplaced_units(models)
        province = load_province(settings.province_dir).code
        self._db.execute("create table run as select ? as province_code", [province])

    def close(self) -> None:
        self._db.close()

    def add(self, file: int, source: str, accepted: pl.DataFrame, day: dt.date, untold: tuple[str, ...]) -> None:
        """Add accepted rows of a file.

        Args:
            file: Number of the file.
            source: Source of the rows.
            accepted: Rows that are valid by themselves, with `_row_number`.
            day: Business day of the file.
            untold: Fields that the format of their message cannot carry; they are not compared.
        """
        names, optional = self._columns(source), self._optional_fields(source)
        hidden = [field.name for field in self._contracts[source].fields if field.unit_name]
        accepted = keep_office_names(accepted, self._contracts[source]).with_columns(
            keyed_hash(fold_name(pl.col(name)), self._secret).alias(name) for name in hidden
        )
        if source not in self._sources:
            self._make(source, accepted, names, optional)
        apart = {"_row_number", *optional, *self._rules[source].compared_apart}
        content = [name for name in accepted.columns if name not in apart]
        hashes = [
            f"null as {quote_identifier(HASH_PREFIX + n)}" if n in untold else f"hash({quote_identifier(n)})"
            for n in optional
        ]
        self._db.register("incoming", accepted.to_arrow())
        self._db.execute(
            f"insert into {self._table(source)}"
            f" select {int(file)}, _row_number, {quote_identifiers(names)}, _business_day, {self._newness[source]},"
            f" hash({quote_identifiers(content)}){''.join(', ' + expression for expression in hashes)}"
            " from incoming, (select cast(? as date) as _business_day) delivery",
            [day],
        )
        self._db.unregister("incoming")

    def drop(self, file: int) -> None:
        """Remove a file that turned out to be unreadable."""
        for source in self._sources:
            self._db.execute(f"delete from {self._table(source)} where _file = ?", [file])

    def _table(self, source: str, kind: str = ROWS) -> str:
        return quote_identifier(f"{kind}_{source}")

    def _columns(self, source: str) -> list[str]:
        """Return the fields that are kept besides the hash: key, newness, and those that rules and lists need."""
        contract, rules = self._contracts[source], self._rules[source]
        asked = {*contract.key, contract.newness, contract.tombstone, *(lookup.field for lookup in rules.lookups)}
        asked |= {word for rule in rules.forbidden for word in re.findall(r"\bd\.(\w+)", rule.when)}
        asked |= set(rules.compared_apart)
        if source == "don_vi":
            asked.add("TenDonVi")
        asked |= {column for known in KNOWN.values() if known.source == source for column in known.columns}
        return [field.name for field in contract.fields if field.name in asked]

    def _optional_fields(self, source: str) -> list[str]:
        """Return fields that some message formats cannot carry; they are compared only where they are given."""
        names = self._untold.get(source, {})
        return [field.name for field in self._contracts[source].fields if field.name in names]

    def _make(self, source: str, accepted: pl.DataFrame, names: list[str], optional: list[str]) -> None:
        self._db.register("incoming", accepted.clear().to_arrow())
        hashes = "".join(f", 0::ubigint as {quote_identifier(HASH_PREFIX + name)}" for name in optional)
        self._db.execute(
            f"create table {self._table(source)} as select 0 as _file, _row_number as _row, {quote_identifiers(names)},"
            f" null::date as _business_day, 0::bigint as _newness, 0::ubigint as _content{hashes} from incoming;"
            f"create table {self._table(source, REJECTIONS)} (_file integer, _row bigint, reason varchar)"
        )
        self._db.unregister("incoming")
        self._sources.append(source)
