"""Arriving dossiers: procedure, unit, channel, time of submission and of reception.

Belongs here: volumes over units, procedures and the year. Does not belong here: handling (`lifecycles`).
"""

from dataclasses import dataclass

import numpy as np

from pipelines.sample.behaviour import (
    LEVELS,
    Behaviour,
    Flags,
    Floats,
    Ints,
    by_level_over_year,
    stream,
    zipf,
)
from pipelines.sample.clock import CLOSE, DAY, MORNING, NEVER, OPEN, WORKDAY, Clock
from pipelines.sample.departments import departments_of
from pipelines.sample.limits import ProcedureLimits
from pipelines.sample.reference import Reference
from pipelines.sample.span import Span
from pipelines.sample.successors import Successions


@dataclass(frozen=True)
class Arrivals:
    """One entry per dossier, ordered by unit and time handed in; units as positions.

    Attributes:
        asked: The unit that has it until it is received.
        unit: The unit that it is received by.
        heir: The unit that gets it if its own is abolished without a successor (NOBODY: none).
        channel: 0 where it is not reported.
    """

    span: Span
    asked: Ints
    unit: Ints
    heir: Ints
    procedure: Ints
    level: Ints
    channel: Ints
    submitted: Ints
    received: Ints
    refused: Flags

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def elapsed(self) -> Floats:
        """The elapsed share of the years (0 to 1) at submission; 0 for dossiers of the year before."""
        return np.clip(self.span.elapsed(self.submitted // DAY), 0, 1)


def draw_arrivals(
    count: int, seed: int, behaviour: Behaviour, reference: Reference, clock: Clock, limits: ProcedureLimits
) -> Arrivals:
    """Return `count` dossiers of the years that are drawn and of the two months before them."""
    rng = stream(seed, "arrivals")
    volume, span = behaviour["volume"], reference.span
    shares = _level_shares(behaviour, reference)
    level = rng.choice(len(LEVELS), count, p=shares / shares.sum())
    unit, procedure = _offices(level, rng, seed, behaviour, reference)
    day = _days(rng, count, span, volume, clock)
    channel = _channels(rng, behaviour, limits, level, procedure, day, span)
    submitted, received = _moments(rng, behaviour["channel"], clock, channel, day)
    carried = (rng.random(count) < volume["carried_over"]) & (limits.working_days[procedure] >= 3)
    received = np.where(carried, _last_year(rng, clock, limits.working_days[procedure], span.first_year), received)
    submitted = np.where(carried, received, submitted)
    refused = (channel == 2) & ~carried & (rng.random(count) < behaviour["channel"]["refused"])
    dropped = (channel == 2) & ~carried & ~refused & (rng.random(count) < behaviour["channel"]["never_accepted"])
    received = np.where(dropped, NEVER, received)
    successions, received_on = Successions(reference), np.where(received == NEVER, submitted, received) // DAY
    drawn, unit = unit, successions.on(unit, received_on)
    heir = successions.heirs(unit, seed)
    unit = successions.with_heirs(unit, heir, received_on)
    # Handed in on the eve of a change of the map, a dossier is with a unit that there is.
    asked = successions.with_heirs(drawn, heir, submitted // DAY)
    asked = np.where(reference.first_day[unit] > submitted // DAY, asked, unit)
    order = np.lexsort((procedure, submitted, unit))
    return Arrivals(
        span=span,
        asked=asked[order],
        unit=unit[order],
        heir=heir[order],
        procedure=procedure[order],
        level=reference.unit_level[unit[order]],
        channel=channel[order],
        submitted=submitted[order],
        received=received[order],
        refused=refused[order],
    )


def _level_shares(behaviour: Behaviour, reference: Reference) -> Floats:
    """Return the share of dossiers of each level; a level without offices leaves its own to the one it passed to."""
    shares = dict(behaviour["volume"]["levels"])
    for level, taking in behaviour["procedures"]["passed"].items():
        if not len(reference.units_of(level)):
            shares[taking] += shares[level]
            shares[level] = 0
    return np.array([shares[name] for name in LEVELS])


def _offices(
    level: Ints, rng: np.random.Generator, seed: int, behaviour: Behaviour, reference: Reference
) -> tuple[Ints, Ints]:
    unit, procedure = np.zeros_like(level), np.zeros_like(level)
    codes = reference.procedures["MaTTHC"].to_list()
    fields = reference.procedures["TenLinhVuc"].to_list()
    handled_by = reference.procedure_levels(reference.span.start, behaviour["procedures"]["passed"]).str.split(";")
    level_of = {office: of for of, office in reference.levels.of_procedures.items()}
    for position, name in enumerate(LEVELS):
        mine = np.flatnonzero(level == position)
        if not len(reference.units_of(name)):
            continue
        handled = np.flatnonzero(handled_by.list.contains(level_of[name]).to_numpy())
        if name in behaviour["fields"]:
            weights = _by_field(handled, fields, behaviour["fields"][name])
        else:
            named = behaviour["procedures"][name]
            weights = np.array([named.get(codes[p], 0.0) for p in handled])
            weights[weights == 0] = behaviour["procedures"]["rest"][name] * zipf(int((weights == 0).sum()))
        procedure[mine] = rng.choice(handled, len(mine), p=weights / weights.sum())
        if name in behaviour["fields"]:
            unit[mine] = departments_of(procedure[mine], seed, reference)
        else:
            units = reference.units_of(name)
            size = _sizes(rng, units, reference, behaviour["volume"])
            unit[mine] = rng.choice(units, len(mine), p=size / size.sum())
    return unit, procedure


def _by_field(handled: Ints, fields: list[str], weights: dict[str, float]) -> Floats:
    result = np.zeros(len(handled))
    names = np.array([fields[p] for p in handled])
    for field in sorted(set(names)):
        among = np.flatnonzero(names == field)
        result[among] = weights.get(field, weights["rest"]) * zipf(len(among))
    return result


def _sizes(rng: np.random.Generator, units: Ints, reference: Reference, volume: Behaviour) -> Floats:
    names = reference.units["TenDonVi"].gather(units)
    urban = names.str.contains("phường|thị trấn|thành phố").to_numpy()
    spread = rng.lognormal(0, volume["unit_spread"], len(units))
    return spread * np.where(urban, volume["urban_factor"], 1.0)


def _days(rng: np.random.Generator, count: int, span: Span, volume: Behaviour, clock: Clock) -> Ints:
    day = np.arange(span.start, span.end)
    dates = day.astype("datetime64[D]")
    weight = np.array(volume["months"])[dates.astype("datetime64[M]").astype(int) % 12]
    weight = weight * np.where(clock.worked(day), 1.0, volume["weekend_online"])
    lull = volume["lull"]
    named = [np.datetime64(one.date) for one in clock.calendar.days if one.name_vi == lull["holiday"]]
    quiet = np.any([np.abs((dates - holiday).astype(int)) <= lull["days"] for holiday in named], axis=0)
    weight = weight * np.where(quiet, lull["factor"], 1.0)
    return rng.choice(day, count, p=weight / weight.sum())


def _channels(
    rng: np.random.Generator, behaviour: Behaviour, limits: ProcedureLimits, level: Ints, procedure: Ints,
    day: Ints, span: Span,
) -> Ints:  # fmt: skip
    shares, count = behaviour["channel"], len(level)
    online = rng.random(count) < by_level_over_year(shares["online"], level, span.elapsed(day))
    only_told = (limits.service_level[procedure] == 2) & (rng.random(count) >= shares["level_2_online"])
    draw = rng.random(count)
    channel = np.where(draw < shares["post"], 3, 1)
    channel = np.where(online & ~only_told, 2, channel)
    return np.where(draw > 1 - shares["no_channel"], 0, channel)


def _moments(rng: np.random.Generator, shares: Behaviour, clock: Clock, channel: Ints, day: Ints) -> tuple[Ints, Ints]:
    count = len(day)
    at_desk = clock.from_work(clock.number(day) * WORKDAY + (rng.beta(1.3, 1.6, count) * (WORKDAY - 1)).astype(int))
    daytime = OPEN + rng.integers(0, CLOSE - OPEN + 3 * 3600, count)
    second = np.where(rng.random(count) < 0.8, daytime, rng.integers(0, DAY, count))
    sent = day * DAY + second
    wait = 60 + rng.exponential(shares["hours_to_accept"] * 3600, count).astype(int)
    accepted = clock.from_work(clock.to_work(sent) + wait)
    at_once = sent + rng.integers(1, 20, count)
    accepted = np.where(rng.random(count) < shares["accepted_at_once"], at_once, accepted)
    online = channel == 2
    return np.where(online, sent, at_desk), np.where(online, accepted, at_desk)


def _last_year(rng: np.random.Generator, clock: Clock, limit: Ints, year: int) -> Ints:
    """Return reception times late enough in the year before that a dossier within its limit may still be open."""
    first = int(clock.number(np.array(np.datetime64(f"{year}-01-01", "D").astype(int))))
    november = int(clock.number(np.array(np.datetime64(f"{year - 1}-11-01", "D").astype(int))))
    before = 1 + (rng.random(len(limit)) * 0.8 * limit).astype(int)
    number = np.maximum(first - before, november)
    return clock.from_work(number * WORKDAY + rng.integers(0, MORNING, len(limit)))
