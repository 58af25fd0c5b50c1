"""The rows of files under check, laid out in a scratch database: keys, what is looked up, and a hash of the rest.

Belongs here: the database, and getting rows into it. What they say against each other is `check_rows`'.
"""

import datetime as dt
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.contracts.model import Contract, untold_fields
from pipelines.parsing.privacy import KEY_BYTES, keyed_hash
from pipelines.parsing.unit_names import fold_name
from pipelines.registers.model import load_province
from pipelines.settings import Settings
from pipelines.transform.row_rules import misplaced_units, named_units, naming_day, row_newness, row_rules

# SQL here is put together from names of contracts, quoted, and words of ours; values are bound.
# ruff: noqa: S608
TOLD = "_told "


@dataclass(frozen=True)
class Known:
    """What a published version knows of a relation: the columns, the query, and the source whose rows add to it."""

    columns: tuple[str, ...]
    query: str
    source: str | None = None


KNOWN = {
    "known_unit": Known(
        ("MaDonVi", "Cap", "MaDonViCha", "HieuLucTu", "HieuLucDen"),
        "select unit_code, unit_level, parent_unit_code, valid_from, valid_to from tthc.marts.dim_unit", "don_vi",
    ),
    "known_procedure": Known(("MaTTHC",), "select procedure_code from tthc.marts.dim_procedure", "thu_tuc"),
    # Dossiers handed in and not yet received, and deleted ones, are in the lake alone.
    "known_dossier": Known(("MaHoSo",), "select dossier_code from tthc.marts.fct_timeliness", "ho_so"),
    "known_goal": Known(
        ("MaChiTieu",), "select distinct indicator_code from tthc.marts.dim_indicator where origin = 'reported'"
    ),
    "known_period": Known(("KyBaoCao",), "select period_code from tthc.marts.dim_period"),
    "known_task": Known(("MaNhiemVu",), "select distinct task_code from tthc.marts.plan_tasks"),
}  # fmt: skip


def quoted(name: str) -> str:
    """Return a name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: Collection[str]) -> str:
    """Return names as SQL lists them."""
    return ", ".join(quoted(name) for name in names)


class StagedRows:
    """A scratch database below `folder`, which the caller makes private and removes, for sources of `contracts`."""

    def __init__(self, folder: Path, contracts: dict[str, Contract], settings: Settings) -> None:
        self._contracts, self._untold = contracts, untold_fields(contracts)
        config = {**settings.duckdb_config(), "temp_directory": str(folder / "spill")}
        self._db = duckdb.connect(str(folder / "rows.duckdb"), config=config)
        self._db.execute("set enable_progress_bar = false; set preserve_insertion_order = false")
        models = settings.dbt_project_dir
        self._rules = {source: row_rules(models, contract) for source, contract in contracts.items()}
        self._newness = {
            source: row_newness(models, contract.newness and quoted(contract.newness), "_business_day")
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
        """Add accepted rows of a file; `untold`: fields their message cannot tell."""
        names, untellable = self._columns(source), self._untellable(source)
        hidden = [field.name for field in self._contracts[source].fields if field.unit_name]
        accepted = accepted.with_columns(
            keyed_hash(fold_name(pl.col(name)), self._secret).alias(name) for name in hidden
        )
        if source not in self._sources:
            self._make(source, accepted, names, untellable)
        apart = {"_row_number", *untellable, *self._rules[source].compared_apart}
        content = [name for name in accepted.columns if name not in apart]
        told = [f"null as {quoted(TOLD + n)}" if n in untold else f"hash({quoted(n)})" for n in untellable]
        self._db.register("incoming", accepted.to_arrow())
        self._db.execute(
            f"insert into {self._table(source)}"
            f" select {int(file)}, _row_number, {listed(names)}, _business_day, {self._newness[source]},"
            f" hash({listed(content)}){''.join(', ' + one for one in told)}"
            " from incoming, (select cast(? as date) as _business_day) delivery",
            [day],
        )
        self._db.unregister("incoming")

    def drop(self, file: int) -> None:
        """Remove a file that turned out to be unreadable."""
        for source in self._sources:
            self._db.execute(f"delete from {self._table(source)} where _file = ?", [file])

    def _table(self, source: str, what: str = "rows") -> str:
        return quoted(f"{what}_{source}")

    def _columns(self, source: str) -> list[str]:
        """Return what is kept of each row besides its hash: key, newness, and all that rules and lists ask for."""
        contract, rules = self._contracts[source], self._rules[source]
        asked = {*contract.key, contract.newness, contract.tombstone, *(lookup.field for lookup in rules.lookups)}
        asked |= {word for rule in rules.forbidden for word in re.findall(r"\bd\.(\w+)", rule.when)}
        asked |= set(rules.compared_apart)
        if source == "don_vi":
            asked.add("TenDonVi")
        asked |= {column for known in KNOWN.values() if known.source == source for column in known.columns}
        return [field.name for field in contract.fields if field.name in asked]

    def _untellable(self, source: str) -> list[str]:
        """Return fields of the source that some message cannot give; they are compared only where they are given."""
        names = self._untold.get(source, {})
        return [field.name for field in self._contracts[source].fields if field.name in names]

    def _make(self, source: str, accepted: pl.DataFrame, names: list[str], untellable: list[str]) -> None:
        self._db.register("incoming", accepted.clear().to_arrow())
        told = "".join(f", 0::ubigint as {quoted(TOLD + name)}" for name in untellable)
        self._db.execute(
            f"create table {self._table(source)} as select 0 as _file, _row_number as _row, {listed(names)},"
            f" null::date as _business_day, 0::bigint as _newness, 0::ubigint as _content{told} from incoming;"
            f"create table {self._table(source, 'late')} (_file integer, _row bigint, reason varchar)"
        )
        self._db.unregister("incoming")
        self._sources.append(source)

    def _asked(self, source: str) -> str:
        return listed(self._columns(source))
