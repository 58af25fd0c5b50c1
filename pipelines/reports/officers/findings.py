"""One workbook of findings per delivering unit: which rows of its files were rejected, why, and how to mend them.

Belongs here: the newest version's rejected rows by place in the file, as the unit sees them, and dossiers that are
counted in spite of a defect. No value of a row is shown. Does not belong here: looking up places (`quality.places`).
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.common.errors import TthcError
from pipelines.common.files import fingerprint, link_or_copy, remove_tree, sync_all, unfinished
from pipelines.common.sql import read_sql
from pipelines.contracts.model import load_contracts
from pipelines.gate.suites import read_macros
from pipelines.parsing.receipts import lake_state
from pipelines.publish.read_only import open_read_only
from pipelines.publish.versions import current_version
from pipelines.reports.officers.facts import read_rows
from pipelines.reports.officers.files import FILE_MODE, FINDINGS, SAFE_NAME, officers_folder, read_record, write_record
from pipelines.reports.officers.sheets import Column, Paper, Sheets, new_book
from pipelines.reports.officers.words import day_text, word
from pipelines.reports.quality.facts import MASK, Rejection, placed_all
from pipelines.reports.quality.wording import Translator
from pipelines.settings import DATABASE_FILE, Settings

INDEX = "findings.json"
UNKNOWN_UNIT = "khong-ro"
# Rows of one sheet, and dossiers per unit and defect; the sheet says where there are more.
ROWS_SHOWN, DEFECTS_SHOWN = 20_000, 2_000
Row = dict[str, Any]


@dataclass(frozen=True)
class UnitFindings:
    """What one unit has to mend; `code` None stands for rows that name no listed unit."""

    code: str | None
    name: str
    rejections: Sequence[Rejection]
    defects: Sequence[Row]

    @property
    def row_count(self) -> int:
        """How many rows were rejected, each counted under each reason."""
        return sum(rejection.row_count for rejection in self.rejections)

    @property
    def file_name(self) -> str:
        """The name of its workbook."""
        is_safe = self.code is not None and SAFE_NAME.fullmatch(self.code)
        return f"{self.code if is_safe else UNKNOWN_UNIT}.xlsx"

    @property
    def digest(self) -> str:
        """A hash of everything that its workbook says."""
        content = repr((self.name, list(self.rejections), list(self.defects)))
        return hashlib.sha256(content.encode()).hexdigest()


def write_findings(settings: Settings) -> list[Path]:
    """Write the workbooks of all units with findings of the current version, and remove those of units without.

    A unit whose findings are those of its workbook keeps it, with the version that it was made of.

    Returns:
        The workbooks, by unit code.

    Raises:
        TthcError: If there is no version.
    """
    version = current_version(settings)
    if version is None:
        raise TthcError("no_version", folder=settings.warehouse_dir)
    folder = officers_folder(settings.reports_dir) / FINDINGS
    writing = fingerprint(Path(__file__).parent, settings.contracts_dir)
    record = read_record(folder / INDEX)
    earlier = record if record is not None and record["writing"] == writing else {"version": None, "units": {}}
    if earlier["version"] != version:
        run, units = read_findings(settings)
        words = Translator("vi", load_contracts(settings.contracts_dir), settings.country_dir)
        waiting = unfinished(folder)
        remove_tree(waiting)
        officers_folder(waiting)
        made = {}
        for unit in units:
            made[unit.file_name] = unit.digest
            if earlier["units"].get(unit.file_name) == unit.digest and (folder / unit.file_name).is_file():
                link_or_copy(folder / unit.file_name, waiting / unit.file_name)
            else:
                _write(waiting / unit.file_name, unit, run, words)
        earlier = {"version": version, "writing": writing, "units": made}
        write_record(waiting / INDEX, earlier)
        sync_all(waiting)
        remove_tree(folder)
        waiting.rename(folder)
    return [folder / name for name in earlier["units"]]


def read_findings(settings: Settings) -> tuple[Row, list[UnitFindings]]:
    """Return the row of `dim_run`, and what each unit has to mend, by code; rows of no listed unit last."""
    database = settings.current_link.resolve() / DATABASE_FILE
    with open_read_only(database, settings.duckdb_config()) as connection:
        connection.execute(read_macros(settings.expectations_dir))  # names that look personal are masked
        connection.execute("set schema = 'marts'")
        (run,) = read_rows(connection, "select * from dim_run")
        names = dict(connection.execute("select unit_code, unit_name from dim_unit").fetchall())
        query = read_sql("pipelines.reports.quality", "sql/rejections")
        named = [(Rejection(*row), name) for *row, name in connection.execute(query, {"mask": MASK}).fetchall()]
        defects = read_rows(connection, read_sql(__package__, "sql/defects"), {"most": DEFECTS_SHOWN})
    rejections = placed_all(named, settings, lake_state(settings))
    by_unit, odd = _grouped(rejections, lambda one: one.unit_code), _grouped(defects, lambda row: row["unit_code"])
    codes = sorted({*by_unit, *odd}, key=lambda code: (code is None, code or ""))
    return run, [
        UnitFindings(code, names.get(code, word("no_unit")), by_unit.get(code, []), odd.get(code, []))
        for code in codes
    ]  # fmt: skip


def _grouped(rows: Iterable[Any], key: Any) -> Mapping[str | None, list[Any]]:
    found: dict[str | None, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _write(path: Path, unit: UnitFindings, run: Row, words: Translator) -> None:
    line = word("version_line", version=run["version"], as_of=day_text(run["as_of"]))
    with new_book(path, unit.name, dt.datetime.combine(run["as_of"], dt.time())) as book:
        sheets = Sheets(book, Paper(line, bool(run["is_synthetic"])))
        _write_rows(sheets, unit, words)
        _write_defects(sheets, unit, words)
    path.chmod(FILE_MODE)


def _write_rows(sheets: Sheets, unit: UnitFindings, words: Translator) -> None:
    columns = [
        Column(word("head_source"), 14), Column(word("head_file"), 40), Column(word("head_business_day"), 13, "day"),
        Column(word("head_row_place"), 18), Column(word("head_reason"), 30, "code"), Column(word("head_fix"), 80),
    ]  # fmt: skip
    rows = [
        [one.source, one.file_name, one.business_day, place, one.reason, words.fix_hint(one.source, one.reason)]
        for one in sorted(unit.rejections, key=lambda one: (one.source, one.business_day, one.file_name, one.reason))
        for place in _places(one)
    ]
    notes = [word("findings_unit", unit=unit.name, code=unit.code or "–"), word("findings_note")]
    if unit.row_count > min(len(rows), ROWS_SHOWN):
        notes.append(word("findings_more", shown=min(len(rows), ROWS_SHOWN), count=unit.row_count))
    sheets.table(word("sheet_rows"), word("title_rows"), notes, columns, rows[:ROWS_SHOWN])


def _places(rejection: Rejection) -> list[str]:
    """Return where the rejected rows stand in the file: a row's number, or its cell or path where that differs."""
    return [rejection.places.get(number, str(number)) for number in rejection.numbers]


def _write_defects(sheets: Sheets, unit: UnitFindings, words: Translator) -> None:
    columns = [
        Column(word("head_defect"), 70), Column(word("head_dossier"), 26, "code"),
        Column(word("head_procedure_code"), 14, "code"), Column(word("head_received"), 13, "day"),
        Column(word("head_due"), 13, "day"),
    ]  # fmt: skip
    rows = [
        [words.t(f"odd_{row['defect']}"), row["dossier_code"], row["procedure_code"], row["received_date"],
         row["due_date"]]
        for row in unit.defects
    ]  # fmt: skip
    notes = [word("findings_unit", unit=unit.name, code=unit.code or "–"), word("defects_note", most=DEFECTS_SHOWN)]
    sheets.table(word("sheet_defects"), word("title_defects"), notes, columns, rows)
