"""Steps against a process-mining library: the same log gives pm4py's ways, times between steps and lengths of cases.

With EVENT_LOG=receipt.csv the log is a real one: 1,434 applications for an environmental permit in a Dutch
municipality (J.C.A.M. Buijs, "Receipt phase of an environmental permit application process", 4TU.ResearchData). Its
terms ask to be cited and do not let us pass it on, so it is not in this repository. Without it a made-up log is used.
"""

import datetime as dt
import importlib
import os
import random
from typing import Any

import pandas as pd
import pytest

from .by_hand import UNITS
from .compiled import Warehouse, models_for
from .records import DossierState, Procedure, Row, Step
from .world import Delivery, World

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
TODAY = dt.date(2024, 12, 31)
# What a real log calls its activities stands for a status; none of these ends a dossier.
STATUSES = ("1", "2", "3", "4", "5", "6", "8")
CASE, ACTIVITY, MOMENT, OFFICE = "case:concept:name", "concept:name", "time:timestamp", "org:group"


def read_log() -> pd.DataFrame:
    """Return the real log where it is named, its newest event on the as-of day, else a made-up one."""
    if path := os.environ.get("EVENT_LOG"):
        log = pd.read_csv(path)[[CASE, ACTIVITY, MOMENT, OFFICE]]
        moments = pd.to_datetime(log[MOMENT], utc=True, format="ISO8601").dt.tz_localize(None).dt.floor("s")
        log[MOMENT] = moments + (pd.Timestamp(TODAY) - moments.max().normalize())
        known = {name: STATUSES[number % len(STATUSES)] for number, name in enumerate(sorted(log[ACTIVITY].unique()))}
        log[ACTIVITY] = log[ACTIVITY].map(known)
    else:
        rng = random.Random(20241231)
        rows = []
        for case in range(300):
            moment = dt.datetime(2024, 1, 2, 8) + dt.timedelta(minutes=rng.randrange(300_000))
            for _ in range(rng.randint(1, 7)):
                rows.append((f"case-{case}", rng.choice(STATUSES), moment, f"Group {rng.randint(1, 3)}"))
                moment += dt.timedelta(seconds=rng.randrange(1, 400_000))
        log = pd.DataFrame(rows, columns=[CASE, ACTIVITY, MOMENT, OFFICE])
    # Of events in one second one place counts in each status; the furthest status is the last.
    log = log.drop_duplicates([CASE, MOMENT, ACTIVITY])
    return log.sort_values([CASE, MOMENT, ACTIVITY], key=lambda of: of.astype(int) if of.name == ACTIVITY else of)


def world_of(log: pd.DataFrame) -> World:
    """Return a province whose dossiers went the way of the log; handling ends with the last event."""
    ends = log.groupby(CASE)[MOMENT].agg(["min", "max"])
    rows: dict[str, tuple[Row, ...]] = {
        "don_vi": tuple(UNITS),
        "thu_tuc": (Procedure("1.000001", dt.date(2024, 1, 2)),),
        "ho_so": tuple(
            DossierState(case, "1.000001", "H19.07", 9, TODAY, NgayTiepNhan=first, NgayKetThucXuLy=last)
            for case, first, last in ends.itertuples()
        ),
        "tien_trinh": tuple(
            Step(case, moment, status, TODAY, PhongBanXuLy=f"Phòng {office}")
            for case, status, moment, office in log[[CASE, ACTIVITY, MOMENT, OFFICE]].itertuples(index=False)
        ),
    }
    return World(TODAY, tuple(Delivery(name, TODAY, f"{name}.csv", of) for name, of in rows.items()))


@pytest.fixture(scope="module")
def pm4py() -> Any:
    """Return the library, which takes seconds to import and ships no types."""
    return importlib.import_module("pm4py")


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return read_log()


@pytest.fixture(scope="module")
def built(compiled_project: dict[str, Any], log: pd.DataFrame) -> Warehouse:
    warehouse = Warehouse(models_for(compiled_project, ["fct_steps", "procedure_variants", "procedure_bottlenecks"]))
    warehouse.build(world_of(log))
    return warehouse


def test_ways_are_pm4pys(built: Warehouse, log: pd.DataFrame, pm4py: Any) -> None:
    expected = {"-".join(way): count for way, count in pm4py.get_variants(log).items()}
    ways = built.rows(
        "select variant, count(*) from workspace.metrics.int_step_path"
        " join workspace.metrics.int_step_variant using (path, steps) group by variant"
    )
    assert dict(ways) == expected
    listed = built.rows(
        "select variant, sum(dossiers) from tthc.marts.procedure_variants where scope = 'province' group by 1"
    )
    assert all(count <= expected[way] for way, count in listed)
    assert max(count for _, count in listed) == max(expected.values())


def test_times_between_steps_are_pm4pys(built: Warehouse, log: pd.DataFrame, pm4py: Any) -> None:
    times, _, _ = pm4py.discover_performance_dfg(log, perf_aggregation_key="all")
    found = built.rows(
        "select s.status, n.status, avg(s.elapsed_hours) * 3600, median(s.elapsed_hours) * 3600, count(*)"
        " from tthc.marts.fct_steps s join tthc.marts.fct_steps n"
        " on s.dossier_code = n.dossier_code and n.step_number = s.step_number + 1 group by all"
    )
    assert len(found) == len(times) > 20
    for before, after, mean, median, count in found:
        assert (mean, median) == pytest.approx((times[before, after]["mean"], times[before, after]["median"]))
        assert count > 0


def test_cases_last_as_long_as_pm4py_says(built: Warehouse, log: pd.DataFrame, pm4py: Any) -> None:
    found = built.rows("select sum(elapsed_hours) * 3600 from tthc.marts.fct_steps group by dossier_code")
    assert sorted(row[0] for row in found) == pytest.approx(sorted(pm4py.get_all_case_durations(log)))


def test_work_done_again_is_pm4pys(built: Warehouse, log: pd.DataFrame, pm4py: Any) -> None:
    """A status that a dossier was put into more than once."""
    found = built.rows(
        "select status, count(*) from (select dossier_code, status from tthc.marts.fct_steps group by all"
        " having count(*) > 1) group by all"
    )
    assert dict(found) == pm4py.get_rework_cases_per_activity(log)
