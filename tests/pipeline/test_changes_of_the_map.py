"""Units merge, are renamed and abolished, procedures are replaced, plans change: no number of a closed period moves.

Each story is a year and a half of the same small province; what changes on its day is rows with validity dates. The
figures of every period that had closed before the change are computed before it and long after, and compared.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

import polars as pl
import pytest

from pipelines.open_data.disclosure.case_keys import CODES
from pipelines.open_data.disclosure.counts import count_opinions
from pipelines.registers.disclosure import load_rules
from pipelines.registers.tables import register_tables
from pipelines.reports.explain import explain
from pipelines.reports.plan_gaps import plan_gaps
from pipelines.settings import Settings
from tests.oracle.compiled import Warehouse, models_for
from tests.oracle.records import (
    PROVINCE,
    DossierState,
    Fee,
    Feedback,
    Letter,
    Notice,
    Procedure,
    Progress,
    Rating,
    Row,
    Step,
    Supplement,
    Unit,
)
from tests.oracle.world import SOURCES, Delivery, World

pytestmark = pytest.mark.slow

FIRST, CHANGE, LAST = date(2024, 1, 31), date(2024, 7, 1), date(2025, 6, 30)
EVE = CHANGE - timedelta(days=1)
UNITS = {"H19": "tinh", "H19.07": "so", "H19.31": "huyen", "H19.31.01": "xa", "H19.31.02": "xa"}
SERVING = [code for code in UNITS if code != "H19"]
OLD, NEW = "1.000001", "1.000002"
Figures = dict[str, list[str]]
# Units and months whose open dossiers at the end, less those that passed to another unit meanwhile and with those that
# came from one, are not what the next month carries over.
NOT_CARRIED = """
with
    months as (
        select
            h.unit_code,
            h.carried_over,
            h.open_total,
            p.start_date,
            p.cut_date,
            lead(p.start_date) over unit_months as next_start,
            lead(p.cut_date) over unit_months as next_cut,
            lead(h.carried_over) over unit_months as next_carried_over
        from tthc.marts.handling_status h
        join tthc.marts.dim_period p using (period_code)
        where h.scope = 'unit' and p.period_type = 'month'
        window unit_months as (partition by h.unit_code order by p.start_date)
    ),
    passed as (
        select
            m.unit_code,
            m.cut_date,
            count(*) filter (where m.next_cut between h.cut_from and h.cut_to)
            - count(*) filter (where m.cut_date between h.cut_from and h.cut_to) as gained
        from months m
        join tthc.marts.fct_handovers h using (unit_code)
        join tthc.marts.fct_timeliness t on h.dossier_code = t.dossier_code and t.received_date <= m.cut_date
        group by m.unit_code, m.cut_date
    )
select m.unit_code, m.start_date
from months m
left join passed using (unit_code, cut_date)
where m.next_start = m.cut_date + interval 1 day and m.open_total + coalesce(passed.gained, 0) <> m.next_carried_over
"""
SOURCE_OF = {kind: source for source, kind in SOURCES.items()}


def month_ends(last: date) -> list[date]:
    """Return the business days on which everything is delivered."""
    firsts = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(1, 37)]
    return [day - timedelta(days=1) for day in firsts if day - timedelta(days=1) <= last]


def at(day: date) -> datetime:
    return datetime.combine(day, time(9))


@dataclass
class Story:
    """What changes on the day.

    Attributes:
        new_home: Under which unit a dossier is sent from then on; `still_served`: which units receive dossiers
            after it; `lists`: rows of `don_vi` and `thu_tuc` delivered on it; `registers`: rows added.
    """

    new_home: dict[str, str] = field(default_factory=dict)
    received_by: dict[str, str] = field(default_factory=dict)
    procedure: str = OLD
    lists: tuple[Row, ...] = ()
    registers: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, Any])


def unit(code: str, level: str, day: date, **more: Any) -> Unit:
    return Unit(code, level, day, MaDonViCha=None if code == PROVINCE else PROVINCE, **more)


def dossiers(story: Story, last: date) -> Iterable[list[tuple[date, DossierState]]]:
    """Yield every dossier as its states, each with the business day that delivers it.

    Three per unit and month: one early, one a month late, one that stays open for half a year.
    """
    for month in month_ends(last):
        for home in SERVING:
            received = month - timedelta(days=10)
            changed = received >= CHANGE
            receiver = story.received_by.get(home, home) if changed else home
            for number, days in enumerate((3, 40, 180)):
                first = DossierState(
                    MaHoSo=f"{receiver}-{received:%y%m%d}-{number}{SERVING.index(home):03}",
                    MaTTHC=story.procedure if changed else OLD,
                    MaDonVi=receiver,
                    TrangThaiHoSo=4,
                    business_day=month,
                    KenhThucHien=1 + number % 2,
                    NgayTiepNhan=at(received),
                    NgayHenTra=at(received + timedelta(days=15)),
                    NgayCapNhat=at(received),
                )
                yield list(_states(story, first, received + timedelta(days=days), last))


def _states(story: Story, first: DossierState, finished: date, last: date) -> Iterable[tuple[date, DossierState]]:
    home = str(first.MaDonVi)
    for day in month_ends(last):
        if day < first.business_day:
            continue
        moved = story.new_home.get(home, home) if day >= CHANGE else home
        done = finished <= day
        # Sent again month by month, but only what changed is news: its finish, and its new home.
        news = at(finished) if done else at(CHANGE) if moved != home else first.NgayCapNhat
        yield day, replace(
            first, MaDonVi=moved, business_day=day, NgayCapNhat=news,
            TrangThaiHoSo=9 if done else 4, NgayKetThucXuLy=at(finished) if done else None,
        )  # fmt: skip
        if done:
            return


def doings(first: DossierState, last: date) -> Iterable[Row]:
    """Yield what becomes known of a dossier month by month.

    It waits, comes back, stands still, is apologised for, notified, paid for, rated and rated again. Each row comes
    with the extract of its month, an answer as a newer row.
    """
    for days, make in (
        (20, lambda at, day: Step(first.MaHoSo, at, "5", day)),
        (20, lambda at, day: Supplement(first.MaHoSo, at, day)),
        (35, lambda at, day: Fee(first.MaHoSo, "phi", 1000, 1, day, "truc-tuyen", at)),
        (45, lambda at, day: Letter(first.MaHoSo, at, day)),
        (50, lambda at, day: Rating(first.MaHoSo, at, "KHÔNG HÀI LÒNG", day)),
        (70, lambda at, day: Supplement(first.MaHoSo, at - timedelta(days=50), day, at)),
        (70, lambda at, day: Step(first.MaHoSo, at, "4", day)),
        (100, lambda at, day: Step(first.MaHoSo, at, "8", day)),
        (130, lambda at, day: Step(first.MaHoSo, at, "4", day)),
        (150, lambda at, day: Rating(first.MaHoSo, at, "HÀI LÒNG", day)),
        (190, lambda at, day: Notice(first.MaHoSo, at, 1, day)),
    ):
        assert first.NgayTiepNhan is not None
        moment = first.NgayTiepNhan + timedelta(days=days)
        day = next((day for day in month_ends(last) if day >= moment.date()), None)
        if day is not None:
            yield make(moment, day)


def feedback(story: Story, last: date) -> Iterable[Feedback]:
    """Yield three items per unit and month: one answered in time, one answered late, one never.

    What is not answered on the day of the change is sent again under the new home, where there is one.
    """
    for month in month_ends(last):
        for home in SERVING:
            sent = month - timedelta(days=10)
            receiver = story.received_by.get(home, home) if sent >= CHANGE else home
            for number, days in enumerate((4, 40, None)):
                answered = None if days is None else sent + timedelta(days=days)
                item = Feedback(f"PA-{home}-{sent:%y%m%d}-{number}", receiver, at(sent), month, HanTraLoi=at(month))
                for day in month_ends(last):
                    if day >= month:
                        moved = story.new_home.get(receiver, receiver) if day >= CHANGE else receiver
                        done = answered is not None and answered <= day
                        reported: dict[str, Any] = (
                            {"NgayTraLoi": at(answered), "MucDoHaiLong": "HÀI LÒNG"} if done and answered else {}
                        )
                        yield replace(item, MaDonVi=moved, business_day=day, **reported)
                        if done:
                            break


def world(story: Story, as_of: date) -> World:
    """Return everything delivered by the day: monthly extracts, and on the day of the change the lists that tell it."""
    # A source without rows comes as an empty file: one that never came would make figures null.
    rows: dict[tuple[str, date], list[Row]] = {(source, FIRST): [] for source in SOURCES}
    for code, level in UNITS.items():
        rows.setdefault(("don_vi", FIRST), []).append(unit(code, level, FIRST))
    rows["thu_tuc", FIRST] = [Procedure(OLD, FIRST, NgayHieuLuc=date(2020, 1, 1), CoPhiLePhi=1, ThanhToanTrucTuyen=1)]
    for states in dossiers(story, as_of):
        for day, state in states:
            if day <= as_of:
                rows.setdefault(("ho_so", day), []).append(state)
        for row in doings(states[0][1], as_of) if states else ():
            rows.setdefault((SOURCE_OF[type(row)], row.business_day), []).append(row)
    for item in feedback(story, as_of):
        rows.setdefault(("phan_anh", item.business_day), []).append(item)
    if as_of >= CHANGE:
        for row in story.lists:
            source = "don_vi" if isinstance(row, Unit) else "thu_tuc"
            rows.setdefault((source, row.business_day), []).append(row)
    return World(as_of, tuple(Delivery(source, day, f"{source}.csv", tuple(of)) for (source, day), of in rows.items()))


class EditedWarehouse(Warehouse):
    """A warehouse whose registers hold some rows more than the province's own."""

    more: dict[str, list[dict[str, Any]]]
    # What becomes of a register's table, by name.
    edited: Mapping[str, Callable[[pl.DataFrame], pl.DataFrame]] = MappingProxyType({})

    def _load(self, name: str, frame: pl.DataFrame) -> None:
        added = self.more.get(name.removeprefix("registers.")) if name.startswith("registers.") else None
        if added and "old_unit_code" in frame.columns:  # a unit ends once: in the story, not when it really did
            frame = frame.filter(~pl.col("old_unit_code").is_in([row["old_unit_code"] for row in added]))
        if added:
            frame = pl.concat([frame, pl.DataFrame(added, schema=frame.schema)])
        if name.removeprefix("registers.") in self.edited:
            frame = self.edited[name.removeprefix("registers.")](frame)
        super()._load(name, frame)


@pytest.fixture(scope="module")
def warehouse(compiled_project: dict[str, Any]) -> EditedWarehouse:
    tables = (
        "handling_status", "indicator_values", "dim_unit", "dim_procedure", "fct_handovers", "plan_scorecard",
        "plan_tasks", "decision_766_points", "fct_feedback_handovers", "dim_run", "indicator_definitions", "deliveries",
        "dim_level",
    )  # fmt: skip
    return EditedWarehouse(models_for(compiled_project, tables))


def figures(warehouse: EditedWarehouse, story: Story, as_of: date, closed_by: date) -> Figures:
    """Return all figures of the periods that had closed by a day, as computed on another."""
    warehouse.more = story.registers
    warehouse.build(world(story, as_of))
    closed = f"(select period_code from tthc.marts.dim_period where end_date <= date '{closed_by}')"
    return {
        table: sorted(
            map(str, warehouse.rows(f"select {columns} from tthc.marts.{table} where period_code in {closed}"))
        )
        # What was provisional becomes final as its dossiers are finished; its figures stay.
        for table, columns in (("handling_status", "*"), ("indicator_values", "* exclude (is_provisional)"))
    }


COMMUNE = "H19.31.50"
STORIES = {
    "nothing": Story(),
    "two communes merge, and their open dossiers are sent under the new code": Story(
        new_home={"H19.31.01": COMMUNE, "H19.31.02": COMMUNE},
        received_by={"H19.31.01": COMMUNE, "H19.31.02": COMMUNE},
        lists=(
            unit("H19.31.01", "xa", month_ends(LAST)[6], HieuLucDen=EVE),
            unit("H19.31.02", "xa", month_ends(LAST)[6], HieuLucDen=EVE),
            unit(COMMUNE, "xa", month_ends(LAST)[6], HieuLucTu=CHANGE),
        ),
    ),
    "a department is renamed": Story(lists=(unit("H19.07", "so", month_ends(LAST)[6], TenDonVi="Sở Khoa học"),)),
    "districts are abolished, communes take over what is open": Story(
        new_home={"H19.31": "H19.31.01"},
        received_by={"H19.31": "H19.31.01"},
        lists=(unit("H19.31", "huyen", month_ends(LAST)[6], HieuLucDen=EVE),),
        registers={
            "unit_change": [
                {"old_unit_code": "H19.31", "new_unit_code": "H19.31.01", "changed_on": CHANGE, "kind": "merged"}
            ]
        },
    ),
    "a procedure is replaced": Story(
        procedure=NEW,
        lists=(
            Procedure(OLD, month_ends(LAST)[6], NgayHieuLuc=date(2020, 1, 1), NgayHetHieuLuc=EVE,
                      CoPhiLePhi=1, ThanhToanTrucTuyen=1),
            Procedure(NEW, month_ends(LAST)[6], NgayHieuLuc=CHANGE, CoPhiLePhi=1, ThanhToanTrucTuyen=0),
        ),
    ),
    "a new plan sets new targets": Story(
        registers={
            "target": [
                {"indicator_code": "on_time_rate", "rule": "plan", "unit_level": "*", "target": 0.99,
                 "valid_from": date(2025, 1, 1), "valid_to": date(2025, 12, 31), "plan_line": "2025"}
            ]
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_no_number_of_a_closed_period_moves(warehouse: EditedWarehouse, name: str) -> None:
    story = STORIES[name]
    before = figures(warehouse, replace(story, lists=()), EVE, EVE)
    assert len(before["handling_status"]) > 50 and len(before["indicator_values"]) > 500
    assert figures(warehouse, story, LAST, EVE) == before


def test_the_year_is_not_idle(warehouse: EditedWarehouse) -> None:
    """Open dossiers wait, stand still and are apologised for at the cuts of periods that close before the change."""
    figures(warehouse, STORIES["nothing"], LAST, EVE)
    seen = warehouse.rows(
        "select count(*) filter (where status_at_cut = 8), count(*) filter (where status_at_cut = 5 and is_paused),"
        " count(*) filter (where is_overdue), count(*) filter (where apologised_date <= cut_date)"
        f" from tthc.marts.fct_open_late where cut_date <= date '{EVE}'"
    )
    assert min(seen[0]) > 10


@pytest.mark.parametrize("name", STORIES)
def test_what_is_open_at_the_end_of_a_month_is_carried_into_the_next(warehouse: EditedWarehouse, name: str) -> None:
    """By unit, with what passed from one to another; of the province to the last dossier."""
    warehouse.more = STORIES[name].registers
    warehouse.build(world(STORIES[name], LAST))
    assert warehouse.rows(NOT_CARRIED) == []
    lost = warehouse.rows(
        "select p.end_date from tthc.marts.handling_status h"
        " join tthc.marts.dim_period p using (period_code)"
        " join tthc.marts.dim_period q on q.start_date = p.end_date + 1 and q.period_type = 'month'"
        " left join tthc.marts.handling_status n on n.period_code = q.period_code and n.scope = 'province'"
        " where p.period_type = 'month' and h.scope = 'province' and h.open_total <> coalesce(n.carried_over, 0)"
    )
    assert lost == []


OPEN = """
    select h.period_code, h.unit_code, h.open_total from tthc.marts.handling_status h
    join tthc.marts.dim_period p using (period_code)
    where h.scope = 'unit' and p.period_type = 'month' and h.open_total > 0 and p.cut_date >= date '2024-06-30'
"""


def open_by_month(warehouse: EditedWarehouse, story: Story) -> dict[str, dict[str, int]]:
    """Return what is open at the ends of the months from the eve of the change on, by unit."""
    warehouse.more = story.registers
    warehouse.build(world(story, LAST))
    found: dict[str, dict[str, int]] = {}
    for period, code, count in warehouse.rows(OPEN):
        found.setdefault(period, {})[code] = count
    return found


ENDED = unit("H19.31", "huyen", month_ends(LAST)[6], HieuLucDen=EVE)


def replaced_by(*successors: str | None, main: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return the register's rows of what took the place of the district on the day."""
    kind = "split" if len(successors) > 1 else "merged" if successors[0] else "abolished"
    return {
        "unit_change": [
            {"old_unit_code": "H19.31", "new_unit_code": new, "changed_on": CHANGE, "kind": kind,
             "is_main": "1" if new and new == main else None}
            for new in successors
        ]
    }  # fmt: skip


PASSED_ON = Story(lists=(ENDED,), received_by={"H19.31": "H19.31.01"}, registers=replaced_by("H19.31.01"))


@pytest.mark.parametrize(
    ("registers", "heir"),
    [
        (replaced_by("H19.31.01"), "H19.31.01"),
        (replaced_by("H19.31.01", "H19.31.02", main="H19.31.02"), "H19.31.02"),
        # Nobody says who: what is open goes to the next living unit above.
        (replaced_by("H19.31.01", "H19.31.02"), "H19"),
        (replaced_by(None), "H19"),
        (replaced_by("H19.99"), "H19"),
        ({}, "H19"),
    ],
)
def test_what_is_open_passes_on_the_day_and_nothing_stays_under_the_dead(
    warehouse: EditedWarehouse, registers: dict[str, list[dict[str, Any]]], heir: str
) -> None:
    """Nobody sends the dossiers again: the list and the register alone say who has them."""
    idle = open_by_month(warehouse, Story())
    stays = Story(received_by={"H19.31": heir}, new_home={}, lists=(ENDED,), registers=registers)
    passed = open_by_month(warehouse, stays)
    assert passed["2024-06"] == idle["2024-06"] and passed["2024-06"]["H19.31"] > 5
    for month in ("2024-07", "2024-12", "2025-03"):
        expected = dict(idle[month])
        expected[heir] = expected.get(heir, 0) + expected.pop("H19.31")
        assert passed[month] == expected
    assert warehouse.rows(NOT_CARRIED) == []
    # What had been finished stays the district's, in the year's figures too.
    finished = "select resolved_total, open_total from tthc.marts.handling_status where unit_code = 'H19.31' and "
    [(of_half_year, _)] = warehouse.rows(finished + "period_code = '2024-Q2' and scope = 'unit'")
    [(of_year, open_at_end)] = warehouse.rows(finished + "period_code = '2024' and scope = 'unit'")
    assert of_year > of_half_year > 0 and open_at_end == 0


DISTRICT, TAKES_OVER, ON_THE_DAY = "H19.31", "H19.31.01", date(2025, 7, 1)
ITEMS = (
    Feedback("PA-1-mo", DISTRICT, at(date(2025, 6, 2)), date(2025, 6, 30), HanTraLoi=at(date(2025, 6, 20))),
    Feedback("PA-2-xong", DISTRICT, at(date(2025, 6, 3)), date(2025, 6, 30), HanTraLoi=at(date(2025, 6, 20)),
             NgayTraLoi=at(date(2025, 6, 10)), MucDoHaiLong="HÀI LÒNG"),
    Feedback("PA-3-ngay-cuoi", DISTRICT, at(date(2025, 6, 10)), date(2025, 6, 30), HanTraLoi=at(date(2025, 6, 30)),
             NgayTraLoi=at(date(2025, 6, 30)), MucDoHaiLong="KHÔNG HÀI LÒNG"),
    Feedback("PA-4-sau", DISTRICT, at(date(2025, 6, 25)), date(2025, 7, 31), HanTraLoi=at(date(2025, 7, 15)),
             NgayTraLoi=at(date(2025, 7, 10)), MucDoHaiLong="HÀI LÒNG"),
    Feedback("PA-5-gui-muon", DISTRICT, at(date(2025, 7, 5)), date(2025, 7, 31), HanTraLoi=at(date(2025, 7, 20))),
)  # fmt: skip


def with_feedback(warehouse: EditedWarehouse, as_of: date) -> dict[tuple[str, str], dict[str, tuple[int, int]]]:
    """Return feedback of a district that ends on 30 June 2025 and whose open items a commune takes over.

    Numerator and denominator of each unit that has any, by indicator and period.
    """
    warehouse.more = {
        "unit_change": [
            {"old_unit_code": DISTRICT, "new_unit_code": TAKES_OVER, "changed_on": ON_THE_DAY, "kind": "merged"}
        ]
    }
    ends = ON_THE_DAY - timedelta(days=1)
    units = tuple(
        unit(code, level, FIRST, HieuLucDen=ends if code == DISTRICT else None) for code, level in UNITS.items()
    )
    sent = tuple(item for item in ITEMS if item.business_day <= as_of)
    rows: dict[str, tuple[Row, ...]] = {"don_vi": units, "thu_tuc": (Procedure(OLD, FIRST),), "phan_anh": sent}
    files = [Delivery(source, FIRST, f"{source}.csv", rows.get(source, ())) for source in SOURCES]
    warehouse.build(World(as_of, tuple(files)))
    found: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for code, period, unit_code, numerator, denominator in warehouse.rows(
        "select indicator_code, period_code, unit_code, numerator, denominator from tthc.marts.indicator_values"
        " where indicator_code like 'feedback%' and rule = 'plan' and scope = 'unit' and denominator > 0"
    ):
        found.setdefault((code, period), {})[unit_code] = numerator, denominator
    return found


def test_feedback_that_is_not_answered_passes_on_1_july_2025(warehouse: EditedWarehouse) -> None:
    eve, later = (with_feedback(warehouse, day) for day in (ON_THE_DAY - timedelta(days=1), date(2025, 9, 30)))
    in_time, satisfied = "feedback_on_time_rate", "feedback_satisfaction_rate"
    # Cut before the change: the district's, also when computed long after it.
    for period in ("2025-06", "2025-Q2"):
        assert later[in_time, period] == eve[in_time, period] == {DISTRICT: (2, 3)}
        assert later[satisfied, period] == eve[satisfied, period] == {DISTRICT: (1, 2)}
    # After it: what was open, and what was sent to the district too late, is the commune's.
    assert later[in_time, "2025-07"] == {TAKES_OVER: (1, 2)}
    assert later[satisfied, "2025-07"] == {TAKES_OVER: (1, 1)}
    # In the year that holds both, what had been answered stays the district's.
    assert later[in_time, "2025"] == {DISTRICT: (2, 2), TAKES_OVER: (1, 3)}
    assert later[satisfied, "2025"] == {DISTRICT: (1, 2), TAKES_OVER: (1, 1)}
    # The one sent after the change never was the district's, so nothing of it passed.
    passed = "select distinct feedback_code from tthc.marts.fct_feedback_handovers order by all"
    assert warehouse.rows(passed) == [("PA-1-mo",), ("PA-4-sau",)]


def test_feedback_that_counts_against_a_unit_is_listed_under_the_one_that_answered_at_the_cut(
    warehouse: EditedWarehouse,
) -> None:
    with_feedback(warehouse, date(2025, 9, 30))
    warehouse.connection.execute("use tthc")
    try:
        listed = {
            (unit_code, period): [row["case_code"] for row in explain(
                warehouse.connection, "feedback_on_time_rate", "plan", unit_code, period
            ).against]
            for unit_code in (DISTRICT, TAKES_OVER)
            for period in ("2025-06", "2025")
        }  # fmt: skip
    finally:
        warehouse.connection.execute("use workspace")
    assert listed == {
        (DISTRICT, "2025-06"): ["PA-1-mo"],
        (TAKES_OVER, "2025-06"): [],
        (DISTRICT, "2025"): [],
        (TAKES_OVER, "2025"): ["PA-1-mo", "PA-5-gui-muon"],
    }


def test_open_data_count_opinions_for_the_unit_of_the_marts(warehouse: EditedWarehouse) -> None:
    """Of a district that ends, and of a province whose dossiers are rated while they are open."""
    rules = load_rules(Settings().registers_dir / "vietnam")
    for build in (lambda: with_feedback(warehouse, date(2025, 9, 30)), lambda: open_by_month(warehouse, PASSED_ON)):
        build()
        connection = warehouse.connection
        connection.execute("attach if not exists ':memory:' as open_data; use open_data")
        try:
            connection.execute(f"create or replace table case_key as select *, 1 as key from ({CODES})")
            count_opinions(connection, rules)
            counted = connection.execute(
                "select part, period_code, unit_code, unit_level, count(*) filter (where counts), count(*) from case_in"
                " group by all order by all"
            ).fetchall()
        finally:
            connection.execute("use workspace")
        codes = ", ".join(f"'{code}'" for code in rules.protected.codes)
        assert counted == warehouse.rows(
            "select indicator_code, period_code, unit_code, unit_level, numerator, denominator"
            " from tthc.marts.indicator_values join tthc.marts.dim_period p using (period_code)"
            f" where indicator_code in ({codes}) and rule = 'plan' and scope = 'unit' and denominator > 0"
            " and p.is_closed order by all"
        )
        assert len({unit_code for _, _, unit_code, *_ in counted}) > 1


def test_the_changes_themselves_are_seen(warehouse: EditedWarehouse) -> None:
    """The stories are not idle: after the change, figures differ from those of a province where nothing happened."""
    idle = figures(warehouse, STORIES["nothing"], LAST, LAST)
    for name, story in STORIES.items():
        changed = figures(warehouse, story, LAST, LAST)
        assert (changed != idle) is (name not in ("nothing", "a department is renamed")), name


def test_who_came_after_is_told(warehouse: EditedWarehouse) -> None:
    story = STORIES["districts are abolished, communes take over what is open"]
    figures(warehouse, story, LAST, LAST)
    assert warehouse.rows("select unit_code, replaced_by from tthc.marts.dim_unit where replaced_by is not null") == [
        ("H19.31", "H19.31.01")
    ]


def test_the_registers_of_the_province_tell_of_the_districts() -> None:
    table = register_tables(Settings(), date(2025, 7, 1), PROVINCE)["unit_change"]
    districts = table.filter(kind="abolished")
    assert set(districts["changed_on"]) == {date(2025, 7, 1)}
    assert len(districts) == 11


# ---- three years, a plan each ------------------------------------------------------------------------------

TASK, OTHER_TASK = "I.1.1", "I.1.2"
NIGHTS = [date(year, 12, 31) for year in (2024, 2025, 2026)]


def plans(until: int) -> dict[str, list[dict[str, Any]]]:
    """Return what is added to goals, targets and tasks for the plans after 2024's, with the same codes."""
    years = range(2025, until + 1)
    return {
        "target": [
            {"indicator_code": "on_time_rate", "rule": "plan", "unit_level": "*", "target": (year - 2024) / 4,
             "valid_from": date(year, 1, 1), "valid_to": date(year, 12, 31), "plan_line": f"{year}"}
            for year in years
        ],
        "goal": [
            {"plan_year": year, "goal_code": "M-1", "section": "I", "wording": "Đúng hạn",
             "indicator_code": "on_time_rate", "unit_level": "*", "lead_unit": f"Phòng {year}"}
            for year in years
        ],
        "task": [
            {"plan_year": year, "task_code": TASK, "annex_number": TASK, "goal": "g", "task": "t", "product": "p",
             "lead_unit": f"Phòng {year}", "deadline_text": "Thường xuyên", "deadline_kind": "standing"}
            for year in years
        ],
    }  # fmt: skip


def definitions(until: int) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Return from 2025 on another basis, and lower is better; each year's definition ends with it."""

    def edit(table: pl.DataFrame) -> pl.DataFrame:
        mine = (pl.col("indicator_code") == "on_time_rate") & (pl.col("rule") == "plan")
        first = pl.when(mine).then(date(2024, 12, 31)).otherwise("valid_to").alias("valid_to")
        later = [
            table.filter(mine).with_columns(
                legal_basis=pl.lit(f"Kế hoạch {year}"), direction=pl.lit("down"),
                valid_from=date(year, 1, 1), valid_to=date(year, 12, 31),
            )
            for year in range(2025, until + 1)
        ]  # fmt: skip
        return pl.concat([table.with_columns(first), *later]) if later else table

    return edit


def own_units(table: pl.DataFrame) -> pl.DataFrame:
    """Return the department that makes the plan is another one from March 2025 on."""
    later = pl.col("end_date") >= date(2025, 3, 1)
    return table.with_columns(own_unit=pl.when(later).then(pl.lit("H19.31")).otherwise(pl.lit("H19.07")))


def points(until: int) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """From 2026 on the components are worth half."""

    def edit(table: pl.DataFrame) -> pl.DataFrame:
        if until < 2026:
            return table
        halved = table.with_columns(valid_from=date(2026, 1, 1), max_points=pl.col("max_points") / 2)
        return pl.concat([table.with_columns(valid_to=date(2025, 12, 31)), halved])

    return edit


def reports(as_of: date) -> Delivery:
    """Return reports on the tasks: the standing one is done in 2024 and under way in 2026; there is none of 2025."""
    given = (
        Progress(TASK, date(2024, 5, 1), "XONG", as_of, 100),
        Progress(TASK, date(2026, 5, 1), "DANG", as_of, 10),
        # Only the plan of 2024 has this one, so a late report on it is about that plan.
        Progress(OTHER_TASK, date(2025, 1, 9), "XONG", as_of, 100),
    )
    return Delivery("nhiem_vu", as_of, "muon.csv", tuple(one for one in given if one.NgayBaoCao <= as_of))


def night(warehouse: EditedWarehouse, as_of: date, *, plan_until: int | None = None) -> None:
    """Build all that is known by the end of a year, with the registers as they are then."""
    until = as_of.year if plan_until is None else plan_until
    warehouse.more = plans(until)
    warehouse.edited = {"indicator": definitions(until), "period": own_units, "score_rule": points(until)}
    try:
        made = world(Story(), as_of)
        warehouse.build(replace(made, deliveries=(*made.deliveries, reports(as_of))))
    finally:
        warehouse.edited = MappingProxyType({})


CLOSED = {
    "handling_status": "* from tthc.marts.handling_status join tthc.marts.dim_period using (period_code)",
    "indicator_values": "v.* exclude (is_provisional) from tthc.marts.indicator_values v"
    " join tthc.marts.dim_period using (period_code)",
    "decision_766_points": "d.* from tthc.marts.decision_766_points d join tthc.marts.dim_period using (period_code)",
    "plan_scorecard": "*, make_date(plan_year, 12, 31) as end_date from tthc.marts.plan_scorecard",
}


def closed_by(warehouse: EditedWarehouse, day: date) -> Figures:
    """Return every figure, verdict and point of what had closed by a day."""
    found = {
        table: sorted(map(str, warehouse.rows(f"select {query} where end_date <= date '{day}'")))
        for table, query in CLOSED.items()
    }
    found["plan_tasks"] = sorted(map(str, warehouse.rows(
        "select plan_year, task_code, lead_unit, standing, newest_report_date, done_date from tthc.marts.plan_tasks"
        f" where plan_year <= {day.year} and task_code <> '{OTHER_TASK}'"
    )))  # fmt: skip
    return found


def test_three_years_with_a_plan_each_and_nothing_of_a_closed_year_moves(warehouse: EditedWarehouse) -> None:
    earlier: dict[date, Figures] = {}
    for as_of in NIGHTS:
        night(warehouse, as_of)
        for day, before in earlier.items():
            assert closed_by(warehouse, day) == before, (day, as_of)
        earlier[as_of] = closed_by(warehouse, as_of)
        assert len(earlier[as_of]["indicator_values"]) > 1000
    # Each year is judged by its own plan: target, definition, department, points, tasks.
    years = "period_code in ('2024', '2025', '2026') and scope = 'province'"
    judged = warehouse.rows(
        f"select target, met = (value >= target) from tthc.marts.indicator_values where {years}"
        " and indicator_code = 'on_time_rate' and rule = 'plan' order by period_code"
    )
    assert judged == [(0.97, True), (0.25, False), (0.5, False)]
    own = "select distinct unit_code from tthc.marts.indicator_values where indicator_code = 'own_online_share'"
    assert warehouse.rows(own + " and scope = 'unit' and period_code in ('2024', '2025-02')") == [("H19.07",)]
    assert warehouse.rows(own + " and scope = 'unit' and period_code in ('2025', '2026')") == [("H19.31",)]
    worth = "select sum(max_points) from tthc.marts.decision_766_points"
    assert warehouse.rows(f"{worth} where {years} group by period_code order by period_code") == [(100,), (100,), (50,)]
    standing = "select plan_year, standing from tthc.marts.plan_tasks where task_code = '{}' order by plan_year"
    assert warehouse.rows(standing.format(TASK)) == [(2024, "done"), (2025, "no_report"), (2026, "doing")]
    assert warehouse.rows(standing.format(OTHER_TASK)) == [(2024, "done")]
    leads = warehouse.rows("select plan_year, lead_unit from tthc.marts.plan_scorecard where goal_code = 'M-1'")
    assert sorted(leads) == [(2025, "Phòng 2025"), (2026, "Phòng 2026")]


def test_a_year_without_a_plan_is_said(warehouse: EditedWarehouse) -> None:
    night(warehouse, NIGHTS[1], plan_until=2024)
    warehouse.connection.execute("use tthc")
    try:
        gap, other = plan_gaps(warehouse.connection)
    finally:
        warehouse.connection.execute("use workspace")
    assert (gap["gap"], gap["plan_year"], gap["goals"]) == ("no_targets", 2025, 0)
    assert "2025" in gap["why"] and gap["values"] > 100
    # The register of the province ends its districts on 1 July 2025 and names nobody who takes over.
    assert (other["gap"], other["unit_code"], other["next_unit"]) == ("no_successor", "H19.31", "H19")
    assert other["dossiers"] > 5
