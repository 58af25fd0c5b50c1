"""Compare an officer's own form II.06a with ours, cell by cell, with the dossiers behind ours.

Belongs here: which of our rows a row of theirs is (by code, name or level), and where cells differ. Does not belong
here: reading their file (`officer_form`), printing (`compare_view`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import polars as pl

from pipelines.parsing.unit_names import fold_name, without_diacritics
from pipelines.reports.levels import level_codes
from pipelines.reports.officers.facts import Row, cell_dossiers, find_period, read_form_by_unit, read_rows
from pipelines.reports.officers.form import COLUMNS, SUMS, FormRow, form_by_unit
from pipelines.reports.officers.officer_form import OfficerCell, OfficerRow
from pipelines.reports.officers.words import level_name, word

# Dossiers of one cell that are looked up at most.
MOST_DOSSIERS = 5_000
CODE = re.compile(r"\b[A-Z]\d{2}(?:\.\d{2,3})+\b")
# What people write for UBND, without diacritics.
COMMITTEE = re.compile(r"^(uy ban nhan dan|ubnd)\s+")
TOTALS = ("tong cong", "tong so", "toan tinh", "cong", "tong")


@dataclass(frozen=True)
class DifferentCell:
    """A cell in which both forms differ.

    Attributes:
        row: Our row.
        column: Column of the form.
        ours: Our figure.
        theirs: Their cell.
        dossiers: What ours counts, at most MOST_DOSSIERS.
    """

    row: FormRow
    column: str
    ours: int
    theirs: OfficerCell
    dossiers: Sequence[Row]

    @property
    def difference(self) -> int | None:
        """Theirs less ours; None if theirs is no number."""
        return (self.theirs.value or 0) - self.ours if self.theirs.is_readable else None


@dataclass(frozen=True)
class Comparison:
    """How an officer's form compares with ours.

    Attributes:
        period: The row of `dim_period`.
        run: The row of `dim_run`.
        matched: How many of their rows are rows of ours.
        cells: Cells that differ.
        unmatched: Their rows that are no row of ours, or stand for one that another row stands for already.
        absent: Our rows with figures that their form does not have; levels and the total are not asked for.
    """

    period: Row
    run: Row
    matched: int
    cells: Sequence[DifferentCell]
    unmatched: Sequence[OfficerRow]
    absent: Sequence[FormRow]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not (self.cells or self.unmatched or self.absent)


@dataclass
class _Rows:
    """Our rows by what their names may be; a name of two units stands for none."""

    by_code: dict[str, FormRow] = field(default_factory=dict)
    by_name: dict[str, FormRow | None] = field(default_factory=dict)

    def add(self, name: str, row: FormRow) -> None:
        self.by_name[name] = None if self.by_name.get(name, row) is not row else row

    def find(self, name: str) -> FormRow | None:
        code = CODE.search(name)
        if code is not None and code[0] in self.by_code:
            return self.by_code[code[0]]
        return next((row for key in _keys(name) if (row := self.by_name.get(key)) is not None), None)


def compare_form(connection: duckdb.DuckDBPyConnection, period: str, theirs: Sequence[OfficerRow]) -> Comparison:
    """Compare the rows of an officer's form with ours.

    Args:
        connection: An open version.
        period: Period code.
        theirs: Rows of their form.

    Raises:
        UsageFault: If the version has no such period.
    """
    found = find_period(connection, period)
    levels = level_codes(connection)
    root = levels[0]
    ours = form_by_unit(read_form_by_unit(connection, found["period_code"]), levels)
    rows = _index(ours)
    run = read_rows(connection, "select * from marts.dim_run")[0]
    province = run["province_code"]
    pairs: dict[str, tuple[FormRow, OfficerRow]] = {}
    unmatched = []
    for their in theirs:
        own = rows.find(their.name)
        if own is None or own.key in pairs:
            unmatched.append(their)
        else:
            pairs[own.key] = (own, their)
    cells = [
        DifferentCell(own, column, value, their.cells[column],
                      _dossiers(connection, found["period_code"], column, _subject(own, province, root)))
        for own, their in pairs.values()
        for column, value in zip(COLUMNS, own.figures, strict=True)
        if _differs(value, their.cells[column])
    ]  # fmt: skip
    absent = [row for row in ours if row.kind == "unit" and row.key not in pairs and any(row.figures)]
    return Comparison(found, run, len(pairs), cells, unmatched, absent)


def _differs(ours: int, theirs: OfficerCell) -> bool:
    """Return True unless both say the same; an empty cell says nothing is there."""
    return not theirs.is_readable or (theirs.value or 0) != ours


def _index(ours: Sequence[FormRow]) -> _Rows:
    rows = _Rows()
    for row in ours:
        if row.kind == "total":
            for name in TOTALS:
                rows.add(name, row)
            continue
        if row.code is not None:
            rows.by_code[row.code] = row
        for name in _keys(level_name(row.level) if row.kind == "level" else row.name):
            rows.add(name, row)
    return rows


def _keys(name: str) -> list[str]:
    """Return what a name is looked up by, the closest first: as written, without diacritics, without its committee."""
    folded, bare = pl.select(
        fold_name(pl.lit(name)).alias("folded"), without_diacritics(fold_name(pl.lit(name))).alias("bare")
    ).row(0)
    if folded is None:
        return []
    short = COMMITTEE.sub("", bare.strip(" :.*-"))
    return list(dict.fromkeys([folded, bare, f"ubnd {short}", short]))


def _dossiers(connection: duckdb.DuckDBPyConnection, period: str, column: str, subject: Mapping[str, str]) -> list[Row]:
    columns = SUMS.get(column, (column,))
    return cell_dossiers(connection, period, columns, subject, MOST_DOSSIERS)


def _subject(row: FormRow, province: str, root: str) -> Mapping[str, str]:
    """Return the subject of a row as the marts name it; `root` is the level of the province's total."""
    scope = {"total": "province", "level": "level"}.get(row.kind, "unit")
    return {"scope": scope, "unit_level": row.level or root, "unit_code": row.code or province}


def row_name(row: FormRow) -> str:
    """Return the name of a row of ours, with its code."""
    if row.kind == "total":
        return word("total")
    return level_name(row.level) if row.kind == "level" else f"{row.name} ({row.code})"
