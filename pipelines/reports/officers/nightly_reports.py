"""The reports that a night writes by itself: those of report periods that have ended.

They are written into the version before it is published, and copied to the reports' own folder afterwards. Belongs
here: which ones, and never failing the night. A report whose figures are those that lie there already is not written
again. PDF are made by `tthc report` alone. Does not belong here: writing one (`write`).
"""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.checksums import with_checksum
from pipelines.common.errors import TthcError
from pipelines.common.files import atomic_write
from pipelines.common.i18n import say
from pipelines.publish.read_only import open_read_only
from pipelines.publish.versions import current_version
from pipelines.reports.officers.facts import read_rows
from pipelines.reports.officers.files import (
    FILE_MODE,
    ReportFiles,
    is_as_written,
    officers_folder,
    read_record,
    report_files,
    write_record,
)
from pipelines.reports.officers.findings import write_findings
from pipelines.reports.officers.worklist import write_worklist
from pipelines.reports.officers.write import made_of, write_from, writing_of
from pipelines.reports.sql_shell import read_only_connection
from pipelines.settings import DATABASE_FILE, REPORTS_FOLDER, Settings

log = logging.getLogger("tthc.reports")
NIGHT = "night.json"  # which version and templates the last night's reports are of
# Report periods that ended this year and in the last: older ones are written on demand (`tthc report --period`).
ENDED_PERIODS = """
    select p.period_code from marts.dim_period p cross join marts.dim_run r
    where p.period_type = 'report' and p.is_closed and year(p.end_date) >= year(r.as_of) - 1 order by p.end_date
"""


def write_nightly(settings: Settings, *, is_new: bool = True) -> dict[str, str]:
    """Write the reports of ended report periods, and findings and worklists of units, of the current version.

    Args:
        settings: The installation.
        is_new: False if the night had nothing new, so that findings are those that lie there.

    Returns:
        What became of each: `written`, `unchanged`, or the code of the error that was logged; `all` stands for them
        together where nothing had to be looked at, or where no version could be read.
    """
    done: dict[str, str] = {}
    try:
        night = _night(settings)
        if not is_new and read_record(settings.reports_dir / NIGHT) == with_checksum(night):
            return {"all": "unchanged"}
        with read_only_connection(settings) as connection:
            for row in read_rows(connection, ENDED_PERIODS):
                root, version = settings.reports_dir, settings.current_link / REPORTS_FOLDER
                done[row["period_code"]] = _write_one(connection, settings, row["period_code"], root, version)
        if is_new:
            done["findings"] = _write_of_units("findings", write_findings, settings)
        done["worklist"] = _write_of_units("worklist", write_worklist, settings)
        if set(done.values()) <= {"written", "unchanged"}:
            write_record(officers_folder(settings.reports_dir) / NIGHT, night)
    except Exception as error:  # whatever is wrong with reports, the night has been published
        done["all"] = _failed("–", error)
    return done


def write_into_version(settings: Settings, version: Path) -> None:
    """Write the reports of ended report periods into the folder of a version that is about to be published.

    What lies in the reports' own folder with the same figures is copied. A fault is logged: the version is worth more
    than its reports.
    """
    try:
        with open_read_only(version / DATABASE_FILE, settings.duckdb_config()) as connection:
            connection.execute("set schema = 'marts'")
            for row in read_rows(connection, ENDED_PERIODS):
                _write_one(connection, settings, row["period_code"], version / REPORTS_FOLDER, settings.reports_dir)
    except Exception as error:
        _failed("–", error)


def _night(settings: Settings) -> dict[str, object]:
    """Return what the reports of a night follow from, told without opening the version."""
    return {"version": current_version(settings), "writing": writing_of(settings)}


def _write_one(
    connection: duckdb.DuckDBPyConnection, settings: Settings, period: str, root: Path, other: Path
) -> str:  # fmt: skip
    """Write a report below `root`, or copy it from the same folder below `other` if that has it with these figures."""
    try:
        wanted = made_of(connection, settings, period)
        if _lies_there(report_files(settings, period, root), wanted):
            return "unchanged"
        found = report_files(settings, period, other)
        if _lies_there(found, wanted) and is_as_written(found):
            _copy(found, report_files(settings, period, root))
        else:
            write_from(connection, settings, period, pdf=False, root=root)
    except Exception as error:
        return _failed(period, error)
    return "written"


def _lies_there(files: ReportFiles, wanted: dict[str, Any]) -> bool:
    """Return True if a folder has the report that would be written, whatever version it was made of."""
    record = read_record(files.record)
    if record is None or not all(Path(files.folder, name).is_file() for name in record["files"]):
        return False
    return bool(record["made_of"] == wanted)


def _copy(source: ReportFiles, target: ReportFiles) -> None:
    """Copy the files of a report, the record that vouches for them last."""
    officers_folder(target.folder.parent)
    officers_folder(target.folder)
    record = read_record(source.record) or {"files": {}}
    for name in (*record["files"], source.record.name):
        with atomic_write(target.folder / name, FILE_MODE) as waiting:
            shutil.copyfile(source.folder / name, waiting)
        Path(target.folder, name).with_suffix(".pdf").unlink(missing_ok=True)


def _write_of_units(name: str, write: Callable[[Settings], object], settings: Settings) -> str:
    try:
        write(settings)
    except Exception as error:
        return _failed(name, error)
    return "written"


def _failed(period: str, error: Exception) -> str:
    """Log why a report was not written, and return the code of the error."""
    why = str(error) if isinstance(error, TthcError) else type(error).__name__
    log.warning(say("report_failed", period=period, why=why))
    return error.code if isinstance(error, TthcError) else type(error).__name__
