"""What a night carries over from the one before is what it would compute: over drawn provinces, table by table.

The provinces are the oracle's, with everything that a rule knows in them; their lists come before all else, since a
changed list is a reason to compute everything.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.storage.run_spec import candidate_file
from pipelines.transform.carry import _carried_from
from tests.oracle.generate import province
from tests.oracle.world import World
from tests.pipeline.world_nights import LISTS, WorldNights, with_early_lists

pytestmark = pytest.mark.slow
SEEDS = 60
IN_SUITE = 2


def days_of(world: World) -> list[date]:
    """Return the days on which something but a list came, in order."""
    return sorted({file.business_day for file in world.deliveries if file.source not in LISTS})


def as_of(world: World, until: date) -> date:
    """Return the newest day with dossiers up to a day, as a run takes it."""
    came = [file.business_day for file in world.deliveries if file.source == "ho_so" and file.business_day <= until]
    return max(came, default=until)


def differing(folder: Path, manifest: dict[str, Any], seed: int) -> tuple[str, list[str]]:
    """Build a province in two nights and in one; return what the second carried over, and the tables that differ."""
    world = with_early_lists(province(seed))
    days = days_of(world)
    split, last = days[len(days) * (seed % 4 + 1) // 6], days[-1]
    nights = WorldNights(folder, manifest, world)
    first, whole = nights.spec("first", as_of(world, split)), nights.spec("whole", as_of(world, last))
    before, everything = nights.state(split), nights.state(last)
    nights.build(before, first)
    kept = nights.keep(before, first)
    carried = _carried_from(kept, nights.settings, nights.contracts, everything, whole)
    if isinstance(carried, str):
        return carried, []
    nights.build(everything, whole, carried)
    found = nights.tables()
    nights.build(everything, whole)
    expected = nights.tables()
    return "carried", [table for table, rows in expected.items() if rows != found[table]]


@pytest.mark.parametrize(
    "first",
    [
        first if first < IN_SUITE else pytest.param(first, marks=pytest.mark.campaign)
        for first in range(0, SEEDS, IN_SUITE)
    ],
)
def test_what_is_carried_over_is_what_would_be_computed(
    tmp_path: Path, compiled_project: dict[str, Any], first: int
) -> None:
    found = {seed: differing(tmp_path / str(seed), compiled_project, seed) for seed in range(first, first + IN_SUITE)}
    assert {seed: tables for seed, (_, tables) in found.items() if tables} == {}
    reasons = {reason for reason, _ in found.values()}
    assert reasons <= {"carried", "units_changed"}, found
    if first == 0:
        assert "carried" in reasons


def test_periods_that_left_the_score_take_their_rows_with_them(
    tmp_path: Path, compiled_project: dict[str, Any]
) -> None:
    """Late dossiers are carried over with a row for each period of the score, and its windows move on every day."""
    world = with_early_lists(province(0))
    split, last = days_of(world)[len(days_of(world)) // 3], days_of(world)[-1]
    nights = WorldNights(tmp_path, compiled_project, world)
    first, second = nights.spec("first", as_of(world, split)), nights.spec("second", as_of(world, last))
    before, after = nights.state(split), nights.state(last)
    nights.build(before, first)
    kept = nights.keep(before, first)
    carried = _carried_from(kept, nights.settings, nights.contracts, after, second)
    assert not isinstance(carried, str)
    nights.build(after, second, carried)
    with duckdb.connect() as connection:
        for name, path in (("old", carried.tables), ("new", candidate_file(nights.settings))):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        gone = "where period_code not in (select period_code from new.marts.dim_score_period)"
        had = connection.execute(f"select count(*) from old.marts.fct_open_late {gone}").fetchall()
        left = connection.execute(f"select count(*) from new.marts.fct_open_late {gone}").fetchall()
    assert had != [(0,)] and left == [(0,)]
