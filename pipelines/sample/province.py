"""Draws the synthetic province and writes it: the one function that other modules call.

Belongs here: the order of drawing and writing. Does not belong here: any rule, any format.
"""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.sample.arrivals import draw_arrivals
from pipelines.sample.behaviour import Behaviour, Ints, load_behaviour
from pipelines.sample.child_tables import CHILDREN, ChildTables
from pipelines.sample.clock import Clock, end_of
from pipelines.sample.deliveries import Cadence, delivery_days, draw_entry_times, first_edition, index_of
from pipelines.sample.doings import draw_apologies, draw_notices, draw_ratings, draw_steps
from pipelines.sample.dossier_table import DossierTable
from pipelines.sample.drawn import DrawnProvince
from pipelines.sample.extracts import ENVELOPE_LISTS, Writer
from pipelines.sample.faults import Faults, plan_faults
from pipelines.sample.lifecourse import draw_lifecycles
from pipelines.sample.limits import draw_limits
from pipelines.sample.lists import (
    draw_feedback,
    portal_points,
    procedure_list,
    reported_figures,
    task_reports,
    unit_list,
)
from pipelines.sample.papers import draw_papers
from pipelines.sample.persons import draw_persons
from pipelines.sample.reference import Reference, load_reference
from pipelines.sample.truth import truth_of

REGISTERS = Path(__file__).parents[2] / "registers"

Progress = Callable[[str, int, int], None]


def write_province(
    out: Path,
    dossiers: int = 100_000,
    seed: int = 2024,
    faults: bool = False,
    registers: Path = REGISTERS,
    province: str = "dong-nai",
    progress: Progress | None = None,
    *,
    cadence: Cadence = "monthly",
    first: dt.date | None = None,
    last: dt.date | None = None,
    by_night: bool = False,
) -> dict[str, Any]:
    """Write a year of deliveries below `out`, `truth.json` and a notice that all of it is synthetic.

    Return what `truth.json` holds. The same arguments give the same bytes. With `faults`, known numbers of wrong
    rows are added that must not change any number. `progress` is told (business day, done, of how many). `cadence`,
    `first` and `last` choose the days (`deliveries.delivery_days`): the first delivery carries all that came before it,
    and the truth is as of the last one. `by_night` writes `<night>/<source>/<business day>/`, and some files twice: as
    they came first, and the next night as they were delivered again.

    Raises:
        FileExistsError: If `out` already holds dossiers, ValueError for fewer than one dossier and for days of
            another year.
    """
    if dossiers < 1:
        raise ValueError("a province needs at least one dossier")
    for found in (out / "ho_so", *out.glob("*/ho_so")):
        if found.exists():
            raise FileExistsError(f"{found} already holds deliveries")
    behaviour = load_behaviour()
    days = delivery_days(behaviour["year"], cadence, first, last)
    reference = load_reference(registers, province, behaviour["year"])
    drawn = draw_province(dossiers, seed, behaviour, reference, days)
    planted = plan_faults(drawn) if faults else None
    writer = Writer(out, by_night)
    deliver(drawn, writer, planted, progress)
    truth = {
        "synthetic": True,
        "seed": seed,
        "dossiers": dossiers,
        "as_of": drawn.deliveries[-1],
        "province": reference.province_code,
        "planted": dict(sorted(writer.rows.items())),
        **truth_of(drawn),
        "faults": planted.report() if planted else {},
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (out / "truth.json").write_text(text + "\n", encoding="utf-8")
    notice = Path(__file__).with_name("README-SYNTHETIC.md").read_text(encoding="utf-8")
    (out / "README-SYNTHETIC.md").write_text(notice, encoding="utf-8")
    return truth


def draw_province(
    count: int, seed: int, behaviour: Behaviour, reference: Reference, deliveries: tuple[str, ...]
) -> DrawnProvince:
    """Return everything that happens up to the last of these business days, before anything is written."""
    as_of = end_of(deliveries[-1])
    clock, limits = Clock(reference.calendar), draw_limits(seed, behaviour, reference)
    arrivals = draw_arrivals(count, seed, behaviour, reference, clock, limits)
    lives = draw_lifecycles(arrivals, seed, behaviour, reference, clock, limits, as_of)
    return DrawnProvince(
        seed=seed,
        behaviour=behaviour,
        reference=reference,
        limits=limits,
        clock=clock,
        deliveries=deliveries,
        lives=lives,
        papers=draw_papers(lives, seed, behaviour, limits),
        persons=draw_persons(count, seed, behaviour),
        steps=draw_steps(lives, seed, behaviour, clock, as_of),
        ratings=draw_ratings(lives, seed, behaviour, as_of),
        notices=draw_notices(lives, seed, behaviour, as_of),
        apologies=draw_apologies(lives, seed, behaviour, clock, as_of),
        entered=draw_entry_times(arrivals, seed, behaviour, as_of),
    )


def deliver(
    province: DrawnProvince, writer: Writer, planted: Faults | None = None, progress: Progress | None = None
) -> None:
    """Put everything drawn into the writer, delivery by delivery."""
    dossiers, children, feedback = DossierTable(province), ChildTables(province), draw_feedback(province)
    last, year = len(province.deliveries) - 1, province.behaviour["year"]
    quarter_of, month_of = (_rounds(province, _ends_of(year, months)) for months in (3, 1))

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
        if nth in (0, last):
            writer.csv("don_vi", day, unit_list(province))
        if nth == 0 or nth in month_of:
            writer.csv("thu_tuc", day, procedure_list(province, at))
        if nth in quarter_of:
            writer.csv("so_lieu", day, reported_figures(province, quarter_of[nth]))
            writer.csv("nhiem_vu", day, task_reports(province, quarter_of[nth], day))
            writer.csv("diem_766", day, portal_points(province, day))
        if progress:
            progress(day, nth + 1, len(province.deliveries))
    _write_message(province, writer, dossiers, children, province.changed(last))


def _ends_of(year: int, months: int) -> list[str]:
    """Return last days of the year's parts of so many months."""
    starts = np.arange(f"{year}-01", f"{year + 1}-02", months, dtype="datetime64[M]")[1:].astype("datetime64[D]")
    return [str(day) for day in starts - np.timedelta64(1, "D")]


def _rounds(province: DrawnProvince, ends: list[str]) -> dict[int, int]:
    """Which delivery, by position, brings which round: the newest one that has ended since the delivery before."""
    return {int(nth): number for number, nth in enumerate(index_of(province.ends, ends))}


def _write_message(
    province: DrawnProvince, writer: Writer, dossiers: DossierTable, children: ChildTables, changed: Ints
) -> None:
    """Write the sync message, which always carries each dossier with all of its papers."""
    rows, at = changed[province.in_envelope(changed)], province.as_of
    nested = {source: children.table(source, children.rows_with(source, rows), at) for source in ENVELOPE_LISTS}
    unit = province.reference.units["MaDonVi"][province.envelope_unit]
    writer.message(province.deliveries[-1], unit, dossiers.states(rows, at), nested)
