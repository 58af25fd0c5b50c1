"""A small part of `make vigilance`: honest nights pass, falsified ones are noticed with the right cause named."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.campaign.vigilance.bench import MARTS, Bench
from tests.campaign.vigilance.falsify import Night, falsified
from tests.campaign.vigilance.kinds import load_kinds
from tests.campaign.vigilance.nights import Nights, models_behind_holds
from tests.campaign.vigilance.province import parsed_day
from tests.campaign.vigilance.trials import Province, honest, province, trial
from tests.oracle.compiled import models_for

pytestmark = pytest.mark.slow
DAY = "2024-12-31"
# One of each family of measures, at sizes that need no large province.
NOTICED = [
    ("due_later", 1), ("channels_flipped", 1), ("unknown_units", 0.25), ("fees_doubled", 1), ("components_cut", 0.4),
    ("a_tenth_comes", 0.9), ("a_tenth_missing", 0.1), ("midnight", 1), ("stale_copy", 1), ("names_without_marks", 1),
    ("old_extract", 1), ("field_missing", 1), ("one_term", 1), ("unknown_procedures", 0.25),
]  # fmt: skip


@pytest.fixture(scope="module")
def bench(compiled_project: dict[str, Any]) -> Bench:
    return Bench(models_for(compiled_project, MARTS))


@pytest.fixture(scope="module")
def loaded(bench: Bench) -> Province:
    found = province(6_000, 3, "monthly")
    bench.load(found.history)
    return found


@pytest.mark.parametrize(("name", "size"), NOTICED)
def test_a_falsified_delivery_is_noticed_with_its_cause(bench: Bench, loaded: Province, name: str, size: float) -> None:
    found = trial(bench, loaded, DAY, name, load_kinds().kinds[name], size, bench.judge(DAY))
    assert found.noticed and found.named, found.spoke


def test_what_comes_later_changes_no_verdict(bench: Bench, loaded: Province) -> None:
    """A delivery is judged by earlier ones only.

    One by one they get the verdict that all at once get, so that honest nights may be judged by the dozen. The bound
    may differ a little, by measures of the family known only later.
    """
    at_once = _judged(bench, DAY)
    for day in loaded.judged_days()[::3]:
        one_by_one = _judged(bench, day)
        assert len(one_by_one) > 150
        for key, (compared, deviation, bound, standing) in one_by_one.items():
            then = at_once[key]
            assert (then[0], then[3]) == (compared, standing), key
            assert then[1] == pytest.approx(deviation, abs=1e-9), key
            assert then[2] == pytest.approx(bound, rel=0.05), key


def _judged(bench: Bench, until: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    bench.build(until)
    rows = bench.connection.execute(
        "select source, business_day, measure, stratum, compared, round(deviation, 6), bound, standing"
        " from tthc.marts.delivery_measures where standing <> 'not_compared'"
    ).fetchall()
    return {row[:4]: row[4:] for row in rows if str(row[1]) <= until}


def test_the_holds_are_those_that_are_measured(compiled_project: dict[str, Any], tmp_path: Path) -> None:
    """What leads in the measuring is what expectations/holds.sql lists, of a night that is false in two ways."""
    bench, year = Bench(models_behind_holds(compiled_project)), province(1_500, 2, "monthly")
    bench.load(year.history)
    kinds, day = load_kinds().kinds, "2024-09-30"
    night = Night(year.days[day], {}, "ho_so", np.random.default_rng(1), 1, year.units)
    for name in ("due_later", "midnight"):
        night = replace(night, now=falsified(night, kinds[name].how, kinds[name].extra))
    held = Nights(bench, tmp_path).night(day, parsed_day(day, night.now))
    on = [one for one in bench.unusual() if str(one.business_day) == day and one.leads and one.measure != "rows"]
    expected = {("unit" if one.unit_code else "profile", one.source, one.measure.removeprefix("unit:")) for one in on}
    found = {
        (thing["hold"], thing["source"], thing["measure"]) for thing in held if thing["hold"] in ("profile", "unit")
    }
    assert found == expected and {"due_as_usual", "midnight"} <= {measure for _, _, measure in found}


def test_honest_nights_of_a_quarter_day_by_day_are_let_by(bench: Bench) -> None:
    found = honest(bench, province(1_500, 2, "daily"))
    assert found.nights > 60 and found.measures > 5_000
    assert found.unusual == ()


@pytest.mark.campaign
def test_an_honest_year_month_by_month_holds_no_night(compiled_project: dict[str, Any], tmp_path: Path) -> None:
    bench, year = Bench(models_behind_holds(compiled_project)), province(1_500, 2, "monthly")
    bench.load(year.history)
    nights = Nights(bench, tmp_path)
    held = {day: nights.night(day) for day in sorted(year.days)}
    assert [(day, thing) for day, things in held.items() for thing in things] == []
    assert nights.count == 12
