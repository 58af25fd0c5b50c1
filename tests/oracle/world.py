"""A small province as it is delivered: its files, and the same rows as the lake would hold them; its own registers.

Not here: how such provinces are drawn (generate), and any figure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .newest import is_too_new
from .records import (
    Component,
    DossierState,
    Fee,
    Feedback,
    Figure,
    Letter,
    NationalCopy,
    Notice,
    PortalPoints,
    Procedure,
    Progress,
    Rating,
    Result,
    Row,
    Step,
    Supplement,
    Unit,
)
from .registers import Edition, Target, UnitChange
from .settle import row_rule_broken
from .settled import Records

if TYPE_CHECKING:
    import polars as pl

# In the order of the fields of `Records`.
SOURCES: dict[str, type] = {
    "don_vi": Unit,
    "thu_tuc": Procedure,
    "ho_so": DossierState,
    "bo_sung": Supplement,
    "thanh_phan": Component,
    "le_phi": Fee,
    "tien_trinh": Step,
    "ket_qua": Result,
    "danh_gia": Rating,
    "thong_bao": Notice,
    "xin_loi": Letter,
    "dvcqg": NationalCopy,
    "phan_anh": Feedback,
    "so_lieu": Figure,
    "nhiem_vu": Progress,
    "diem_766": PortalPoints,
}

SECRET = "k" * 64
# The worklist's limits in every province, so low that small ones have dossiers to compare and waits that are long.
WORK_LIMIT = {"soon_days": 3, "waiting_days": 4, "risk_days": 200, "least_compared": 2, "high_risk": 0.5}
CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"


@dataclass(frozen=True)
class Delivery:
    """One file: a source, the business day it shows, its name, and its rows from row number 1.

    Attributes:
        within: The source of the sync message in which they came, null if they have a file of their own.
    """

    source: str
    business_day: date
    file_name: str
    rows: tuple[Row, ...]
    within: str | None = None


@dataclass(frozen=True)
class World:
    """A small province: the as-of day, its deliveries and its registers.

    Deliveries are in order of arrival (not of business days). The registers say changes of units, targets (null: what
    ours say), indicators that should be low, and which open data were published before.
    """

    as_of: date
    deliveries: tuple[Delivery, ...]
    changes: tuple[UnitChange, ...] = ()
    targets: tuple[Target, ...] | None = None
    low: tuple[str, ...] = ()
    editions: tuple[Edition, ...] = ()

    @property
    def absent(self) -> frozenset[str]:
        """Sources of which no file ever came; a file without rows is a delivery too."""
        return frozenset(SOURCES) - {file.source for file in self.deliveries}

    def register_rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return registers that are the province's own, by name, as the rows that dbt reads."""
        changes = [
            {"old_unit_code": one.old, "new_unit_code": one.new, "changed_on": one.changed_on, "kind": "merged",
             "is_main": "1" if one.is_main else None}
            for one in self.changes
        ]  # fmt: skip
        targets = [
            {"indicator_code": one.indicator_code, "rule": "plan", "unit_level": one.unit_level,
             "valid_from": one.first, "valid_to": one.last, "target": one.percent / 100, "plan_line": "một mục tiêu"}
            for one in self.targets or ()
        ]  # fmt: skip
        editions: list[dict[str, Any]] = [
            {"edition_number": number, "closed_until": one.closed_until, "dataset_count": one.datasets}
            for number, one in enumerate(self.editions, start=1)
        ]
        own: dict[str, list[dict[str, Any]]] = {"unit_change": changes, "target": targets, "work_limit": [WORK_LIMIT]}
        return {name: rows for name, rows in own.items() if rows} | {"edition": editions}

    def rows(self, source: str) -> list[Any]:
        """Return every delivered row of a source, in order of arrival."""
        return [row for file in self.deliveries if file.source == source for row in file.rows]

    def records(self) -> Records:
        """Return the same rows in the form the reference reads."""
        return Records(*(self.rows(source) for source in SOURCES))

    def lake_frames(self) -> "dict[str, pl.DataFrame]":
        """Return the rows as the lake holds them, by source: parsed, without rows that break a row rule.

        Unknown units and procedures, conflicts and orphans are still in; row numbers are those of the file. Columns and
        types are the lake's own; a field that no rule of the oracle reads is null.
        """
        import polars as pl

        from pipelines.parsing.pseudonyms import keyed_hash
        from pipelines.parsing.unit_names import fold_name

        frames = {}
        for source, schema in lake_schemas().items():
            rows = [vars(row) | place for row, place in self.lake_rows(source)]
            values = [[row.get(name) for name in schema] for row in rows]
            frames[source] = pl.DataFrame(values, schema=schema, orient="row")
        kept = keyed_hash(fold_name(pl.col("DonViXuLy")), SECRET)
        frames["ho_so"] = frames["ho_so"].with_columns(kept.alias("DonViXuLy"))
        return frames

    def lake_rejected(self) -> "pl.DataFrame":
        """Return the lake's list of the rows that break a row rule: where they stood and why, no content."""
        import polars as pl

        from pipelines.storage.lake import REJECTED

        values = [
            [source, *place.values(), [row_rule_broken(row)], getattr(row, "MaHoSo", None), _updated(row)]
            for source in SOURCES
            for row, place in self._placed(source)
            if row_rule_broken(row)
        ]
        return pl.DataFrame(values, schema=REJECTED, orient="row")

    def lake_rows(self, source: str) -> list[tuple[Row, dict[str, Any]]]:
        """Return the rows of a source that reach the lake, each with where it stood: file and row number name it."""
        return [(row, place) for row, place in self._placed(source) if not row_rule_broken(row)]

    def _placed(self, source: str) -> Iterator[tuple[Row, dict[str, Any]]]:
        for file in self.deliveries:
            if file.source == source:
                name = f"{file.within or source}/{file.business_day}/{file.file_name}"
                for number, row in enumerate(file.rows, start=1):
                    place = {"_source_file": name, "_row_number": number, "_business_day": file.business_day}
                    yield row, place


@cache
def lake_schemas() -> "dict[str, dict[str, pl.DataType]]":
    """Return columns and types of each source in the lake, as its contract has them."""
    from pipelines.contracts.model import load_contracts
    from pipelines.storage.lake import lake_schema

    contracts = load_contracts(CONTRACTS)
    return {source: lake_schema(contracts[source]) for source in SOURCES}


def _updated(row: Row) -> datetime | None:
    return row.NgayCapNhat if isinstance(row, DossierState) and not is_too_new(row) else None
