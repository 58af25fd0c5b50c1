"""The profile of deliveries.

The SQL of bounds agrees with plain Python on drawn histories of whole families, and every measure of the register is
taken of a published night.
"""

import datetime as dt
import math
import random
from collections.abc import Iterable
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.publish.read_only import open_read_only
from pipelines.registers.csv_rows import table_of
from pipelines.registers.holds import SUBJECT, Override, override_table
from pipelines.registers.measures import load_measures, measure_table, profile_bound_table, unit_bound_table
from pipelines.registers.successions import UnitChange, unit_change_table
from pipelines.settings import PROJECT_DIR
from tests.conftest import Night
from tests.oracle.compiled import models_for
from tests.oracle.profile import TAU0, Judged, Value, judge

pytestmark = pytest.mark.slow
COUNTRY = PROJECT_DIR / "registers" / "vietnam"
VALUE = {"source": pl.String, "business_day": pl.Date, "measure": pl.String, "family": pl.String, "topic": pl.String,
         "first": pl.Int64, "stratum": pl.String, "kind": pl.String, "era": pl.Int64, "x": pl.Float64, "n": pl.Float64,
         "tau0": pl.Float64, "g": pl.Float64, "v": pl.Float64}  # fmt: skip


class Bounds:
    """The two models that judge, over values that are written here."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        own = ("prf_first_comparison", "prf_second_comparison", "prf_third_comparison", "prf_compared")
        self.models = [model for model in models_for(manifest, ["delivery_measures"]) if model.name in own]
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as workspace; create schema workspace.registers;")
        self.connection.execute("create schema workspace.profile; use workspace")
        for name, frame in (("measure", measure_table(COUNTRY)), ("profile_bound", profile_bound_table(COUNTRY))):
            self._load(f"workspace.registers.{name}", frame)

    def judge(self, values: Iterable[Value], era: int = 0) -> dict[tuple[str, dt.date], Judged]:
        rows = [("ho_so", one.day, "status", one.family, "status", 1, one.series, one.kind, era, 1.0, 1.0,
                 TAU0[one.family], one.g, one.v) for one in values]  # fmt: skip
        random.Random(len(rows)).shuffle(rows)
        self._load("workspace.profile.prf_value", pl.DataFrame(rows, schema=VALUE, orient="row"))
        for model in self.models:
            self.connection.execute(f"create or replace {model.kind} {model.relation} as {model.sql}")
        found = self.connection.execute(
            "select stratum, business_day, compared, expected, bound, standing from workspace.profile.prf_compared"
        ).fetchall()
        return {(series, day): Judged(*reported) for series, day, *reported in found}

    def _load(self, name: str, frame: pl.DataFrame) -> None:
        self.connection.register("incoming", frame.to_arrow())
        self.connection.execute(f"create or replace table {name} as select * from incoming")
        self.connection.unregister("incoming")


@pytest.fixture(scope="module")
def bounds(compiled_project: dict[str, Any]) -> Bounds:
    return Bounds(compiled_project)


def drawn(seed: int) -> list[Value]:
    """Draw series with trends, wobbles, gaps and now and then an outlier, daily or not, of one family or several."""
    chance = random.Random(seed)
    is_daily = chance.random() < 0.5
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=n * (1 if is_daily else 30)) for n in range(chance.choice([6, 40]))]
    values = []
    for number in range(chance.choice([3, 25])):
        family = chance.choice(["share", "rare", "mean"]) if chance.random() < 0.3 else "share"
        level, trend, wobble = chance.uniform(0.2, 2.5), chance.gauss(0, 0.01), chance.choice([0.0, 0.01, 0.1])
        for n, day in enumerate(days):
            v = 1 / chance.choice([5, 200, 5_000])
            g = level + trend * n + chance.gauss(0, wobble + v**0.5) + (chance.random() < 0.03) * chance.uniform(-2, 2)
            kind = ("off" if day.weekday() > 4 else "working") if is_daily else ""
            values.append(Value(f"s{number}", day, kind, family, None if chance.random() < 0.05 else g, v))
    return values


@pytest.mark.parametrize("seed", range(24))
def test_every_bound_and_standing_agrees_with_plain_python(bounds: Bounds, seed: int) -> None:
    values = drawn(seed)
    found, expected = bounds.judge(values), judge(values)
    assert found.keys() == expected.keys()
    for key, one in expected.items():
        reported = found[key]
        assert (reported.compared, reported.standing) == (one.compared, one.standing), key
        # Nine decimals are kept (`settled`): engines differ in the last digits of a logarithm.
        for sql, plain in ((reported.expected, one.expected), (reported.bound, one.bound)):
            assert (sql is None) == (plain is None) and (plain is None or sql == pytest.approx(plain, abs=5.1e-10)), key


def test_the_drawn_histories_have_every_standing(bounds: Bounds) -> None:
    standings = {one.standing for seed in range(24) for one in judge(drawn(seed)).values()}
    assert standings == {"usual", "unusual", "not_compared"}


def test_a_delivery_is_judged_by_earlier_days_alone(bounds: Bounds) -> None:
    """What comes later changes nothing of it, so the order of arrival does not either."""
    values = drawn(5)
    days = sorted({one.day for one in values})
    whole = bounds.judge(values)
    until = bounds.judge([one for one in values if one.day <= days[-2]])
    assert until == {key: one for key, one in whole.items() if key[1] <= days[-2]}


def test_every_measure_is_taken_of_a_night_and_the_night_is_compared(night: Night) -> None:
    known = load_measures(COUNTRY)
    with open_read_only(night.current / "tthc.duckdb", {}) as connection:
        taken = {
            name for (name,) in connection.execute("select distinct measure from marts.delivery_measures").fetchall()
        }
        units = {name for (name,) in connection.execute("select distinct measure from marts.unit_measures").fetchall()}
        compared = connection.execute(
            "select count(*) from marts.delivery_measures where standing = 'usual'"
            " and business_day = (select max(as_of) from marts.dim_run)"
        ).fetchone()
    assert taken == set(known.measures) and units == set(known.units)
    assert compared is not None and compared[0] > 100


class Units:
    """The models of units over counts that are written here."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        own = ("prf_unit_before", "unit_measures")
        self.models = [model for model in models_for(manifest, ["unit_measures"]) if model.name in own]
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as workspace; attach ':memory:' as tthc; create schema tthc.marts;")
        self.connection.execute("create schema workspace.registers; create schema workspace.profile; use workspace")
        self.load("registers.unit_bound", unit_bound_table(COUNTRY))
        self.load("registers.override", override_table([]))
        self.load("registers.unit_change", unit_change_table(COUNTRY.parent / "dong-nai").clear())

    def standings(
        self, counts: dict[str, list[int]], measure: str = "rows", of: int | None = None
    ) -> dict[str, tuple[str, float | None]]:
        """Return the newest delivery's standing and score of each unit; deliveries come monthly, 0 is none.

        Args:
            of: How many rows each unit has, of which the counts are part; null: the counts are parts of the
                province's rows.
        """
        days = [dt.date(2024, 1 + n, 28) for n in range(max(map(len, counts.values())))]
        self.load("profile.prf_day", pl.DataFrame({"source": "ho_so", "business_day": days, "kind": ""}))
        reported = [(unit, *one) for unit, own in counts.items() for one in zip(days, own, strict=True)]
        rows = [one for one in reported if one[2]]
        totals = {day: sum(count for _, on, count in rows if on == day) for day in days}
        frame = pl.DataFrame(
            [("ho_so", day, measure, unit, count, of or totals[day]) for unit, day, count in rows],
            schema=["source", "business_day", "measure", "unit_code", "x", "n"], orient="row",
        )  # fmt: skip
        self.load("profile.prf_unit", frame)
        for model in self.models:
            self.connection.execute(f"create or replace {model.kind} {model.relation} as {model.sql}")
        found = self.connection.execute(
            "select unit_code, standing, score from tthc.marts.unit_measures where business_day = ?", [days[-1]]
        ).fetchall()
        return {unit: (standing, score) for unit, standing, score in found}

    def load(self, name: str, frame: pl.DataFrame) -> None:
        self.connection.register("incoming", frame.to_arrow())
        self.connection.execute(f"create or replace table workspace.{name} as select * from incoming")
        self.connection.unregister("incoming")


@pytest.fixture
def units(compiled_project: dict[str, Any]) -> Units:
    return Units(compiled_project)


def test_a_units_part_is_weighed_by_the_formula_of_its_last_six_deliveries(units: Units) -> None:
    counts = {"A": [40, 44, 38, 41, 39, 43, 42, 0], "B": [300, 310, 290, 305, 295, 300, 310, 300], "C": [50] * 8}
    found = units.standings(counts)
    for unit, own in counts.items():
        now, past = own[-1], sum(own[-7:-1])
        total, totals = (sum(one[-1] for one in counts.values()), sum(sum(one[-7:-1]) for one in counts.values()))
        whole, part = now + past, total / (total + totals)
        score = 2 * math.asin(math.sqrt((now + 0.375) / (whole + 0.75))) - 2 * math.asin(math.sqrt(part))
        score *= math.sqrt((whole + 0.5) / 1.5)
        assert found[unit][1] == pytest.approx(score), unit
        assert found[unit][0] == ("unusual" if abs(score) > 4.84 else "usual")
    assert found["A"][0] == "unusual" and found["B"][0] == found["C"][0] == "usual"


def test_growth_and_holidays_of_the_whole_province_are_no_units(units: Units) -> None:
    found = units.standings({"A": [40] * 6 + [400], "B": [300] * 6 + [3000], "C": [50] * 6 + [500]})
    assert {standing for standing, _ in found.values()} == {"usual"}


def test_a_new_unit_a_merged_one_and_an_approved_level_have_their_past_or_none(units: Units) -> None:
    """What was merged counts with its successor; who has no past, or was let begin anew, is compared with none."""
    counts = {"old": [60] * 6 + [0], "next": [100] * 6 + [160], "new": [0] * 6 + [80], "B": [900] * 7}
    found = units.standings(counts)
    assert [found[unit][0] for unit in ("old", "next", "new", "B")] == ["unusual", "usual", "not_compared", "usual"]
    assert found["next"][1] is not None and found["next"][1] > 3
    change = UnitChange(old_unit_code="old", new_unit_code="next", changed_on=dt.date(2024, 7, 1), kind="merged",
                        decree=None)  # fmt: skip
    units.load("registers.unit_change", table_of([change], UnitChange))
    found = units.standings(counts)
    assert "old" not in found and abs(found["next"][1] or 9) < 1
    said = {"approved_by": "Chánh Văn phòng", "approved_on": "2024-07-29", "valid_until": "2024-07-28",
            "reason": "Sáp nhập chưa có quyết định", **dict.fromkeys(SUBJECT)}  # fmt: skip
    level = Override.model_validate({
        **said, "override_code": "PD-1", "hold": "unit", "effect": "level", "source": "ho_so",
        "business_day": "2024-07-28", "measure": "rows", "unit_code": "B",
    })  # fmt: skip
    units.load("registers.override", override_table([level]))
    assert units.standings(counts)["B"] == ("not_compared", None)


def test_on_a_day_on_which_units_end_without_a_successor_nobody_knows_who_has_their_work(units: Units) -> None:
    """What a merged unit had tells nothing of its successor's, which may have got the abolished one's too."""
    counts = {"old": [60] * 6 + [0], "next": [100] * 6 + [460], "gone": [300] * 6 + [0], "B": [900] * 7}
    day = dt.date(2024, 7, 1)
    merged = UnitChange(old_unit_code="old", new_unit_code="next", changed_on=day, kind="merged", decree=None)
    units.load("registers.unit_change", table_of([merged], UnitChange))
    assert units.standings(counts)["next"][0] == "unusual"
    gone = UnitChange(old_unit_code="gone", new_unit_code=None, changed_on=day, kind="abolished", decree=None)
    units.load("registers.unit_change", table_of([merged, gone], UnitChange))
    found = units.standings(counts)
    assert (found["next"][0], found["B"][0]) == ("not_compared", "usual")


def test_how_a_unit_works_is_not_compared_with_how_another_one_did_before_they_merged(units: Units) -> None:
    """Late dossiers are of the unit's own rows: what the merged one was late with says nothing of its successor."""
    counts = {"old": [300] * 6 + [0], "next": [20] * 7, "B": [50] * 7}
    change = UnitChange(old_unit_code="old", new_unit_code="next", changed_on=dt.date(2024, 7, 1), kind="merged",
                        decree=None)  # fmt: skip
    units.load("registers.unit_change", table_of([change], UnitChange))
    found = units.standings(counts, "late", of=1_000)
    assert {unit: standing for unit, (standing, _) in found.items()} == {"next": "not_compared", "B": "usual"}


def of_levels(compiled_project: dict[str, Any], ended_on: dt.date | None) -> list[tuple[Any, ...]]:
    """Return measure, stratum, day, era and whether it is compared, of shares by level over two deliveries."""
    days = [dt.date(2024, 6, 28), dt.date(2024, 7, 28)]
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as workspace; create schema workspace.registers;")
    connection.execute("create schema workspace.profile")
    abolished = [] if ended_on is None else [("huyen", ended_on)]
    counted = [
        ("ho_so", day, measure, stratum, 300.0, 1000.0, None, None)
        for day in days
        for measure, stratum in (("unit_level", "huyen"), ("unit_level", "xa"), ("deleted", ""))
    ]
    frames = {
        "registers.measure": measure_table(COUNTRY), "registers.override": override_table([]),
        "profile.prf_day": pl.DataFrame({"source": "ho_so", "business_day": days, "kind": ""}),
        "profile.prf_counted": pl.DataFrame(
            counted, orient="row",
            schema={"source": pl.String, "business_day": pl.Date, "measure": pl.String, "stratum": pl.String,
                    "x": pl.Float64, "n": pl.Float64, "g": pl.Float64, "v": pl.Float64},
        ),
        "profile.prf_abolished_level": pl.DataFrame(
            abolished, orient="row", schema={"unit_level": pl.String, "ended_on": pl.Date}
        ),
    }  # fmt: skip
    for name, frame in frames.items():
        connection.register("incoming", frame.to_arrow())
        connection.execute(f"create table workspace.{name} as select * from incoming")
    [sql] = [model.sql for model in models_for(compiled_project, ["delivery_measures"]) if model.name == "prf_value"]
    query = f"select measure, stratum, business_day, era, g is not null from ({sql}) order by all"
    return connection.execute(query).fetchall()


def test_a_level_that_is_abolished_begins_a_new_history_of_shares_by_level(compiled_project: dict[str, Any]) -> None:
    june, july = dt.date(2024, 6, 28), dt.date(2024, 7, 28)
    assert {row[3:] for row in of_levels(compiled_project, None)} == {(0, True)}
    assert of_levels(compiled_project, dt.date(2024, 7, 1)) == [
        ("deleted", "", june, 0, True), ("deleted", "", july, 0, True),
        ("unit_level", "huyen", june, 0, True), ("unit_level", "huyen", july, 1, False),
        ("unit_level", "xa", june, 0, True), ("unit_level", "xa", july, 1, True),
    ]  # fmt: skip


def test_how_far_chance_scatters_is_taken_from_the_whole_series(compiled_project: dict[str, Any]) -> None:
    """Shares by their rows alone; means and ratios by all squares of the series so far and those of ten rows more.

    Under `least_rows` there is no value.
    """
    days = [dt.date(2024, month, 28) for month in (1, 2, 3)]
    counted: list[tuple[str, list[tuple[Any, ...]]]] = [
        # measure, then per day x, n, g and v; v of a mean is the variance of the mean, of a ratio the sum of squares.
        ("deleted", [(3, 200, None, None), (0, 10, None, None), (5, 5, None, None)]),
        ("days_to_due", [(40, 20, 2.0, 0.01), (3, 2, 1.5, 0.0), (60, 30, 2.0, 0.02)]),
        ("children", [(90, 100, math.log(0.9), 250), (12, 12, 0.0, 0), (0, 50, None, 70)]),
    ]
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as workspace; create schema workspace.registers;")
    connection.execute("create schema workspace.profile")
    frames = {
        "registers.measure": measure_table(COUNTRY), "registers.override": override_table([]),
        "profile.prf_day": pl.DataFrame({"source": "ho_so", "business_day": days, "kind": ""}),
        "profile.prf_abolished_level": pl.DataFrame(schema={"unit_level": pl.String, "ended_on": pl.Date}),
        "profile.prf_counted": pl.DataFrame(
            [("ho_so", day, measure, "", *one)
             for measure, reported in counted for day, one in zip(days, reported, strict=True)],
            schema={"source": pl.String, "business_day": pl.Date, "measure": pl.String, "stratum": pl.String,
                    "x": pl.Float64, "n": pl.Float64, "g": pl.Float64, "v": pl.Float64}, orient="row",
        ),
    }  # fmt: skip
    for name, frame in frames.items():
        connection.register("incoming", frame.to_arrow())
        connection.execute(f"create table workspace.{name} as select * from incoming")
    [sql] = [model.sql for model in models_for(compiled_project, ["delivery_measures"]) if model.name == "prf_value"]
    rows = connection.execute(f"select measure, g, v from ({sql}) order by measure, business_day").fetchall()
    found = {name: [reported[1:] for reported in rows if reported[0] == name] for name, _ in counted}
    share = [
        (2 * math.asin(math.sqrt((x + 0.375) / (n + 0.75))), 1 / (n + 0.5)) for x, n in ((3, 200), (0, 10), (5, 5))
    ]
    assert found["deleted"] == [pytest.approx(one) for one in share]
    squares = [0.01 * 20 * 19, 0.0, 0.02 * 30 * 29]
    after = [(sum(squares[: n + 1]) + 2.5) / (sum((19, 1, 29)[: n + 1]) + 10) for n in range(3)]
    assert found["days_to_due"] == [(2.0, pytest.approx(after[0] / 20)), (None, pytest.approx(after[1] / 2)),
                                    (2.0, pytest.approx(after[2] / 30))]  # fmt: skip
    ratio = [(250 + 10) / (100 + 10) * 100 / 90**2, (250 + 10) / (112 + 10) * 12 / 12**2]
    assert found["children"] == [(math.log(0.9), pytest.approx(ratio[0])), (0.0, pytest.approx(ratio[1])), (None, None)]
