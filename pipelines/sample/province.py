"""Draw the synthetic province and write it (`write_province`, the entry point of the package).

Belongs here: the order of drawing and writing. Does not belong here: any rule, any format.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.common.errors import TthcError
from pipelines.sample.applicants import draw_applicants
from pipelines.sample.arrivals import draw_arrivals
from pipelines.sample.behaviour import Behaviour, Ints, load_behaviour
from pipelines.sample.child_tables import CHILDREN, ChildTables
from pipelines.sample.clock import Clock, end_of
from pipelines.sample.deliveries import Cadence, delivery_days, draw_entry_times, first_edition, index_of
from pipelines.sample.dossier_table import DossierTable
from pipelines.sample.events import draw_apologies, draw_notices, draw_ratings, draw_steps
from pipelines.sample.extracts import ENVELOPE_LISTS, Writer
from pipelines.sample.faults import Faults, plan_faults
from pipelines.sample.lifecycles import draw_lifecycles
from pipelines.sample.limits import draw_limits
from pipelines.sample.lists import (
    draw_feedback,
    procedure_list,
    reported_figures,
    task_reports,
    unit_list,
)
from pipelines.sample.papers import draw_papers
from pipelines.sample.portal import PortalPoints
from pipelines.sample.province_draws import ProvinceDraws
from pipelines.sample.reference import Reference, load_reference
from pipelines.sample.span import Span
from pipelines.sample.truth import truth_of
from pipelines.settings import Settings

TRUTH_FILE = "truth.json"
REGISTERS = Path(__file__).parents[2] / "registers"
PROVINCE: str = Settings.model_fields["province"].default

Progress = Callable[[str, int, int], None]


def write_province(
    out: Path,
    dossiers: int | None = None,
    seed: int | None = None,
    faults: bool = False,
    registers: Path = REGISTERS,
    province: str = PROVINCE,
    progress: Progress | None = None,
    *,
    cadence: Cadence = "monthly",
    years: Span | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
    by_night: bool = False,
) -> dict[str, Any]:
    """Write deliveries of some years, `truth.json` and a notice that all of it is synthetic.

    The same arguments give the same bytes. The first delivery carries everything before it; the truth is as of the last
    one.

    Args:
        out: The landing folder.
        dossiers: How many dossiers; None takes the number of the province's register.
        seed: Seed of all random draws; None takes that of `behaviour.yml`.
        faults: True adds known numbers of wrong rows, which must not change any figure.
        registers: The folder of registers.
        province: The province's folder in it.
        progress: Called after each delivery with its business day, how many are done, and how many there are.
        cadence: Monthly or daily deliveries (`deliveries.delivery_days`).
        years: The years that are drawn; None takes first and last day from the province's register.
        first: Business day of the first delivery; None is the first day of the years.
        last: Business day of the last delivery; None is their last day.
        by_night: True writes `<night>/<source>/<business day>/`, and some files twice: an incomplete edition first,
            and the whole file the next night.

    Returns:
        The content of `truth.json`.

    Raises:
        FileExistsError: If `out` already holds dossiers.
        ValueError: For fewer than one dossier.
        UsageFault: For days of other years.
        TthcError: If nobody says which years, or the calendar lacks one (`load_reference`).
    """
    if dossiers is not None and dossiers < 1:
        raise ValueError("a province needs at least one dossier")
    for found in (out / "ho_so", *out.glob("*/ho_so")):
        if found.exists():
            raise FileExistsError(f"{found} already holds deliveries")
    behaviour = load_behaviour()
    seed = behaviour["seed"] if seed is None else seed
    reference = load_reference(registers, province, years)
    if years is None and reference.province.sample is not None:
        first, last = first or reference.province.sample.first, last or reference.province.sample.last
    if dossiers is None:
        if reference.province.sample is None:
            raise TthcError("sample_years_missing", province=province)
        dossiers = reference.province.sample.dossiers
    days = delivery_days(reference.span, cadence, first, last)
    draws = draw_province(dossiers, seed, behaviour, reference, days)
    planted = plan_faults(draws) if faults else None
    writer = Writer(out, by_night)
    deliver(draws, writer, planted, progress)
    truth = {
        "synthetic": True,
        "seed": seed,
        "dossiers": dossiers,
        "as_of": draws.deliveries[-1],
        "province": reference.province_code,
        "planted": dict(sorted(writer.rows.items())),
        **truth_of(draws),
        "faults": planted.report() if planted else {},
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (out / TRUTH_FILE).write_text(text + "\n", encoding="utf-8")
    notice = Path(__file__).with_name("README-SYNTHETIC.md").read_text(encoding="utf-8")
    (out / "README-SYNTHETIC.md").write_text(notice, encoding="utf-8")
    return truth


def draw_province(
    count: int, seed: int, behaviour: Behaviour, reference: Reference, deliveries: tuple[str, ...]
) -> ProvinceDraws:
    """Return all draws up to the last of these business days (ISO)."""
    as_of = end_of(deliveries[-1])
    clock, limits = Clock(reference.calendar), draw_limits(seed, behaviour, reference)
    arrivals = draw_arrivals(count, seed, behaviour, reference, clock, limits)
    lifecycles = draw_lifecycles(arrivals, seed, behaviour, reference, clock, limits, as_of)
    return ProvinceDraws(
        seed=seed,
        behaviour=behaviour,
        reference=reference,
        limits=limits,
        clock=clock,
        deliveries=deliveries,
        lifecycles=lifecycles,
        papers=draw_papers(lifecycles, seed, behaviour, limits),
        applicants=draw_applicants(count, seed, behaviour),
        steps=draw_steps(lifecycles, seed, behaviour, clock, as_of),
        ratings=draw_ratings(lifecycles, seed, behaviour, as_of),
        notices=draw_notices(lifecycles, seed, behaviour, as_of),
        apologies=draw_apologies(lifecycles, seed, behaviour, clock, as_of),
        entered=draw_entry_times(arrivals, seed, behaviour, as_of),
    )


def deliver(
    province: ProvinceDraws, writer: Writer, planted: Faults | None = None, progress: Progress | None = None
) -> None:
    """Write all draws, delivery by delivery; `planted` adds wrong rows to each table."""
    dossiers, children, feedback = DossierTable(province), ChildTables(province), draw_feedback(province)
    last, span = len(province.deliveries) - 1, province.reference.span
    quarter_of, month_of = (_rounds(province, span.ends_of(months)) for months in (3, 1))
    portal, listed = PortalPoints(province, dossiers), unit_list(province, int(province.ends[0]))

    def put(source: str, day: str, table: pl.DataFrame) -> None:
        table = planted.spoil(source, day, table) if planted else table
        again = province.deliveries[nth + 1] if writer.by_night and nth < last else None
        earlier = first_edition(province.seed, province.behaviour, source, day, table) if again else None
        if earlier is not None:
            writer.first_edition(source, day, earlier)
        writer.csv(source, day, table, again if earlier is not None else None)

    for nth, day in enumerate(province.deliveries):
        at = int(province.ends[nth])
        changed = province.changed(nth)
        apart = province.in_envelope(changed) & (nth == last)
        put("ho_so", day, dossiers.states(changed[~apart], at))
        put("dvcqg", day, dossiers.copies(changed, at))
        for source in CHILDREN:
            rows = children.rows_of(source, nth)
            if nth == last and source in ENVELOPE_LISTS:
                rows = rows[~province.in_envelope(children.dossiers(source, rows))]
            put(source, day, children.table(source, rows, at))
        put("phan_anh", day, feedback.delivered(nth))
        units = unit_list(province, at)
        if nth in (0, last) or not units.equals(listed):
            writer.csv("don_vi", day, units)
        listed = units
        for source, table in _lists_due(province, portal, nth, month_of, quarter_of):
            writer.csv(source, day, table)
        if progress:
            progress(day, nth + 1, len(province.deliveries))
    _write_message(province, writer, dossiers, children, province.changed(last))


def _lists_due(
    province: ProvinceDraws, portal: PortalPoints, nth: int, month_of: dict[int, int], quarter_of: dict[int, int]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield what the nth delivery holds because a month or a quarter has ended, with its source."""
    if nth == 0 or nth in month_of:
        yield "thu_tuc", procedure_list(province, int(province.ends[nth]))
    if nth in month_of:
        yield "diem_766", portal.shown(province.deliveries[nth])
    if nth in quarter_of:
        yield "so_lieu", reported_figures(province, quarter_of[nth])
        yield "nhiem_vu", task_reports(province, quarter_of[nth], province.deliveries[nth])


def _rounds(province: ProvinceDraws, ends: list[str]) -> dict[int, int]:
    """Return, by position of a delivery, the newest reporting round that ended since the delivery before."""
    return {int(nth): number for number, nth in enumerate(index_of(province.ends, ends))}


def _write_message(
    province: ProvinceDraws, writer: Writer, dossiers: DossierTable, children: ChildTables, changed: Ints
) -> None:
    """Write the sync message, which carries each dossier with all of its child rows."""
    rows, at = changed[province.in_envelope(changed)], province.as_of
    nested = {source: children.table(source, children.rows_with(source, rows), at) for source in ENVELOPE_LISTS}
    unit = province.reference.units["MaDonVi"][province.envelope_unit]
    writer.message(province.deliveries[-1], unit, dossiers.states(rows, at), nested)
