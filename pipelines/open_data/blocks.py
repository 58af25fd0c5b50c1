"""Which figures the attacker puts together: the subjects of the attack, out of the cells of a vintage.

Belongs here: a unit in a year, all levels of a year against the province, a field in a year against its procedures, the
channels of feedback. The attacker is given the rule, why each figure is hidden, and every total of a level, field list
or channel list exactly, as if somebody had told. Does not belong here: solving (`attack`), giving up (`defend`).
"""

from collections.abc import Iterator

import duckdb
from scipy.sparse import block_diag, csr_array, vstack

from pipelines.open_data.defend import Figure, Frame, Subject
from pipelines.open_data.rules import Rules
from pipelines.open_data.structure import Period, Rows, Structure, structure_of

Connection = duckdb.DuckDBPyConnection
CHANNEL_MEASURES = ["feedback_due", "feedback_in_time"]
SHOWN_BEFORE = 100  # what is out already is given up after everything else
PERIODS = """
    select period_code, period_type, start_date::date, end_date::date from period
    where year(end_date) = ? order by start_date, end_date, period_code
"""
CELLS = """
    select c.unit_code, c.unit_level, c.measure, c.period_code, c.cell, f.n, f.value, f.is_hidden_too,
        b.cell is not null as was_shown
    from cell c
    join figure f using (cell)
    join period p using (period_code)
    left join shown_before b on (b.cell, b.n, b.k) = (f.cell, f.n, f.k)
    where c.scope = ? and year(p.end_date) = ?
    order by c.unit_code, c.unit_level
"""
PLACES = dict[tuple[str, str], str]  # measure and period of a row: the name of its cell


class Cells:
    """The cells of one scope and year: by subject, the names of the rows, and what is known of each name."""

    def __init__(self, connection: Connection, rules: Rules, scope: str, year: int) -> None:
        self.places: dict[tuple[str, str], PLACES] = {}
        self.figures: dict[tuple[str, str], dict[str, Figure]] = {}
        self.hidden_too: set[str] = set()
        ranks = {measure: len(rules.give_up_last) - at for at, measure in enumerate(rules.give_up_last)}
        for unit, level, measure, period, cell, n, value, too, before in connection.execute(
            CELLS, [scope, year]
        ).fetchall():
            rank = ranks.get(measure, 0) + (SHOWN_BEFORE if before else 0)
            small = value is None and not too
            figure = Figure(n, None if small else value if value is not None else n, rank)
            self.places.setdefault((unit, level), {})[measure, period] = cell
            self.figures.setdefault((unit, level), {})[cell] = figure
            if too:
                self.hidden_too.add(cell)


def years(connection: Connection) -> list[int]:
    """The years in which closed periods end."""
    return [year for (year,) in connection.execute("select distinct year(end_date) from period order by 1").fetchall()]


def _periods(connection: Connection, year: int, *kinds: str) -> list[Period]:
    periods = connection.execute(PERIODS, [year]).fetchall()
    return [period for period in periods if not kinds or period[1] in kinds]


def _names(structure: Structure, places: PLACES) -> list[str]:
    return [places.get(place, "") for place in structure.cells]


def unit_subjects(connection: Connection, rules: Rules, year: int) -> Iterator[Subject]:
    """One subject per unit: all that is published of it for periods that end in the year."""
    structures = [structure_of(rules, _periods(connection, year), list(family)) for family in rules.together]
    cells = Cells(connection, rules, "unit", year)
    for key, places in cells.places.items():
        frames = [Frame(_names(s, places), s.shown, s.equal, s.positive) for s in structures]
        yield Subject(f"{key[0]} {year}", frames, cells.figures[key], cells.hidden_too & cells.figures[key].keys())


def _side_by_side(structure: Structure, places: list[PLACES], totals: PLACES, truth: dict[str, Figure]) -> Frame:
    """Several subjects at once, whose sums the attacker knows exactly."""
    copies = [csr_array(block_diag([part] * len(places), format="csr"))
              for part in (structure.shown, structure.equal, structure.positive)]  # fmt: skip
    sums = csr_array(vstack([structure.shown.T] * len(places)).T)
    names = [name for one in places for name in _names(structure, one)]
    known = [f"={truth[totals[place]].truth}" if place in totals else "" for place in structure.cells]
    return Frame(names + known, csr_array(vstack([copies[0], sums])), copies[1], copies[2])


def level_subject(connection: Connection, rules: Rules, year: int) -> Subject:
    """All levels of a year, with every figure of the province known exactly."""
    levels, whole = Cells(connection, rules, "level", year), Cells(connection, rules, "province", year)
    totals = next(iter(whole.places.values()))
    truth = next(iter(whole.figures.values()))
    frames = [
        _side_by_side(structure_of(rules, _periods(connection, year), list(family)), list(levels.places.values()),
                      totals, truth)
        for family in rules.together
    ]  # fmt: skip
    return _of_known_totals(f"levels {year}", frames, levels, totals, truth, rules.narrowest)


def _of_known_totals(label: str, frames: list[Frame], parts: Cells, totals: PLACES, truth: dict[str, Figure],
                     narrowest: int) -> Subject:  # fmt: skip
    """The subject, leaving alone what a known total under `narrowest` tells without any publication."""
    figures = {name: figure for one in parts.figures.values() for name, figure in one.items()}
    small = {place for place, name in totals.items() if truth[name].truth < narrowest}
    told = {places[place] for places in parts.places.values() for place in small & places.keys()}
    return Subject(label, frames, figures, parts.hidden_too, told)


def channel_subject(connection: Connection, rules: Rules, year: int) -> Subject:
    """All channels of feedback of a year, with the province's figures known exactly."""
    channels, whole = Cells(connection, rules, "channel", year), Cells(connection, rules, "province", year)
    structure = structure_of(rules, _periods(connection, year, "quarter"), CHANNEL_MEASURES)
    totals, truth = next(iter(whole.places.values())), next(iter(whole.figures.values()))
    frame = _side_by_side(structure, list(channels.places.values()), totals, truth)
    return _of_known_totals(f"channels {year}", [frame], channels, totals, truth, rules.narrowest)


def field_subjects(connection: Connection, rules: Rules, year: int) -> Iterator[Subject]:
    """One subject per field: its levels month by month, and what its procedures received in the whole year."""
    measures = ["received", "received_online", "resolved", "resolved_in_time"]
    months = _periods(connection, year, "month")
    structure = structure_of(rules, months, measures)
    fields, procedures = Cells(connection, rules, "field", year), Cells(connection, rules, "procedure", year)
    of_field = connection.execute("select procedure_code, field from procedure where not is_sensitive").fetchall()
    for field in sorted({key[0] for key in fields.places}):
        keys = [key for key in fields.places if key[0] == field]
        inner = [key for code, of in of_field if of == field for key in procedures.places if key[0] == code]
        figures = {n: f for key in keys for n, f in fields.figures[key].items()}
        figures |= {n: f for key in inner for n, f in procedures.figures[key].items()}
        names = [name for key in keys for name in _names(structure, fields.places[key])]
        names += [name for key in inner for name in procedures.places[key].values()]
        yield Subject(f"{field} {year}", [_with_procedures(structure, names, len(keys), len(inner))], figures,
                      (fields.hidden_too | procedures.hidden_too) & figures.keys())  # fmt: skip


def _with_procedures(structure: Structure, names: list[str], copies: int, procedures: int) -> Frame:
    """A field's levels side by side, and its procedures: these received at least what the levels show, as a level
    where a procedure is not offered is not shown."""
    width = structure.width * copies + procedures
    own = Rows()
    for at in range(procedures):
        own.add([structure.width * copies + at])
    received = Rows()
    if procedures:
        flows = structure.shown[[row for row, (m, _) in enumerate(structure.cells) if m == "received"]].indices
        received.add(list(range(structure.width * copies, width)),
                     [int(column) + structure.width * copy for copy in range(copies) for column in flows])  # fmt: skip

    def wide(part: csr_array, extra: Rows) -> csr_array:
        beside = block_diag([part] * copies, format="csr")
        padded = csr_array((beside.data, beside.indices, beside.indptr), shape=(beside.shape[0], width))
        return csr_array(vstack([padded, extra.matrix(width)]))

    none = Rows()
    return Frame(names, wide(structure.shown, own), wide(structure.equal, none), wide(structure.positive, received))
