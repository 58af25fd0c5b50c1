"""Events of a dossier: processing steps, ratings, notifications, letters of apology.

Belongs here: drawing them, as tables ordered by dossier and moment, in which no dossier has two rows at one moment.
Does not belong here: the lifecycle itself (`lifecycles`), columns of files (`child_tables`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.sample.behaviour import Behaviour, Flags, Ints, by_level, over_year, stream
from pipelines.sample.clock import DAY, NEVER, WORKDAY, Clock
from pipelines.sample.dossiers import Lifecycles


@dataclass(frozen=True)
class Events:
    """One row per event; the function that draws it documents the values of `kind`."""

    dossier: Ints
    moment: Ints
    kind: Ints


def draw_steps(lifecycles: Lifecycles, seed: int, behaviour: Behaviour, clock: Clock, as_of: int) -> Events:
    """Return processing steps; `kind` is the status after the step. A waiting dossier has no steps."""
    rng, arrivals = stream(seed, "steps"), lifecycles.arrivals
    known = np.flatnonzero((arrivals.received < NEVER) & ~arrivals.refused)
    end = np.where(lifecycles.finished < NEVER, lifecycles.finished, as_of)
    begun, ended = (clock.to_work(np.minimum(moment, as_of)) for moment in (arrivals.received, end))
    many = rng.integers(behaviour["steps"]["least"], behaviour["steps"]["most"] + 1, len(known))
    dossier = np.repeat(known, many)
    nth = np.arange(len(dossier)) - np.repeat(np.cumsum(many) - many, many) + 1
    width = np.maximum((ended[dossier] - begun[dossier]) // (np.repeat(many, many) + 1), 1)
    middle = clock.from_work(begun[dossier] + nth * width + (rng.random(len(dossier)) * width).astype(int))
    idle = lifecycles.paused[dossier] <= middle
    for supplement in lifecycles.supplements:
        idle |= (supplement.asked[dossier] <= middle) & (middle < supplement.answered[dossier])
    # Some systems show that a dossier is paused, but log no step that says since when.
    lacks_pause_step = rng.random(len(arrivals)) < behaviour["steps"]["no_pause_step"]
    unreported = lacks_pause_step & ~lifecycles.supplement_is_reported
    asked = [np.where(unreported & (s.answered >= NEVER), NEVER, s.asked) for s in lifecycles.supplements]
    paused = np.where(lacks_pause_step, NEVER, lifecycles.paused)
    parts: list[tuple[Ints, Ints, int | Ints]] = [
        (known, arrivals.received[known], 2),
        *[(rows, moment[rows], 5) for moment in asked for rows in (_is_reported(moment),)],
        *[(rows, s.answered[rows], 4) for s in lifecycles.supplements for rows in (_is_reported(s.answered),)],
        *[
            (rows, lifecycles.finished[rows], 7)
            for rows in (_is_reported(np.where(lifecycles.withdrawn, lifecycles.finished, NEVER)),)
        ],
        *[
            (rows, lifecycles.finished[rows], 9)
            for rows in (_is_reported(np.where(lifecycles.withdrawn, NEVER, lifecycles.finished)),)
        ],
        *[(rows, lifecycles.returned[rows], 10) for rows in (_is_reported(lifecycles.returned),)],
        *[(rows, lifecycles.paused[rows], lifecycles.paused_status[rows]) for rows in (_is_reported(paused),)],
        (dossier, np.where((middle < end[dossier]) & ~idle, middle, NEVER), 4),
    ]
    return _gather(parts, np.minimum(lifecycles.deleted, as_of))


def draw_ratings(lifecycles: Lifecycles, seed: int, behaviour: Behaviour, as_of: int) -> Events:
    """Return ratings given after the result was handed over; `kind` is 0 very good, 1 good, 2 not good."""
    rng, shares = stream(seed, "ratings"), behaviour["ratings"]
    done = _is_reported(lifecycles.returned)
    done = done[rng.random(len(done)) < shares["share"]]
    first = lifecycles.returned[done] + rng.integers(60, 3 * DAY, len(done))
    again = np.flatnonzero(rng.random(len(done)) < shares["again"])
    dossier = np.concatenate([done, done[again]])
    moment = np.concatenate([first, first[again] + rng.integers(60, 5 * DAY, len(again))])
    draw = rng.random(len(dossier))
    cross = is_late(lifecycles, as_of)[dossier] & (rng.random(len(dossier)) < shares["late_bad"])
    kind = np.where(draw < shares["very_good"], 0, np.where(draw < shares["very_good"] + shares["good"], 1, 2))
    return _gather([(dossier, moment, np.where(cross, 2, kind))], np.minimum(lifecycles.deleted, as_of))


def draw_notices(lifecycles: Lifecycles, seed: int, behaviour: Behaviour, as_of: int) -> Events:
    """Return notifications that the result is ready; `kind` is 0 SMS, 1 Zalo, 2 e-mail, plus 10 if it failed."""
    rng, shares = stream(seed, "notices"), behaviour["notices"]
    done = _is_reported(np.where(lifecycles.withdrawn, NEVER, lifecycles.finished))
    elapsed = lifecycles.arrivals.elapsed[done]
    done = done[rng.random(len(done)) < over_year(shares["share"], elapsed)]
    moment = lifecycles.finished[done] + rng.integers(30, 900, len(done))
    failed = rng.random(len(done)) < shares["failed"]
    channel = rng.choice(3, len(done), p=[0.5, 0.4, 0.1])
    again = np.flatnonzero(failed & (rng.random(len(done)) < 0.5))
    parts = [
        (done, moment, channel + 10 * failed),
        (done[again], moment[again] + 3600, np.zeros(len(again), dtype=int)),
    ]
    return _gather(parts, np.minimum(lifecycles.deleted, as_of))


def draw_apologies(lifecycles: Lifecycles, seed: int, behaviour: Behaviour, clock: Clock, as_of: int) -> Events:
    """Return letters for dossiers that were or are late; `kind` is the number of working days to the new due date."""
    rng, level = stream(seed, "apologies"), lifecycles.arrivals.level
    late = np.flatnonzero(is_late(lifecycles, as_of))
    late = late[rng.random(len(late)) < by_level(behaviour["apology"], level[late])]
    due = clock.to_work(lifecycles.state(as_of).due[late]) // WORKDAY
    moment = clock.from_work((due - 1) * WORKDAY + rng.integers(0, WORKDAY, len(late)))
    received = lifecycles.arrivals.received[late]
    moment = np.where(moment <= received, received + 60, moment)
    return _gather([(late, moment, rng.integers(2, 8, len(late)))], np.minimum(lifecycles.deleted, as_of))


def is_late(lifecycles: Lifecycles, as_of: int) -> Flags:
    """Return True for dossiers finished after the due date, or open after it; a withdrawn one is never late."""
    state = lifecycles.state(as_of)
    end = np.where(lifecycles.finished < NEVER, lifecycles.finished, np.where(state.status == 3, 0, as_of))
    return (
        (state.due < NEVER) & (end // DAY > state.due // DAY) & ~(lifecycles.withdrawn & (lifecycles.finished < NEVER))
    )


def _is_reported(moment: Ints) -> Ints:
    return np.flatnonzero(moment < NEVER)


def _gather(parts: Sequence[tuple[Ints, Ints, "int | Ints"]], last: Ints) -> Events:
    """Join parts (dossier, moment, kind), without events after `last` and without a second event at one moment."""
    dossier = np.concatenate([part[0] for part in parts])
    moment = np.concatenate([part[1] for part in parts])
    kind = np.concatenate([np.broadcast_to(part[2], len(part[0])) for part in parts])
    kept = np.flatnonzero(moment <= last[dossier])
    order = kept[np.lexsort((moment[kept], dossier[kept]))]
    dossier, moment, kind = dossier[order], moment[order], kind[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (dossier[1:] != dossier[:-1]) | (moment[1:] != moment[:-1])
    return Events(dossier[fresh], moment[fresh], kind[fresh])
