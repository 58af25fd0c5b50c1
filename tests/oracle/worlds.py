"""The generated provinces that several files of laws look at, each made and settled once."""

from functools import cache
from typing import Any

from .form import HandlingStatus, handling_status
from .generate import province
from .settle import settle
from .settled import Settled
from .values import IndicatorValue, indicator_values
from .world import World

SEEDS = range(400)
# Where every indicator of a province is needed.
FEW = range(60)


@cache
def world(seed: int) -> World:
    """Return the province of a seed."""
    return province(seed)


@cache
def settled_world(seed: int) -> Settled:
    """Return its dossiers in scope and all else that counts."""
    one = world(seed)
    return settle(one.records(), one.as_of, changes=one.changes)


@cache
def form(seed: int) -> tuple[HandlingStatus, ...]:
    """Return its form II.06a."""
    return tuple(handling_status(settled_world(seed), world(seed).as_of))


@cache
def figures(seed: int) -> tuple[IndicatorValue, ...]:
    """Return its indicators."""
    one = world(seed)
    registers: dict[str, Any] = {"targets": one.targets, "absent": one.absent, "low": one.low, "editions": one.editions}
    return tuple(indicator_values(settled_world(seed), one.as_of, **registers))
