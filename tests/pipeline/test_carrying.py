"""What a night carries over from the one before is what it would compute: over drawn provinces, table by table.

The provinces are the oracle's, with everything that a rule knows in them; their lists come before all else, since a
changed list is a reason to compute everything.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

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
