"""What is compared: the tables of SQL and oracle as counted rows, and the rows that only one of them has.

Here: how a row of either side reads. Not here: how either side comes about.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields
from operator import attrgetter

from . import reference
from .compiled import Warehouse
from .periods import periods
from .records import Dossier, Settled
from .settle import day_of, settle
from .world import SOURCES, World

FORM = [field.name for field in fields(reference.HandlingStatus)][2:]
SHOWN = 3
_counts = attrgetter(*FORM)

QUERIES = {
    "dim_period": "select period_code, period_type, start_date, end_date, report_due_date, cut_date, is_closed"
    " from tthc.marts.dim_period",
    "handling_status": f"select period_code, scope, unit_code, unit_level, {', '.join(FORM)}"
    " from tthc.marts.handling_status",
    "indicator_values": "select indicator_code, rule, period_code, scope, unit_code, unit_level, numerator,"
    " denominator, value, target, met, is_closed, missing_source from tthc.marts.indicator_values",
    "fct_timeliness": "select dossier_code, procedure_code, unit_code, unit_level, status_code, received_date,"
    " due_date, finished_date, is_withdrawn, outcome, calendar_days, days_late, supplement_count, newer_state_rejected"
    " from tthc.marts.fct_timeliness",
    "fct_online_share": "select dossier_code, procedure_code, unit_code, unit_level, received_date, channel_code,"
    " is_online from tthc.marts.fct_online_share",
    "fct_digitisation": "select dossier_code, procedure_code, unit_code, unit_level, received_date, component_count,"
    " digitised_component_count, is_digitised from tthc.marts.fct_digitisation",
    "fct_payments": "select dossier_code, fee_code, unit_code, unit_level, amount_vnd, is_paid, paid_date,"
    " payment_method, is_online from tthc.marts.fct_payments",
}


def disagreements(warehouse: Warehouse, world: World) -> Iterator[str]:
    """Builds a world; every table in which SQL and oracle differ, with the first rows that only one of them has."""
    warehouse.build(world)
    settled = settle(world.records())
    for name, expected in _figures(settled, world).items():
        yield from _difference(name, expected, Counter(warehouse.rows(QUERIES[name])), MAY_BE_ABSENT.get(name))
    for source in SOURCES:
        yield from _difference(f"rows_{source}", _fates(settled, world, source), _found_fates(warehouse, world, source))


def _difference(
    name: str, expected: Counter, got: Counter, may_be_absent: Callable[[tuple], bool] | None = None
) -> Iterator[str]:
    only_oracle, only_sql = expected - got, got - expected
    if may_be_absent:
        only_oracle = Counter({row: count for row, count in only_oracle.items() if not may_be_absent(row)})
    if only_oracle or only_sql:
        first = [sorted(map(str, side.elements()))[:SHOWN] for side in (only_oracle, only_sql)]
        yield f"{name}\n    only the oracle has {first[0]}\n    only the SQL has    {first[1]}"


# The oracle gives a row for every subject and period, rows of zeros included; SQL may leave those out.
MAY_BE_ABSENT: dict[str, Callable[[tuple], bool]] = {
    "handling_status": lambda row: not any(row[4:]),
    "indicator_values": lambda row: row[7] == 0,
}


def _figures(settled: Settled, world: World) -> dict[str, Counter]:
    form = reference.handling_status(settled, world.as_of)
    values = reference.indicator_values(settled, world.as_of)
    dossiers = settled.dossiers
    return {
        "dim_period": Counter(
            (p.code, p.kind, p.start, p.end, p.report_due, p.cut, p.is_closed) for p in periods(world.as_of)
        ),
        "handling_status": Counter((row.period_code, *row.subject, *_counts(row)) for row in form),
        "indicator_values": Counter(
            (v.indicator_code, "plan", v.period_code, *v.subject, v.numerator, v.denominator,
             v.value, v.target, v.met, v.is_closed, None)
            for v in values
        ),
        "fct_timeliness": Counter(map(_timeliness, dossiers)),
        "fct_online_share": Counter((*_whose(d), d.received, d.channel, d.channel == 2) for d in dossiers),
        "fct_digitisation": Counter((*_whose(d), d.received, *_components(d)) for d in dossiers),
        "fct_payments": Counter(
            (d.code, fee.MaPhiLePhi, d.unit_code, d.unit_level, fee.Gia, fee.TrangThaiThanhToan == 1,
             day_of(fee.NgayThuPhi), fee.HinhThucThanhToan, fee.HinhThucThanhToan == "truc-tuyen")
            for d in dossiers
            for fee in d.fees
        ),
    }  # fmt: skip


def _whose(dossier: Dossier) -> tuple[str, str, str, str]:
    return dossier.code, dossier.procedure_code, dossier.unit_code, dossier.unit_level


def _timeliness(dossier: Dossier) -> tuple:
    finished, outcome = dossier.finished, reference.outcome(dossier)
    return (
        *_whose(dossier), dossier.status, dossier.received, dossier.due, finished,
        dossier.status == 7 and finished is not None, outcome,
        None if finished is None else (finished - dossier.received).days,
        (finished - dossier.due).days if outcome == "overdue" else None,
        len(dossier.supplements), dossier.newer_state_rejected,
    )  # fmt: skip


def _components(dossier: Dossier) -> tuple[int, int, bool]:
    live = [part for part in dossier.components if part.IsDeleted != 1]
    digitised = [part for part in live if part.DuocSoHoa == 1]
    return len(live), len(digitised), bool(digitised)


def _fates(settled: Settled, world: World, source: str) -> Counter:
    """Each row of a source in the lake with what the oracle says became of it; repeats are alike, so counted."""
    delivered = Counter(row for row, _ in world.lake_rows(source))
    rejected = Counter((row, "rejected", why) for why, row in settled.quarantine if row in delivered)
    superseded = Counter((row, "superseded", None) for row in settled.superseded if row in delivered)
    other = Counter(row for row, _, _ in (rejected + superseded).elements())
    return rejected + superseded + Counter((row, "accepted", None) for row in (delivered - other).elements())


def _found_fates(warehouse: Warehouse, world: World, source: str) -> Counter:
    """The same by SQL, whose rows are traced back to the delivered ones by file and row number."""
    at = {(place["_source_file"], place["_row_number"]): row for row, place in world.lake_rows(source)}
    found = warehouse.rows(f"select _source_file, _row_number, disposition, reason from workspace.state.rows_{source}")
    return Counter((at[file, number], disposition, reason) for file, number, disposition, reason in found)
