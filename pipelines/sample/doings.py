"""What happens around a dossier: processing steps, ratings, notices, letters of apology.

Each is a plain table of moments, ordered by dossier and moment; no dossier has two rows at one moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.sample.behaviour import Behaviour, Flags, Ints, by_level, over_year, stream
from pipelines.sample.clock import DAY, NEVER, WORKDAY, Clock
from pipelines.sample.dossiers import Lifecycles


@dataclass(frozen=True)
class Events:
    """One row per doing.

    What `kind` means is said by the function that draws it.
    """

    dossier: Ints
    moment: Ints
    kind: Ints


def draw_steps(lives: Lifecycles, seed: int, behaviour: Behaviour, clock: Clock, as_of: int) -> Events:
    """Return processing steps; `kind` is the status after the step.

    Nothing is done to a dossier while it waits.
    """
    chance, arrivals = stream(seed, "steps"), lives.arrivals
    known = np.flatnonzero((arrivals.received < NEVER) & ~arrivals.refused)
    end = np.where(lives.finished < NEVER, lives.finished, as_of)
    begun, ended = (clock.to_work(np.minimum(moment, as_of)) for moment in (arrivals.received, end))
    many = chance.integers(behaviour["steps"]["least"], behaviour["steps"]["most"] + 1, len(known))
    dossier = np.repeat(known, many)
    nth = np.arange(len(dossier)) - np.repeat(np.cumsum(many) - many, many) + 1
    width = np.maximum((ended[dossier] - begun[dossier]) // (np.repeat(many, many) + 1), 1)
    middle = clock.from_work(begun[dossier] + nth * width + (chance.random(len(dossier)) * width).astype(int))
    idle = lives.paused[dossier] <= middle
    for supplement in lives.supplements:
        idle |= (supplement.asked[dossier] <= middle) & (middle < supplement.answered[dossier])
    # Some systems show that a dossier stands still, but log no step that says since when.
    untold = chance.random(len(arrivals)) < behaviour["steps"]["pause_untold"]
    unseen = untold & ~lives.supplement_told
    asked = [np.where(unseen & (s.answered >= NEVER), NEVER, s.asked) for s in lives.supplements]
    paused = np.where(untold, NEVER, lives.paused)
    parts: list[tuple[Ints, Ints, int | Ints]] = [
        (known, arrivals.received[known], 2),
        *[(rows, moment[rows], 5) for moment in asked for rows in (_is_reported(moment),)],
        *[(rows, s.answered[rows], 4) for s in lives.supplements for rows in (_is_reported(s.answered),)],
        *[
            (rows, lives.finished[rows], 7)
            for rows in (_is_reported(np.where(lives.withdrawn, lives.finished, NEVER)),)
        ],
        *[
            (rows, lives.finished[rows], 9)
            for rows in (_is_reported(np.where(lives.withdrawn, NEVER, lives.finished)),)
        ],
        *[(rows, lives.returned[rows], 10) for rows in (_is_reported(lives.returned),)],
        *[(rows, lives.paused[rows], lives.paused_status[rows]) for rows in (_is_reported(paused),)],
        (dossier, np.where((middle < end[dossier]) & ~idle, middle, NEVER), 4),
    ]
    return _gather(parts, np.minimum(lives.deleted, as_of))


def draw_ratings(lives: Lifecycles, seed: int, behaviour: Behaviour, as_of: int) -> Events:
    """Ratings after the result was handed over; `kind` 0 very good, 1 good, 2 not good."""
    chance, shares = stream(seed, "ratings"), behaviour["ratings"]
    done = _is_reported(lives.returned)
    done = done[chance.random(len(done)) < shares["share"]]
    first = lives.returned[done] + chance.integers(60, 3 * DAY, len(done))
    again = np.flatnonzero(chance.random(len(done)) < shares["again"])
    dossier = np.concatenate([done, done[again]])
    moment = np.concatenate([first, first[again] + chance.integers(60, 5 * DAY, len(again))])
    draw = chance.random(len(dossier))
    cross = is_late(lives, as_of)[dossier] & (chance.random(len(dossier)) < shares["late_bad"])
    kind = np.where(draw < shares["very_good"], 0, np.where(draw < shares["very_good"] + shares["good"], 1, 2))
    return _gather([(dossier, moment, np.where(cross, 2, kind))], np.minimum(lives.deleted, as_of))


def draw_notices(lives: Lifecycles, seed: int, behaviour: Behaviour, as_of: int) -> Events:
    """Return notices that the result is ready; `kind` is channel (0 SMS, 1 Zalo, 2 e-mail) + 10 where it failed."""
    chance, shares = stream(seed, "notices"), behaviour["notices"]
    done = _is_reported(np.where(lives.withdrawn, NEVER, lives.finished))
    elapsed = lives.arrivals.elapsed(behaviour["year"])[done]
    done = done[chance.random(len(done)) < over_year(shares["share"], elapsed)]
    moment = lives.finished[done] + chance.integers(30, 900, len(done))
    failed = chance.random(len(done)) < shares["failed"]
    channel = chance.choice(3, len(done), p=[0.5, 0.4, 0.1])
    again = np.flatnonzero(failed & (chance.random(len(done)) < 0.5))
    parts = [
        (done, moment, channel + 10 * failed),
        (done[again], moment[again] + 3600, np.zeros(len(again), dtype=int)),
    ]
    return _gather(parts, np.minimum(lives.deleted, as_of))


def draw_apologies(lives: Lifecycles, seed: int, behaviour: Behaviour, clock: Clock, as_of: int) -> Events:
    """Return letters for what ended late or is late at the as-of day; `kind`: working days to the new promise."""
    chance, level = stream(seed, "apologies"), lives.arrivals.level
    late = np.flatnonzero(is_late(lives, as_of))
    late = late[chance.random(len(late)) < by_level(behaviour["apology"], level[late])]
    due = clock.to_work(lives.state(as_of).due[late]) // WORKDAY
    moment = clock.from_work((due - 1) * WORKDAY + chance.integers(0, WORKDAY, len(late)))
    received = lives.arrivals.received[late]
    moment = np.where(moment <= received, received + 60, moment)
    return _gather([(late, moment, chance.integers(2, 8, len(late)))], np.minimum(lives.deleted, as_of))


def is_late(lives: Lifecycles, as_of: int) -> Flags:
    """Return True if finished after the due date, or open after it; a withdrawn dossier is never late."""
    state = lives.state(as_of)
    end = np.where(lives.finished < NEVER, lives.finished, np.where(state.status == 3, 0, as_of))
    return (state.due < NEVER) & (end // DAY > state.due // DAY) & ~(lives.withdrawn & (lives.finished < NEVER))


def _is_reported(moment: Ints) -> Ints:
    return np.flatnonzero(moment < NEVER)


def _gather(parts: Sequence[tuple[Ints, Ints, "int | Ints"]], last: Ints) -> Events:
    """Join the parts, without what comes after the last moment or a second time at one moment."""
    dossier = np.concatenate([part[0] for part in parts])
    moment = np.concatenate([part[1] for part in parts])
    kind = np.concatenate([np.broadcast_to(part[2], len(part[0])) for part in parts])
    kept = np.flatnonzero(moment <= last[dossier])
    order = kept[np.lexsort((moment[kept], dossier[kept]))]
    dossier, moment, kind = dossier[order], moment[order], kind[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (dossier[1:] != dossier[:-1]) | (moment[1:] != moment[:-1])
    return Events(dossier[fresh], moment[fresh], kind[fresh])
