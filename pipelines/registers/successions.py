"""Successions of units and procedures: mergers, renamings, abolitions.

Belongs here: the models of `unit_changes.csv` and `procedure_changes.csv`, and checks for contradictions. Does not
belong here: which unit a dossier counts for (the models).
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import model_validator

from pipelines.common.errors import TthcError
from pipelines.registers.csv_rows import RegisterRow, read_rows, table_of


class UnitChange(RegisterRow):
    """The end of a unit and one of its successors; a unit that was split has a row for each successor."""

    old_unit_code: str
    new_unit_code: str | None
    changed_on: dt.date
    kind: Literal["merged", "renamed", "abolished", "split"]
    decree: str | None
    # 1: of several successors the one that takes over open dossiers.
    is_main: Literal["1"] | None = None

    @model_validator(mode="after")
    def _somebody_takes_over(self) -> "UnitChange":
        if self.new_unit_code is None and self.kind != "abolished":
            raise ValueError("only an abolished unit may have no successor")
        if self.is_main and self.new_unit_code is None:
            raise ValueError("is_main names a successor, and there is none")
        return self


class ProcedureChange(RegisterRow):
    """One procedure and the one that replaced it."""

    old_procedure_code: str
    new_procedure_code: str
    changed_on: dt.date
    decision: str | None


def _check_successions(file: str, pairs: Iterable[tuple[str, str | None]]) -> None:
    """Raise TthcError if something is replaced by itself, directly or through others."""
    successors: dict[str, set[str]] = {}
    for old, new in pairs:
        known = successors.setdefault(old, set())
        if new is not None:
            known.add(new)
    for start in successors:
        # The path by which each code was first reached: the error names the whole circle.
        way: dict[str, list[str]] = {code: [start, code] for code in sorted(successors[start])}
        ahead = list(way)
        for code in ahead:
            if code == start:
                raise TthcError("register_cycle", file=file, of=" → ".join(way[code]))
            for after in sorted(successors.get(code, set()) - way.keys()):
                way[after] = [*way[code], after]
                ahead.append(after)


def load_unit_changes(folder: Path) -> list[UnitChange]:
    """Return the province's changes of units.

    Raises:
        TthcError: If it is not well-formed.
    """
    rows = read_rows(folder / "unit_changes.csv", UnitChange)
    _check_successions("unit_changes.csv", ((row.old_unit_code, row.new_unit_code) for row in rows))
    main = Counter((row.old_unit_code, row.changed_on) for row in rows if row.is_main)
    if several := [unit for (unit, _), count in main.items() if count > 1]:
        raise TthcError("register_main_successors", file="unit_changes.csv", of=several[0])
    return rows


def load_procedure_changes(country: Path) -> list[ProcedureChange]:
    """Return the country's changes of procedures.

    Raises:
        TthcError: If it is not well-formed.
    """
    rows = read_rows(country / "procedure_changes.csv", ProcedureChange)
    _check_successions("procedure_changes.csv", ((row.old_procedure_code, row.new_procedure_code) for row in rows))
    return rows


def unit_change_table(folder: Path) -> pl.DataFrame:
    """Return one row per unit and successor."""
    return table_of(load_unit_changes(folder), UnitChange)


def procedure_change_table(country: Path) -> pl.DataFrame:
    """Return one row per procedure and successor."""
    return table_of(load_procedure_changes(country), ProcedureChange)
