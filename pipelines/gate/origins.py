"""Where the rows that a failed check found were delivered: file and row, so that somebody can correct them there.

Asked only once something has failed, for the net behind the door: what a check finds all the same must lead back to a
delivery. Codes are used to look up rows and never leave this module, nor does any other value. Does not belong here:
the verdict itself.
"""

from pathlib import Path

import duckdb

from pipelines.engine import connect
from pipelines.gate.results import GateResult
from pipelines.gate.suites import MACROS_FILE, load_suites
from pipelines.patterns import fill_patterns
from pipelines.settings import Settings
from pipelines.transform.delivered import attach_delivered, place_of_key

# Column of a published table → source whose rows have it as their key, and that key.
LISTS = {
    "unit_code": ("don_vi", "MaDonVi"), "procedure_code": ("thu_tuc", "MaTTHC"), "dossier_code": ("ho_so", "MaHoSo"),
    "feedback_code": ("phan_anh", "MaPhanAnh"),
}  # fmt: skip
ROWS_SHOWN = 5
FOUND = "select * from ({check}) as found limit {most}"


def origins_of(result: GateResult, settings: Settings, candidate: Path, workspace: Path) -> dict[str, list[str]]:
    """Return, by `table.check` of what failed, up to five places such as `don_vi/2024-12-31/a.csv row 3`.

    A check that counts over the whole table, or whose rows name no unit, procedure, dossier or feedback, has none.
    """
    if not result.failures() or not workspace.is_file():
        return {}
    checks = {(table, check.id): check.sql for table, suite in load_suites(settings.expectations_dir).by_table.items()
              for check in suite.checks}  # fmt: skip
    failed = [(table, check.id) for table, check in result.failures() if checks.get((table, check.id))]
    macros = fill_patterns((settings.expectations_dir / MACROS_FILE).read_text(encoding="utf-8"))
    try:
        with connect(settings, candidate, read_only=True) as connection:
            attach_delivered(connection, workspace)
            connection.execute(macros)
            connection.execute("set schema = 'marts'")
            found = {f"{table}.{name}": _places(connection, str(checks[table, name])) for table, name in failed}
    except duckdb.Error:  # the refusal stands without places
        return {}
    return {check: places for check, places in found.items() if places}


def _places(connection: duckdb.DuckDBPyConnection, check: str) -> list[str]:
    try:
        result = connection.execute(FOUND.format(check=check.strip().rstrip(";"), most=ROWS_SHOWN))
        columns = [column[0] for column in result.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
        named = [(column, row[column]) for row in rows for column in LISTS if row.get(column)]
        places = [place_of_key(connection, *LISTS[column], code) for column, code in named]
    except duckdb.Error:  # it reads what only the gate lays out, such as the version before
        return []
    return sorted({place for place in places if place})
