"""What is usual and what is odd.

The models agree with a few lines of plain Python on histories drawn by chance, and the faults of the delivery plan are
reported by name.
"""

import datetime as dt
import math
import random
import statistics
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.contracts.model import load_contracts
from pipelines.registers.calendar import is_working_day, load_calendar, working_days_between
from pipelines.registers.holds import Holds, Override, SourceLimits, load_holds, override_table
from pipelines.registers.tables import register_tables
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.ledger import open_ledger
from tests.oracle.compiled import Model, models_for
from tests.oracle.profile import Judged, Value, judge

from .few_files import DOSSIERS, FewFiles, day

pytestmark = pytest.mark.slow
CALENDAR = load_calendar(PROJECT_DIR / "registers" / "vietnam" / "working_calendar.csv")
HOLDS = load_holds(PROJECT_DIR / "registers" / "dong-nai")
AS_OF = dt.date(2024, 6, 28)
LISTED = {"source": pl.String, "business_day": pl.Date, "status": pl.String, "rows_in": pl.Int64,
          "rows_rejected": pl.Int64}  # fmt: skip
# The model that adds rows to all that is counted, and what is counted here: rows alone.
COUNTED = "create or replace table workspace.profile.prf_counted as from workspace.profile.prf_rows"
Came = tuple[str, dt.date, int]


class Days:
    """The models of delivery days over a table of deliveries that is written here."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        wanted = models_for(manifest, ["delivery_days", "source_freshness"])
        own = ("dim_run", "dim_calendar", "int_delivery_day", "prf_day", "prf_rows", "prf_counted", "prf_value",
               "prf_first_comparison", "prf_second_comparison", "prf_third_comparison", "prf_compared",
               "delivery_measures", "int_missing_day", "source_freshness",
               "delivery_days")  # fmt: skip
        self.models = [model for model in wanted if model.name in own]
        self.connection = duckdb.connect()
        for database in ("workspace", "tthc"):
            self.connection.execute(f"attach ':memory:' as {database}")
        for schema in (
            "workspace.registers",
            "workspace.ledger",
            "workspace.core",
            "workspace.metrics",
            "workspace.profile",
            "tthc.marts",
        ):
            self.connection.execute(f"create schema {schema}")
        for name, frame in register_tables(Settings(), AS_OF, "H19").items():
            self._load(f"workspace.registers.{name}", frame)
        self.connection.execute("use workspace")
        self.connection.execute("create table profile.prf_abolished_level (unit_level varchar, ended_on date)")

    def build(self, came: Iterable[Came], refused: Iterable[tuple[str, dt.date]] = ()) -> None:
        """Replace what was there; order plays no part."""
        rows: list[tuple[object, ...]] = [(source, on, "accepted", count, 0) for source, on, count in came]
        rows += [(source, on, "refused", None, None) for source, on in refused]
        random.Random(len(rows)).shuffle(rows)
        for table in ("tthc.marts.deliveries", "workspace.ledger.delivery"):
            self._load(table, pl.DataFrame(rows, schema=LISTED, orient="row"))
        for model in self.models:
            made = f"create or replace {model.kind} {model.relation} as {model.sql}"
            self.connection.execute(COUNTED if model.name == "prf_counted" else made)

    def standings(self, source: str) -> dict[dt.date, str]:
        found = self.connection.execute(
            "select business_day, standing from tthc.marts.delivery_days where source = ? order by 1", [source]
        ).fetchall()
        return dict(found)

    def freshness(self, source: str) -> tuple[Any, ...]:
        (row,) = self.connection.execute(
            "select usual_gap, silence, longest_silence, is_daily, is_late from tthc.marts.source_freshness"
            " where source = ?",
            [source],
        ).fetchall()
        return row

    def _load(self, name: str, frame: pl.DataFrame) -> None:
        self.connection.register("incoming", frame.to_arrow())
        self.connection.execute(f"create or replace table {name} as select * from incoming")
        self.connection.unregister("incoming")


@pytest.fixture(scope="module")
def days(compiled_project: dict[str, Any]) -> Days:
    return Days(compiled_project)


def worked(on: dt.date) -> bool:
    return bool(is_working_day(CALENDAR, on))


def calendar_days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=n) for n in range((last - first).days + 1))


def every_working_day(source: str, rows: int, first: dt.date = dt.date(2024, 3, 1)) -> list[Came]:
    """Return a source that comes every working day with about as many rows."""
    return [(source, on, rows + on.day % 5) for on in calendar_days(first, AS_OF) if worked(on)]


def is_by_holiday(on: dt.date) -> bool:
    """Within eight days of five days off in a row."""
    near = [on + dt.timedelta(days=n) for n in range(-13, 14)]
    for at in range(len(near) - 4):
        run = near[at : at + 5]
        if not any(worked(day) for day in run):
            first, last = run[0], run[-1]
            while not worked(first - dt.timedelta(days=1)):
                first -= dt.timedelta(days=1)
            while not worked(last + dt.timedelta(days=1)):
                last += dt.timedelta(days=1)
            if first - dt.timedelta(days=8) <= on <= last + dt.timedelta(days=8):
                return True
    return False


def plain_judged(came: dict[dt.date, int]) -> dict[dt.date, tuple[Judged, str, int | None]]:
    """Return how many rows came, per working day that a delivery stands for, against the deliveries before."""
    values: list[Value] = []
    gaps: list[int] = []
    before: dt.date | None = None
    reported: dict[dt.date, tuple[str, int | None]] = {}
    for on in sorted(came):
        gap = None
        if before is not None:
            gap = sum(worked(day) for day in calendar_days(before + dt.timedelta(days=1), on))
            gaps.append(gap)
        cadence = statistics.median(gaps[-30:]) if gaps else None
        is_daily = cadence is None or cadence <= 1.5
        kind = ("working" if worked(on) else "off") if is_daily else ""
        days = max(gap, 1) if gap is not None else None
        is_skipped = is_daily and is_by_holiday(on)
        g = None if days is None or is_skipped else math.log((came[on] + 0.5) / days)
        values.append(Value("rows", on, kind, "count", g, 1 / (max(came[on], 1) + 0.5)))
        reported[on] = (kind, days)
        before = on
    judged = judge(values)
    return {on: (judged["rows", on], *reported[on]) for on in came}


def plain_standing(
    came: dict[dt.date, int], judged: tuple[Judged, str, int | None], on: dt.date, limits: SourceLimits
) -> str:
    """Return the rule in words: too many; a day off of a daily source; nothing if rows are usual; too few."""
    one, kind, days = judged
    is_compared = one.standing != "not_compared"
    least = 0.0
    if is_compared:
        assert one.expected is not None and one.bound is not None and days is not None
        least = max(math.exp(one.expected - one.bound) * days - 0.5, 0)
        if came[on] > math.exp(one.expected + one.bound) * days - 0.5:
            return "high"
    if kind == "off":
        return "not_working"
    if came[on] == 0 and (least > 0 or limits.empty_without_history):
        return "empty"
    if came[on] < least:
        return "low"
    return "usual" if is_compared else "not_compared"


@pytest.mark.parametrize("seed", range(20))
def test_every_standing_agrees_with_plain_python(days: Days, seed: int) -> None:
    chance = random.Random(seed)
    came: dict[str, dict[dt.date, int]] = {}
    for source in ("ho_so", "le_phi", "danh_gia"):
        usual, share = chance.choice([3, 12, 60, 400]), chance.choice([0.3, 0.9, 0.99])
        span = calendar_days(AS_OF - dt.timedelta(days=chance.choice([20, 90, 160])), AS_OF)
        came[source] = {
            on: int(usual * chance.choice([0, 0.1, 0.3, 0.5, 0.9, 1, 1, 1, 1, 1.2, 2, 3.5, 10]))
            for on in span
            if chance.random() < (share if worked(on) else 0.2)
        }
    days.build((source, on, rows) for source, counts in came.items() for on, rows in counts.items())
    for source, counts in came.items():
        found = days.standings(source)
        assert set(found) >= set(counts)
        judged = plain_judged(counts)
        expected = {
            on: plain_standing(counts, judged[on], on, HOLDS.of(source)) if on in counts else "missing" for on in found
        }
        assert found == expected
        if counts and days.freshness(source)[3]:
            span = calendar_days(min(counts), AS_OF)
            assert {on for on, standing in found.items() if standing == "missing"} == {
                on for on in span if worked(on) and on not in counts
            }
        else:
            assert "missing" not in found.values()


@pytest.mark.parametrize(
    ("factor", "standing"), [(1, "usual"), (0.1, "low"), (10, "high"), (0, "empty"), (0.7, "usual"), (1.4, "usual")]
)
def test_volume_is_held_against_the_deliveries_before(days: Days, factor: float, standing: str) -> None:
    came = every_working_day("tien_trinh", 300)
    days.build([*came[:-1], ("tien_trinh", came[-1][1], int(300 * factor))])
    assert days.standings("tien_trinh")[came[-1][1]] == standing


@pytest.mark.parametrize(("effect", "standing"), [("level", "usual"), ("once", "high")])
def test_an_approved_level_is_the_measure_from_then_on(days: Days, effect: str, standing: str) -> None:
    """Once, the delivery is let by and weighed no more; as a level, what comes after it is compared with it."""
    came, since = every_working_day("tien_trinh", 300), 7 if effect == "level" else 4
    began = came[-since][1]
    said = dict.fromkeys(Override.model_fields) | {
        "override_code": "PD-1", "hold": "volume", "source": "tien_trinh", "business_day": began, "effect": effect,
        "approved_by": "Chánh Văn phòng", "approved_on": began, "valid_until": began, "reason": "Thêm hệ thống mới",
    }  # fmt: skip
    days._load("workspace.registers.override", override_table([Override.model_validate(said)]))
    days.build([*came[:-since], *((source, on, 30 * rows) for source, on, rows in came[-since:])])
    standings = days.standings("tien_trinh")
    days._load("workspace.registers.override", override_table([]))
    assert standings[began] == ("not_compared" if effect == "level" else "high")
    assert standings[came[-1][1]] == standing


def test_few_rows_scatter_and_say_nothing(days: Days) -> None:
    came = every_working_day("xin_loi", 1)
    days.build([*came[:-1], ("xin_loi", came[-1][1], 0)])
    assert days.standings("xin_loi")[came[-1][1]] == "usual"


@pytest.mark.parametrize(
    ("source", "on", "standing"),
    [
        ("ho_so", dt.date(2024, 6, 26), "empty"),  # a Wednesday, and nothing is known of earlier ones
        ("le_phi", dt.date(2024, 6, 26), "not_compared"),
        ("ho_so", dt.date(2024, 4, 30), "not_working"),  # Reunification Day
        ("ho_so", dt.date(2024, 4, 29), "not_working"),  # a Monday given free in exchange …
        ("ho_so", dt.date(2024, 5, 4), "empty"),  # … for this Saturday
        ("ho_so", dt.date(2024, 6, 23), "not_working"),
    ],
)
def test_a_header_without_rows(days: Days, source: str, on: dt.date, standing: str) -> None:
    days.build([(source, on, 0)])
    assert days.standings(source) == {on: standing}


def test_a_missing_day_is_listed_and_is_no_zero(days: Days) -> None:
    came = every_working_day("ho_so", 100)
    gone = came[-6][1]
    days.build([one for one in came if one[1] != gone], refused=[("ho_so", came[-3][1]), ("ho_so", came[-2][1])])
    found = days.connection.execute(
        "select business_day, files_refused, rows_in, standing from tthc.marts.delivery_days where is_missing"
    ).fetchall()
    assert found == [(gone, 0, None, "missing")]
    days.build([one for one in came if one[1] not in (gone, came[-3][1])], refused=[("ho_so", came[-3][1])])
    missing = days.connection.execute(
        "select business_day, files_refused from tthc.marts.delivery_days where is_missing order by 1"
    ).fetchall()
    assert missing == [(gone, 0), (came[-3][1], 1)]


@pytest.mark.parametrize(("silent", "is_late"), [(0, False), (3, False), (4, True), (20, True)])
def test_a_daily_source_may_be_silent_for_three_working_days(days: Days, silent: int, is_late: bool) -> None:
    came = every_working_day("ho_so", 100)
    days.build(came[: len(came) - silent])
    assert days.freshness("ho_so") == (1.0, silent, 3.0, True, is_late)


def test_a_monthly_source_has_three_months_and_a_rare_one_no_cadence(days: Days) -> None:
    ends = [dt.date(2023, month, 28) for month in range(2, 8)]
    silence = int(working_days_between(CALENDAR, ends[-1], AS_OF))
    days.build([*(("ho_so", on, 100) for on in ends), *(("don_vi", on, 100) for on in ends[:4])])
    gap, found, limit, is_daily, is_late = days.freshness("ho_so")
    assert 19 <= gap <= 23 and limit == 3 * gap and (found, is_daily, is_late) == (silence, False, True)
    assert days.freshness("don_vi")[2:] == (None, False, False)


def test_limits_are_data_and_a_source_may_have_its_own() -> None:
    assert HOLDS.of("ho_so").empty_without_history and not HOLDS.of("le_phi").empty_without_history
    assert set(HOLDS.sources) <= set(load_contracts(Settings().contracts_dir))
    with pytest.raises(ValueError, match="factr"):
        Holds.model_validate(HOLDS.model_dump() | {"sources": {"ho_so": {"factr": 2}}})


RESTATED = ("deliveries", "delivery_days")


@pytest.fixture(scope="module")
def models(compiled_project: dict[str, Any]) -> list[Model]:
    return models_for(compiled_project, RESTATED)


def dossiers(count: int) -> str:
    return DOSSIERS + "".join(f"A-{n},1.000001,H19.07,4,20240603080000,,,,\n" for n in range(count))


def changes(few: FewFiles) -> tuple[Any, ...]:
    """Return keys_before, keys_removed and is_shrunk of the one dossier file."""
    (row,) = [r for r in few.night(few.deliver())["deliveries"] if r[0] == "ho_so" and r[6] == "accepted"]
    return row[-4:-1]


@pytest.mark.parametrize(("left", "is_shrunk"), [(100, False), (95, False), (94, True), (0, True)])
def test_a_restatement_may_lose_a_twentieth_of_its_keys(few: FewFiles, left: int, is_shrunk: bool) -> None:
    few.deliver(("ho_so", day(1), "a.csv", dossiers(100) + "A-x,bad\n"))
    few.deliver(("ho_so", day(1), "a.csv", dossiers(left)))
    assert changes(few) == (100, 100 - left, is_shrunk)


def test_what_a_restatement_lost_is_told_again_from_the_archive_alone(few: FewFiles) -> None:
    """Lake and ledger's receipts gone, or the same bytes back again in their turn: the same is said."""
    for count in (40, 100, 40):
        few.deliver(("ho_so", day(1), "a.csv", dossiers(count)))
    assert changes(few) == (100, 60, True)
    for path in few.settings.lake_dir.rglob("*.parquet"):
        path.unlink()
    assert changes(few) == (100, 60, True)
    with open_ledger(few.settings.ledger_file) as ledger:
        ledger.execute("delete from receipt")
    assert changes(few) == (100, 60, True)
