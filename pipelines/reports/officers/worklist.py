"""The worklist of each unit: an Excel list of what to do something about, and the reminder letter where it is late.

Belongs here: reading `marts.worklist` of the current version, and which files are written, kept or removed. A unit
whose list is that of its workbook keeps it, with the version that it was made of. Does not belong here: what stands in
the files (`worklist_book`, `worklist_steps`, `worklist_letter`), what is to be done (registers/vietnam/worklist.yml).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.errors import TthcError
from pipelines.common.files import fingerprint, link_or_copy, remove_tree, sync_all, unfinished
from pipelines.common.sql import read_sql
from pipelines.contracts.model import load_contracts
from pipelines.registers.report_words import WORDS_FILE, ReportWords, templates_dir
from pipelines.registers.steps import STEPS_FILE, StepsSheet, load_steps_shown
from pipelines.registers.worklist import WORKLIST_FILE, Worklist, load_worklist
from pipelines.reports.officers.facts import Row, read_rows
from pipelines.reports.officers.files import FILE_MODE, SAFE_NAME, WORKLIST, officers_folder, read_record, write_record
from pipelines.reports.officers.worklist_book import write_list
from pipelines.reports.officers.worklist_letter import LETTER_TEMPLATE, letter_values, write_letter
from pipelines.reports.officers.write import read_words
from pipelines.reports.sql_shell import read_only_connection
from pipelines.settings import Settings

INDEX = "worklist.json"


def file_name_of(unit_code: str) -> str:
    """Return the name of a unit's files: its code, or a hash where that holds what a file's name may not."""
    return unit_code if SAFE_NAME.fullmatch(unit_code) else hashlib.sha256(unit_code.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class UnitWork:
    """What one unit has to do something about.

    Attributes:
        counts: How many of its open dossiers stand how (sql/worklist_units.sql).
        dossiers: The dossiers themselves, most urgent first (sql/worklist.sql).
        steps: Steps of its procedures that take most days (sql/worklist_steps.sql); None if the version knows none.
    """

    counts: Row
    dossiers: Sequence[Row]
    steps: Sequence[Row] | None

    @property
    def file_name(self) -> str:
        """The name of its files, without their endings."""
        return file_name_of(str(self.counts["unit_code"]))

    @property
    def digest(self) -> str:
        """A hash of everything that its files say."""
        return hashlib.sha256(repr((self.counts, self.dossiers, self.steps)).encode()).hexdigest()


@dataclass(frozen=True)
class Wording:
    """What the files say besides figures: the row of `dim_run`, registers, and names of statuses by code."""

    run: Row
    words: ReportWords
    register: Worklist
    statuses: Mapping[str, str]
    template: Path


def write_worklist(settings: Settings) -> list[Path]:
    """Write lists and letters of all units of the current version, and remove those of units without any.

    Returns:
        Lists and letters, by unit code.

    Raises:
        TthcError: If there is no version, or if words, register or template are broken.
    """
    with read_only_connection(settings) as connection:
        run, units = read_worklist(connection, load_steps_shown(settings.country_dir).sheet)
    wording = _wording(settings, run)
    folder = officers_folder(settings.reports_dir) / WORKLIST
    writing = _writing_of(settings, run)
    record = read_record(folder / INDEX)
    earlier: Row = record["units"] if record is not None and record["writing"] == writing else {}
    waiting = unfinished(folder)
    remove_tree(waiting)
    officers_folder(waiting)
    made: dict[str, Row] = {}
    for unit in units:
        known = earlier.get(unit.file_name)
        if known is not None and known["digest"] == unit.digest and _kept(folder, waiting, known["files"]):
            made[unit.file_name] = known
        else:
            made[unit.file_name] = {"digest": unit.digest, "files": list(_write(waiting, unit, wording))}
    write_record(waiting / INDEX, {"version": run["version"], "writing": writing, "units": made})
    sync_all(waiting)
    remove_tree(folder)
    waiting.rename(folder)
    return [folder / name for unit in made.values() for name in unit["files"]]


def read_worklist(connection: duckdb.DuckDBPyConnection, shown: StepsSheet) -> tuple[Row, list[UnitWork]]:
    """Return the row of `dim_run`, and what each unit has to do something about, by unit code.

    Args:
        connection: An open version.
        shown: How many steps of a unit are shown.

    Raises:
        TthcError: If the version was made by a release that had no worklist.
    """
    (run,) = read_rows(connection, "select * from marts.dim_run")
    if not read_rows(
        connection, "select 1 from duckdb_tables() where (schema_name, table_name) = ('marts', 'worklist')"
    ):
        raise TthcError("worklist_missing", version=run["version"])
    counts = {row["unit_code"]: row for row in read_rows(connection, read_sql(__package__, "sql/worklist_units"))}
    dossiers = read_rows(connection, read_sql(__package__, "sql/worklist"))
    steps = _read_steps(connection, run, shown)
    return run, [
        UnitWork(counts[code], rows, None if steps is None else steps.get(code, []))
        for code, rows in _by_unit(dossiers).items()
    ]


def _read_steps(connection: duckdb.DuckDBPyConnection, run: Row, shown: StepsSheet) -> dict[str, list[Row]] | None:
    """Return steps by unit; None if the version was made by a release that had no such table."""
    try:
        return _by_unit(
            read_rows(
                connection, read_sql(__package__, "sql/worklist_steps"), {"as_of": run["as_of"], "steps": shown.steps}
            )
        )
    except duckdb.CatalogException:
        return None


def _by_unit(rows: Sequence[Row]) -> dict[str, list[Row]]:
    return {code: list(own) for code, own in groupby(rows, key=lambda row: str(row["unit_code"]))}


def _wording(settings: Settings, run: Row) -> Wording:
    labels = load_contracts(settings.contracts_dir)["ho_so"].by_name["TrangThaiHoSo"].labels
    codes = {code: name.vi for code, name in labels.items()}
    words = read_words(settings)
    template = templates_dir(settings.province_dir, words) / LETTER_TEMPLATE
    return Wording(run, words, load_worklist(settings.country_dir), codes, template)


def _writing_of(settings: Settings, run: Row) -> Row:
    """Return what words the files, besides what is in them: code, templates and registers, and the day.

    The day stands in each file, so on another day all are written anew.
    """
    templates = templates_dir(settings.province_dir, read_words(settings))
    places = (
        Path(__file__).parent, templates, settings.province_dir / WORDS_FILE, settings.country_dir / WORKLIST_FILE,
        settings.country_dir / STEPS_FILE, settings.contracts_dir / "ho_so.yml",
    )  # fmt: skip
    return {"by": fingerprint(*places), "as_of": run["as_of"].isoformat(), "synthetic": bool(run["is_synthetic"])}


def _kept(folder: Path, waiting: Path, names: Sequence[str]) -> bool:
    """Return True if the files lie there, and take them over."""
    if not all((folder / name).is_file() for name in names):
        return False
    for name in names:
        link_or_copy(folder / name, waiting / name)
    return True


def _write(folder: Path, unit: UnitWork, wording: Wording) -> Iterator[str]:
    """Write the list of a unit, and its letter if any dossier is late; yield their names."""
    parts: dict[str, Any] = {
        "run": wording.run, "register": wording.register, "statuses": wording.statuses,
    }  # fmt: skip
    workbook = folder / f"{unit.file_name}.xlsx"
    write_list(workbook, unit.counts, unit.dossiers, unit.steps, **parts)
    workbook.chmod(FILE_MODE)
    yield workbook.name
    if unit.counts["overdue"]:
        letter = folder / f"{unit.file_name}.docx"
        write_letter(wording.template, letter_values(unit.counts, unit.dossiers, words=wording.words, **parts), letter)
        letter.chmod(FILE_MODE)
        yield letter.name
