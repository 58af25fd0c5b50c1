"""A small part of `make vigilance`: honest nights pass, falsified ones are noticed with the right cause named."""

from pathlib import Path

import pytest

from benchmarks.vigilance.bench import Bench, models_of
from benchmarks.vigilance.kinds import load_kinds
from benchmarks.vigilance.nights import Nights, models_behind_holds
from benchmarks.vigilance.trials import Province, honest, province, trial

pytestmark = pytest.mark.slow
DAY = "2024-12-31"
# One of each family of measures, at sizes that need no large province.
NOTICED = [
    ("due_later", 1), ("channels_flipped", 1), ("unknown_units", 0.25), ("fees_doubled", 1), ("components_cut", 0.4),
    ("a_tenth_comes", 0.9), ("a_tenth_missing", 0.1), ("midnight", 1), ("stale_copy", 1), ("names_without_marks", 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def bench(compiled_project: dict) -> Bench:
    return Bench(models_of(compiled_project))


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
    """A delivery is judged by earlier ones only: one by one they give what all at once give."""
    at_once = _scores(bench, DAY)
    for day in loaded.judged_days()[::3]:
        bench.build(day)
        one_by_one = _scores(bench, day)
        assert one_by_one == {key: at_once[key] for key in one_by_one if key in at_once} and len(one_by_one) > 150


def _scores(bench: Bench, until: str) -> dict[tuple, tuple]:
    bench.build(until)
    rows = bench.connection.execute(
        "select source, business_day, measure, stratum, compared, round(deviation, 6), round(bound, 6), standing"
        " from tthc.marts.delivery_measures"
    ).fetchall()
    return {row[:4]: row[4:] for row in rows if str(row[1]) <= until}


def test_honest_nights_of_a_quarter_day_by_day_are_let_by(bench: Bench) -> None:
    found = honest(bench, province(1_500, 2, "daily"))
    assert found.nights > 70 and found.measures > 5_000
    assert found.unusual == ()


def test_an_honest_year_month_by_month_holds_no_night(compiled_project: dict, tmp_path: Path) -> None:
    bench, year = Bench(models_behind_holds(compiled_project)), province(1_500, 2, "monthly")
    bench.load(year.history)
    nights = Nights(bench, tmp_path)
    held = {day: nights.night(day) for day in sorted(year.days)}
    assert [(day, thing) for day, things in held.items() for thing in things] == []
    assert nights.count == 12
