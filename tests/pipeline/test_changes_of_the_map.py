"""Units merge, are renamed and abolished, procedures are replaced, plans change: no number of a closed period moves.

Each story is a year and a half of the same small province; what changes on its day is rows with validity dates. The
figures of every period that had closed before the change are computed before it and long after, and compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

import polars as pl
import pytest

from pipelines.settings import Settings
from pipelines.transform.workspace import register_tables
from tests.oracle.compiled import Warehouse, models_for
from tests.oracle.records import (
    PROVINCE,
    DossierState,
    Fee,
    Letter,
    Notice,
    Procedure,
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
Figures = dict[str, list[tuple]]
CARRIED = "test.tthc.no_period_loses_or_gains_a_dossier"
SOURCE_OF = {kind: source for source, kind in SOURCES.items()}


def month_ends(last: date) -> list[date]:
    """The business days on which everything is delivered."""
    firsts = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(1, 20)]
    return [day - timedelta(days=1) for day in firsts if day - timedelta(days=1) <= last]


def at(day: date) -> datetime:
    return datetime.combine(day, time(9))


@dataclass
class Story:
    """What changes on the day. `new_home`: under which unit a dossier is sent from then on; `still_served`: which units
    receive dossiers after it; `lists`: rows of `don_vi` and `thu_tuc` delivered on it; `registers`: rows added."""

    new_home: dict[str, str] = field(default_factory=dict)
    received_by: dict[str, str] = field(default_factory=dict)
    procedure: str = OLD
    lists: tuple[Row, ...] = ()
    registers: dict[str, list[dict]] = field(default_factory=dict)


def unit(code: str, level: str, day: date, **more: object) -> Unit:
    return Unit(code, level, day, MaDonViCha=None if code == PROVINCE else PROVINCE, **more)


def dossiers(story: Story, last: date) -> Iterable[list[tuple[date, DossierState]]]:
    """Every dossier as its states, each with the business day that delivers it. Three per unit and month: one early,
    one a month late, one that stays open for half a year."""
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
    home = first.MaDonVi
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
    """What becomes known of a dossier month by month: it waits, comes back, stands still, is apologised for, notified,
    paid for, rated and rated again. Each row comes with the extract of its month, an answer as a newer row."""
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
        moment = first.NgayTiepNhan + timedelta(days=days)
        day = next((day for day in month_ends(last) if day >= moment.date()), None)
        if day is not None:
            yield make(moment, day)


def world(story: Story, as_of: date) -> World:
    """Everything delivered by the day: monthly extracts, and on the day of the change the lists that tell it."""
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
    if as_of >= CHANGE:
        for row in story.lists:
            source = "don_vi" if isinstance(row, Unit) else "thu_tuc"
            rows.setdefault((source, row.business_day), []).append(row)
    return World(as_of, tuple(Delivery(source, day, f"{source}.csv", tuple(of)) for (source, day), of in rows.items()))


class Told(Warehouse):
    """A warehouse whose registers hold some rows more than the province's own."""

    more: dict[str, list[dict]]

    def _load(self, name: str, frame: pl.DataFrame) -> None:
        added = self.more.get(name.removeprefix("registers.")) if name.startswith("registers.") else None
        if added:
            frame = pl.concat([frame, pl.DataFrame(added, schema=frame.schema)])
        super()._load(name, frame)


@pytest.fixture(scope="module")
def warehouse(compiled_project: dict) -> Told:
    return Told(
        models_for(
            compiled_project, ("handling_status", "indicator_values", "dim_unit", "dim_procedure", "fct_handovers")
        )
    )


def figures(warehouse: Told, story: Story, as_of: date, closed_by: date) -> Figures:
    """All figures of the periods that had closed by a day, as computed on another."""
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
def test_no_number_of_a_closed_period_moves(warehouse: Told, name: str) -> None:
    story = STORIES[name]
    before = figures(warehouse, replace(story, lists=()), EVE, EVE)
    assert len(before["handling_status"]) > 50 and len(before["indicator_values"]) > 500
    assert figures(warehouse, story, LAST, EVE) == before


def test_the_year_is_not_idle(warehouse: Told) -> None:
    """Open dossiers wait, stand still and are apologised for at the cuts of periods that close before the change."""
    figures(warehouse, STORIES["nothing"], LAST, EVE)
    seen = warehouse.rows(
        "select count(*) filter (where status_at_cut = 8), count(*) filter (where status_at_cut = 5 and is_paused),"
        " count(*) filter (where is_overdue), count(*) filter (where apologised_date <= cut_date)"
        f" from tthc.marts.fct_open_late where cut_date <= date '{EVE}'"
    )
    assert min(seen[0]) > 10


@pytest.mark.parametrize("name", STORIES)
def test_what_is_open_at_the_end_of_a_month_is_carried_into_the_next(
    warehouse: Told, compiled_project: dict, name: str
) -> None:
    """By unit, with what passed from one to another; of the province to the last dossier."""
    warehouse.more = STORIES[name].registers
    warehouse.build(world(STORIES[name], LAST))
    assert warehouse.rows(compiled_project["nodes"][CARRIED]["compiled_code"]) == []
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


def open_by_month(warehouse: Told, story: Story) -> dict[str, dict[str, int]]:
    """What is open at the ends of the months from the eve of the change on, by unit."""
    warehouse.more = story.registers
    warehouse.build(world(story, LAST))
    found: dict[str, dict[str, int]] = {}
    for period, code, count in warehouse.rows(OPEN):
        found.setdefault(period, {})[code] = count
    return found


ENDED = unit("H19.31", "huyen", month_ends(LAST)[6], HieuLucDen=EVE)


def replaced_by(*successors: str | None, main: str | None = None) -> dict[str, list[dict]]:
    """The register's rows of what took the place of the district on the day."""
    kind = "split" if len(successors) > 1 else "merged" if successors[0] else "abolished"
    return {
        "unit_change": [
            {"old_unit_code": "H19.31", "new_unit_code": new, "changed_on": CHANGE, "kind": kind,
             "is_main": "1" if new and new == main else None}
            for new in successors
        ]
    }  # fmt: skip


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
    warehouse: Told, compiled_project: dict, registers: dict[str, list[dict]], heir: str
) -> None:
    """Nobody sends the dossiers again: the list and the register alone say who has them."""
    idle = open_by_month(warehouse, Story())
    stays = Story(received_by={"H19.31": heir}, new_home={}, lists=(ENDED,), registers=registers)
    passed = open_by_month(warehouse, stays)
    assert passed["2024-06"] == idle["2024-06"] and passed["2024-06"]["H19.31"] > 10
    for month in ("2024-07", "2024-12", "2025-03"):
        expected = dict(idle[month])
        expected[heir] = expected.get(heir, 0) + expected.pop("H19.31")
        assert passed[month] == expected
    assert warehouse.rows(compiled_project["nodes"][CARRIED]["compiled_code"]) == []
    # What had been finished stays the district's, in the year's figures too.
    finished = "select resolved_total, open_total from tthc.marts.handling_status where unit_code = 'H19.31' and "
    [(of_half_year, _)] = warehouse.rows(finished + "period_code = '2024-Q2' and scope = 'unit'")
    [(of_year, open_at_end)] = warehouse.rows(finished + "period_code = '2024' and scope = 'unit'")
    assert of_year > of_half_year > 0 and open_at_end == 0


def test_the_changes_themselves_are_seen(warehouse: Told) -> None:
    """The stories are not idle: after the change, figures differ from those of a province where nothing happened."""
    idle = figures(warehouse, STORIES["nothing"], LAST, LAST)
    for name, story in STORIES.items():
        changed = figures(warehouse, story, LAST, LAST)
        assert (changed != idle) is (name not in ("nothing", "a department is renamed")), name


def test_who_came_after_is_told(warehouse: Told) -> None:
    story = STORIES["districts are abolished, communes take over what is open"]
    figures(warehouse, story, LAST, LAST)
    assert warehouse.rows("select unit_code, replaced_by from tthc.marts.dim_unit where replaced_by is not null") == [
        ("H19.31", "H19.31.01")
    ]


def test_the_registers_of_the_province_tell_of_the_districts() -> None:
    table = register_tables(Settings(), date(2025, 7, 1), PROVINCE)["unit_change"]
    assert set(table["changed_on"]) == {date(2025, 7, 1)}
    assert len(table) == 11
