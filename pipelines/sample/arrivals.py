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
from pipelines.sample.limits import ProcedureLimits
from pipelines.sample.reference import Reference


@dataclass(frozen=True)
class Arrivals:
    """One entry per dossier, ordered by unit and time handed in.

    `channel` 0: not reported.
    """

    unit: Ints
    procedure: Ints
    level: Ints
    channel: Ints
    submitted: Ints
    received: Ints
    refused: Flags

    def __len__(self) -> int:
        return len(self.unit)

    def elapsed(self, year: int) -> Floats:
        """Return the elapsed share of the year (0 to 1) at submission; 0 for dossiers of the year before."""
        first = int(np.datetime64(f"{year}-01-01", "D").astype(int))
        return np.clip((self.submitted // DAY - first) / 366, 0, 1)


def draw_arrivals(
    count: int, seed: int, behaviour: Behaviour, reference: Reference, clock: Clock, limits: ProcedureLimits
) -> Arrivals:
    """Return `count` dossiers of the year and of the two months before it."""
    rng = stream(seed, "arrivals")
    volume, year = behaviour["volume"], behaviour["year"]
    shares = np.array([volume["levels"][name] for name in LEVELS])
    level = rng.choice(len(LEVELS), count, p=shares / shares.sum())
    unit, procedure = _offices(level, rng, behaviour, reference)
    day = _days(rng, count, year, volume, clock)
    channel = _channels(rng, behaviour, limits, level, procedure, day, year)
    submitted, received = _moments(rng, behaviour["channel"], clock, channel, day)
    carried = (rng.random(count) < volume["carried_over"]) & (limits.working_days[procedure] >= 3)
    received = np.where(carried, _last_year(rng, clock, limits.working_days[procedure], year), received)
    submitted = np.where(carried, received, submitted)
    refused = (channel == 2) & ~carried & (rng.random(count) < behaviour["channel"]["refused"])
    dropped = (channel == 2) & ~carried & ~refused & (rng.random(count) < behaviour["channel"]["never_accepted"])
    received = np.where(dropped, NEVER, received)
    unit = reference.successors_on(unit, np.where(received == NEVER, submitted, received) // DAY)
    order = np.lexsort((procedure, submitted, unit))
    return Arrivals(
        unit=unit[order],
        procedure=procedure[order],
        level=level[order],
        channel=channel[order],
        submitted=submitted[order],
        received=received[order],
        refused=refused[order],
    )


def _offices(level: Ints, rng: np.random.Generator, behaviour: Behaviour, reference: Reference) -> tuple[Ints, Ints]:
    unit, procedure = np.zeros_like(level), np.zeros_like(level)
    codes = reference.procedures["MaTTHC"].to_list()
    fields = reference.procedures["TenLinhVuc"].to_list()
    for position, name in enumerate(LEVELS):
        mine = np.flatnonzero(level == position)
        if name == "so":
            handled = reference.procedures_of("tinh")
            weights = _by_field(handled, fields, behaviour["fields_so"])
        else:
            handled = reference.procedures_of(name)
            named = behaviour["procedures"][name]
            weights = np.array([named.get(codes[p], 0.0) for p in handled])
            weights[weights == 0] = behaviour["procedures"]["rest"][name] * zipf(int((weights == 0).sum()))
        procedure[mine] = rng.choice(handled, len(mine), p=weights / weights.sum())
        if name == "so":
            position_of = {code: at for at, code in enumerate(reference.units["MaDonVi"])}
            home = np.array([position_of[reference.departments[field]] for field in fields])
            unit[mine] = home[procedure[mine]]
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


def _days(rng: np.random.Generator, count: int, year: int, volume: Behaviour, clock: Clock) -> Ints:
    dates = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
    day = dates.astype(int)
    weight = np.array(volume["months"])[dates.astype("datetime64[M]").astype(int) % 12]
    weight = weight * np.where(clock.worked(day), 1.0, volume["weekend_online"])
    lull = volume["lull"]
    quiet = (dates >= np.datetime64(lull["from"])) & (dates <= np.datetime64(lull["to"]))
    weight = weight * np.where(quiet, lull["factor"], 1.0)
    return rng.choice(day, count, p=weight / weight.sum())


def _channels(
    rng: np.random.Generator, behaviour: Behaviour, limits: ProcedureLimits, level: Ints, procedure: Ints,
    day: Ints, year: int,
) -> Ints:  # fmt: skip
    shares, count = behaviour["channel"], len(level)
    first = int(np.datetime64(f"{year}-01-01", "D").astype(int))
    online = rng.random(count) < by_level_over_year(shares["online"], level, (day - first) / 366)
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
