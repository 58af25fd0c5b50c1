"""The reports that a night writes by itself: those of report periods that have ended.

Belongs here: which ones, and never failing the night. A report whose figures are those that lie there already is not
written again. PDF are made by `tthc report` alone. Does not belong here: writing one (`write`).
"""

import logging
from pathlib import Path

import duckdb

from pipelines.common.checksums import with_checksum
from pipelines.common.errors import TthcError
from pipelines.common.i18n import say
from pipelines.publish.versions import current_version
from pipelines.reports.officers.facts import read_rows
from pipelines.reports.officers.files import officers_folder, read_record, report_files, write_record
from pipelines.reports.officers.findings import write_findings
from pipelines.reports.officers.write import made_of, write_from, writing_of
from pipelines.reports.sql_shell import read_only_connection
from pipelines.settings import Settings

log = logging.getLogger("tthc.reports")
NIGHT = "night.json"  # which version and templates the last night's reports are of
# Report periods that ended this year and in the last: older ones are written on demand (`tthc report --period`).
ENDED_PERIODS = """
    select p.period_code from marts.dim_period p cross join marts.dim_run r
    where p.period_type = 'report' and p.is_closed and year(p.end_date) >= year(r.as_of) - 1 order by p.end_date
"""


def write_nightly(settings: Settings, *, is_new: bool = True) -> dict[str, str]:
    """Write the reports of ended report periods, and the findings of units, of the current version.

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
                done[row["period_code"]] = _write_one(connection, settings, row["period_code"])
        if is_new:
            done["findings"] = _write_findings(settings)
        if set(done.values()) <= {"written", "unchanged"}:
            write_record(officers_folder(settings.reports_dir) / NIGHT, night)
    except Exception as error:  # whatever is wrong with reports, the night has been published
        done["all"] = _failed("–", error)
    return done


def _night(settings: Settings) -> dict[str, object]:
    """Return what the reports of a night follow from, told without opening the version."""
    try:
        writing = writing_of(settings)
    except TthcError as broken:  # each report says so for itself, and the findings of units are written
        writing = broken.code
    return {"version": current_version(settings), "writing": writing}


def _write_one(connection: duckdb.DuckDBPyConnection, settings: Settings, period: str) -> str:
    try:
        if _lies_there(connection, settings, period):
            return "unchanged"
        write_from(connection, settings, period, pdf=False)
    except Exception as error:
        return _failed(period, error)
    return "written"


def _lies_there(connection: duckdb.DuckDBPyConnection, settings: Settings, period: str) -> bool:
    """Return True if the period's folder has the report that would be written, whatever version it was made of."""
    files = report_files(settings, period)
    record = read_record(files.record)
    if record is None or not all(Path(files.folder, name).is_file() for name in record["files"]):
        return False
    return bool(record["made_of"] == made_of(connection, settings, period))


def _write_findings(settings: Settings) -> str:
    try:
        write_findings(settings)
    except Exception as error:
        return _failed("findings", error)
    return "written"


def _failed(period: str, error: Exception) -> str:
    """Log why a report was not written, and return the code of the error."""
    why = str(error) if isinstance(error, TthcError) else type(error).__name__
    log.warning(say("report_failed", period=period, why=why))
    return error.code if isinstance(error, TthcError) else type(error).__name__
