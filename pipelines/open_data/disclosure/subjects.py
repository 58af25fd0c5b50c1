"""Subjects of the attack: groups of figures that an attacker can combine, built from the cells of a vintage.

Belongs here: a unit, level or channel in a year, and a field in a year with its procedures. Each subject has all its
published figures, those of earlier vintages included, and the reason of each hidden one. Does not belong here: sums
over subjects (`run_attacks`), solving (`attack`), hiding (`defence`).
"""

from collections.abc import Iterator

import duckdb
from scipy.sparse import block_diag, csr_array, vstack

from pipelines.common.sql import read_sql
from pipelines.open_data.disclosure.constraints import Period, SparseRows, Structure, build_constraints
from pipelines.open_data.disclosure.defence import AttackedSubject, Frame, HiddenFigure
from pipelines.registers.disclosure import DisclosureRules

Connection = duckdb.DuckDBPyConnection
PERIODS = """
    select period_code, period_type, start_date::date, end_date::date from period
    where year(end_date) = ? order by start_date, end_date, period_code
"""
PLACES = dict[tuple[str, str], str]  # measure and period of a row: the name of its cell
KEY = tuple[str, str]  # unit, field, procedure or channel, and level


class Cells:
    """The cells of one scope and year, by subject.

    Attributes:
        places: Per subject the cell of each measure and period.
        figures: Per subject its figures, by cell.
        hidden_too: Cells that are hidden for the sake of others.
    """

    def __init__(self, connection: Connection, scope: str, year: int) -> None:
        self.places: dict[KEY, PLACES] = {}
        self.figures: dict[KEY, dict[str, HiddenFigure]] = {}
        self.hidden_too: set[str] = set()
        for unit, level, measure, period, cell, n, low, high, free_low, free_high, hidden, too in connection.execute(
            read_sql(__package__, "sql/cells_of_scope"), [scope, year]
        ).fetchall():
            self.figures.setdefault((unit, level), {})[cell] = HiddenFigure(
                n, (low, high), (free_low, free_high), hidden
            )
            self.places.setdefault((unit, level), {})[measure, period] = cell
            if too:
                self.hidden_too.add(cell)


def years(connection: Connection) -> list[int]:
    """Return the years in which closed periods end."""
    return [year for (year,) in connection.execute("select distinct year(end_date) from period order by 1").fetchall()]


def measures_of(connection: Connection, scope: str) -> list[str]:
    """Return the measures that are counted for subjects of a scope."""
    rows = connection.execute("select distinct measure from measure_of where scope = ? order by 1", [scope]).fetchall()
    return [measure for (measure,) in rows]


def _periods(connection: Connection, year: int, *kinds: str) -> list[Period]:
    periods = connection.execute(PERIODS, [year]).fetchall()
    return [period for period in periods if not kinds or period[1] in kinds]


def _names(structure: Structure, places: PLACES) -> list[str]:
    return [places.get(place, "") for place in structure.cells]


def own_subjects(connection: Connection, rules: DisclosureRules, year: int) -> Iterator[AttackedSubject]:
    """Yield one subject for each level, channel and unit, with its figures of periods that end in the year."""
    for scope in ("level", "channel", "unit"):
        periods = _periods(connection, year, *(["quarter"] if scope == "channel" else []))
        counted = measures_of(connection, "channel" if scope == "channel" else "unit")
        pairs = [[whole, part] for whole, part in rules.within.items() if {whole, part} <= set(counted)]
        structures = [build_constraints(rules, periods, pair) for pair in pairs] if periods else []
        cells = Cells(connection, scope, year)
        for key, places in cells.places.items():
            frames = [Frame(_names(s, places), s.shown, s.positive) for s in structures]
            hidden_too = cells.hidden_too & cells.figures[key].keys()
            yield AttackedSubject(f"{key[0]} {key[1]} {year}", frames, cells.figures[key], hidden_too)


def field_subjects(connection: Connection, rules: DisclosureRules, year: int) -> Iterator[AttackedSubject]:
    """Yield one subject per field: its levels by month, and the dossiers that its procedures received in the year."""
    months = _periods(connection, year, "month")
    structure = build_constraints(rules, months, measures_of(connection, "field"))
    fields, procedures = Cells(connection, "field", year), Cells(connection, "procedure", year)
    of_field = connection.execute(
        "select procedure_code, field from procedure where not is_sensitive order by all"
    ).fetchall()
    of_procedure = {key[0]: key for key in procedures.places}
    for field in sorted({key[0] for key in fields.places}):
        keys = [key for key in fields.places if key[0] == field]
        inner = [of_procedure[code] for code, of in of_field if of == field and code in of_procedure]
        figures = {n: f for key in keys for n, f in fields.figures[key].items()}
        figures |= {n: f for key in inner for n, f in procedures.figures[key].items()}
        names = [name for key in keys for name in _names(structure, fields.places[key])]
        names += [name for key in inner for name in procedures.places[key].values()]
        yield AttackedSubject(f"{field} {year}", [_with_procedures(structure, names, len(keys), len(inner))], figures,
                      (fields.hidden_too | procedures.hidden_too) & figures.keys())  # fmt: skip


def _with_procedures(structure: Structure, names: list[str], copies: int, procedures: int) -> Frame:
    """Return constraints on a field's levels and its procedures together.

    The procedures received at least as many dossiers as the levels show, since dossiers at a level where a procedure is
    not offered are not shown.
    """
    width = structure.width * copies + procedures
    own = SparseRows()
    for at in range(procedures):
        own.add([structure.width * copies + at])
    received = SparseRows()
    if procedures:
        flows = structure.shown[[row for row, (m, _) in enumerate(structure.cells) if m == "received"]].indices
        received.add(list(range(structure.width * copies, width)),
                     [int(column) + structure.width * copy for copy in range(copies) for column in flows])  # fmt: skip

    def wide(part: csr_array, extra: SparseRows) -> csr_array:
        beside = block_diag([part] * copies, format="csr")
        padded = csr_array((beside.data, beside.indices, beside.indptr), shape=(beside.shape[0], width))
        return csr_array(vstack([padded, extra.matrix(width)]))

    return Frame(names, wide(structure.shown, own), wide(structure.positive, received))
