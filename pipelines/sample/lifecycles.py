"""Draw the lifecycle of every dossier: due date, supplements, pauses, end of handling, return, payment.

Belongs here: drawing these moments, by level and unit. Does not belong here: what the source system shows of them
(`dossiers`). "Number" is always the number of a working day, "work" a time in office hours (`clock`).
"""

from dataclasses import dataclass, replace

import numpy as np

from pipelines.sample.arrivals import Arrivals
from pipelines.sample.behaviour import LEVELS, Behaviour, Flags, Floats, Ints, by_level, stream
from pipelines.sample.clock import CLOSE, DAY, NEVER, WORKDAY, Clock
from pipelines.sample.dossiers import Lifecycles, Supplement
from pipelines.sample.limits import ProcedureLimits
from pipelines.sample.reference import Reference


@dataclass(frozen=True)
class Waits:
    """Rounds of supplements in office time; `due` holds the due number before the first round and after each."""

    asked: tuple[Ints, ...]
    answered: tuple[Ints, ...]
    due: tuple[Ints, ...]
    last_answer: Ints


@dataclass(frozen=True)
class Drawing:
    """State shared by all steps of drawing: random generator, settings, and facts per dossier.

    `received` is invented where a dossier is not `handled`; `begun` is its reception in office time, `start` and `due`
    are numbers of working days.
    """

    rng: np.random.Generator
    behaviour: Behaviour
    clock: Clock
    arrivals: Arrivals
    as_of: int
    has_fee: Flags
    handled: Flags
    received: Ints
    begun: Ints
    start: Ints
    due: Ints

    def happens(self, share: "float | Floats") -> Flags:
        return self.rng.random(len(self.start)) < share

    def by_level(self, shares: dict[str, float]) -> Floats:
        return by_level(shares, self.arrivals.level)

    def share_of(self, most: Ints) -> Ints:
        """Return random numbers, uniform between 0 and `most`."""
        return (self.rng.random(len(self.start)) * most).astype(int)


def draw_lifecycles(
    arrivals: Arrivals,
    seed: int,
    behaviour: Behaviour,
    reference: Reference,
    clock: Clock,
    limits: ProcedureLimits,
    as_of: int,
) -> Lifecycles:
    """Return the lifecycle of each dossier, without events after the as-of moment or after its deletion.

    Args:
        arrivals: The dossiers.
        seed: Seed of the province.
        behaviour: Settings (`behaviour.yml`).
        reference: Units and procedures.
        clock: Office hours and working days.
        limits: Time limits and fees of procedures.
        as_of: The last moment, in seconds since 1970.
    """
    drawing = _start_handling(arrivals, seed, behaviour, clock, limits, as_of)
    handling = behaviour["handling"]
    withdrawn = drawing.handled & (drawing.due > drawing.start) & drawing.happens(handling["withdrawn"])
    waits = _waits(drawing, drawing.handled & ~withdrawn)
    finished = _finished(drawing, reference, waits, withdrawn)
    due, supplements = _promises(drawing, waits)
    taken_up = _taken_up(drawing, np.minimum(supplements[0].asked, finished))
    deleted = _deleted(drawing)
    asked_now = np.any([(s.asked <= as_of) & (s.answered > as_of) for s in supplements], axis=0)
    standing = drawing.handled & (drawing.received <= as_of) & (finished > as_of) & (deleted > as_of)
    never_asked = supplements[0].asked >= NEVER
    paused, paused_status = _paused(drawing, drawing.handled & ~withdrawn & never_asked & (deleted > as_of), taken_up)
    finished = np.where(paused < NEVER, NEVER, finished)
    returned, at_once = _returned(drawing, finished, withdrawn)
    stray = standing & ~asked_now & (paused >= NEVER) & drawing.happens(handling["stray_finish"])
    lifecycles = Lifecycles(
        arrivals=replace(arrivals, received=_until(arrivals.received, as_of)),
        due=due,
        taken_up=taken_up,
        supplements=tuple(supplements),
        supplement_is_reported=~(asked_now & drawing.happens(handling["supplement_without_row"])),
        paused=paused,
        paused_status=paused_status,
        finished=finished,
        withdrawn=withdrawn,
        finish_is_reported=~(at_once & drawing.happens(handling["no_finish_time"])),
        stray_finish=np.where(stray, taken_up, NEVER),
        returned=returned,
        paid=_paid(drawing, finished),
        deleted=deleted,
    )
    return _cut(lifecycles, as_of)


def _start_handling(
    arrivals: Arrivals, seed: int, behaviour: Behaviour, clock: Clock, limits: ProcedureLimits, as_of: int
) -> Drawing:
    handled = (arrivals.received < NEVER) & ~arrivals.refused
    received = np.where(handled, arrivals.received, arrivals.submitted)
    hours, minutes = behaviour["hours"]["next_day_from"].split(":")
    start = clock.counted_from(received, int(hours) * 3600 + int(minutes) * 60)
    procedure = arrivals.procedure
    return Drawing(
        rng=stream(seed, "lives"),
        behaviour=behaviour,
        clock=clock,
        arrivals=arrivals,
        as_of=as_of,
        has_fee=limits.has_fee[procedure],
        handled=handled,
        received=received,
        begun=clock.to_work(received),
        start=start,
        due=clock.due_number(start, limits.limit[procedure], limits.unit[procedure]),
    )


def _waits(drawing: Drawing, eligible: Flags) -> Waits:
    """Return up to two requests for missing papers; each moves the due day by the working days of its wait."""
    handling, span = drawing.behaviour["handling"], drawing.due - drawing.start
    happens = eligible & (span >= 2) & drawing.happens(drawing.by_level(handling["supplement"]))
    rounds_asked, rounds_answered, dues, last_answer = [], [], [drawing.due], drawing.begun
    earliest, reach = drawing.begun + 900, 0.6
    for share in (1.0, handling["second_supplement"]):
        happens = happens & drawing.happens(share)
        asked = np.where(happens, earliest + drawing.share_of((reach * span * WORKDAY).astype(int)), NEVER)
        wait = 1800 + (drawing.rng.exponential(handling["supplement_days"], len(span)) * WORKDAY).astype(int)
        back = happens & ~drawing.happens(handling["supplement_never_answered"])
        answered = np.where(back, np.where(back, asked, 0) + wait, NEVER)
        days = np.where(back, answered // WORKDAY - asked // WORKDAY, 0)
        rounds_asked.append(asked)
        rounds_answered.append(answered)
        dues.append(dues[-1] + days)
        last_answer = np.where(happens, answered, last_answer)
        happens, earliest, reach = back, np.where(back, answered, 0) + 900, 0.25
    return Waits(tuple(rounds_asked), tuple(rounds_answered), tuple(dues), last_answer)


def _finished(drawing: Drawing, reference: Reference, waits: Waits, withdrawn: Flags) -> Ints:
    """Return when handling ends: early, on the due day or late; NEVER for dossiers that are stuck or wait."""
    handling, clock, due = drawing.behaviour["handling"], drawing.clock, waits.due[-1]
    late = drawing.happens(_lateness(drawing, reference)[drawing.arrivals.unit])
    length = handling["days_late"]
    days = 1 + drawing.rng.lognormal(np.log(length["median"]), length["sigma"], len(due)).astype(int)
    ready = np.where(waits.last_answer < NEVER, waits.last_answer, drawing.begun)
    lowest = np.maximum(drawing.start, ready // WORKDAY)
    progress = drawing.rng.random(len(due)) ** handling["early_shape"]
    number = np.minimum(lowest + (progress * (due - lowest)).astype(int), due)
    number = np.where(drawing.happens(handling["on_the_due_day"]), due, number)
    number = np.where(late, due + np.minimum(days, length["most"]), number)
    floor = np.maximum(number * WORKDAY, ready + 600)
    work = floor + drawing.share_of(np.maximum((floor // WORKDAY + 1) * WORKDAY - 1 - floor, 1))
    left = drawing.begun + 600 + drawing.share_of((drawing.due - drawing.start) * WORKDAY)
    work = np.where(withdrawn, left, work)
    # Dossiers carried over into the first year were by definition unfinished at New Year.
    new_year = clock.to_work(np.array(reference.span.start * DAY))
    work = np.where(work < new_year, new_year + drawing.share_of(np.full_like(work, 8 * WORKDAY)), work)
    stuck = drawing.happens(drawing.by_level(handling["stuck"])) & ~withdrawn
    waiting = (waits.last_answer >= NEVER) | stuck | ~drawing.handled
    return _moment(clock, np.where(waiting, NEVER, work))


def _lateness(drawing: Drawing, reference: Reference) -> Floats:
    """Return, per unit, the share of dossiers finished late: a few units are far worse than the rest."""
    handling, rng = drawing.behaviour["handling"], drawing.rng
    level = np.maximum(reference.unit_level, 0)
    share = by_level(handling["late"], level) * rng.lognormal(-0.1, 0.45, len(level))
    active = np.bincount(drawing.arrivals.unit, minlength=len(level)) > 0
    lowest, highest = handling["bad_late"]
    for name, how_many in handling["bad_units"].items():
        units = np.flatnonzero((reference.unit_level == LEVELS.index(name)) & active)
        bad = rng.choice(units, min(how_many, len(units)), replace=False)
        share[bad] = rng.uniform(lowest, highest, len(bad))
    return share


def _promises(drawing: Drawing, waits: Waits) -> tuple[Ints, list[Supplement]]:
    """Return the due date at reception (a few dossiers have none), and the supplements with the dates they moved."""
    clock, received, start = drawing.clock, drawing.received, drawing.start
    same_day = received // DAY == clock.working_days[start]
    second = np.where(same_day & (drawing.due > start), received % DAY, CLOSE)
    without_due = ~drawing.handled | drawing.happens(drawing.behaviour["no_due_date"])

    def promise(number: Ints) -> Ints:
        return np.where(without_due, NEVER, clock.working_days[number] * DAY + second)

    slip = drawing.handled & ~without_due & drawing.happens(drawing.behaviour["due_before_received"])
    first = np.where(slip, (received // DAY - 2) * DAY + CLOSE, promise(waits.due[0]))
    before = first
    supplements = []
    for nth, (asked, answered) in enumerate(zip(waits.asked, waits.answered, strict=True)):
        after = promise(waits.due[nth + 1])
        supplements.append(Supplement(_moment(clock, asked), _moment(clock, answered), before, after))
        before = after
    return first, supplements


def _taken_up(drawing: Drawing, first_event: Ints) -> Ints:
    """Return when an officer first opens the dossier: some hours after reception, before any other event."""
    idle = 30 + drawing.rng.exponential(2 * 3600, len(first_event)).astype(int)
    moment = drawing.clock.from_work(drawing.begun + idle)
    between = drawing.received + np.minimum(first_event - drawing.received, DAY) // 2
    return np.where(drawing.handled, np.where(moment < first_event, moment, between), NEVER)


def _deleted(drawing: Drawing) -> Ints:
    is_deleted = drawing.handled & drawing.happens(drawing.behaviour["handling"]["deleted"])
    moment = drawing.received + drawing.rng.integers(3600, 2 * DAY, len(is_deleted))
    return np.where(is_deleted & (moment <= drawing.as_of), moment, NEVER)


def _paused(drawing: Drawing, candidates: Flags, taken_up: Ints) -> tuple[Ints, Ints]:
    """Return moment and status of dossiers paused until the as-of day.

    The status is 6 (waits for a payment), 7 (is being withdrawn) or 8 (stopped); the moment is NEVER for all others.
    """
    shares, count = drawing.behaviour["handling"]["paused"], len(candidates)
    draw = drawing.rng.random(count)
    ready = candidates & (taken_up < drawing.as_of)
    fee = ready & drawing.has_fee & (draw < shares["fee"])
    stopped = ready & ~fee & (draw > 1 - shares["stopped"])
    leaving = ready & ~fee & ~stopped & drawing.happens(shares["withdrawal_pending"])
    room = np.clip(drawing.as_of - taken_up, 1, 5 * DAY)
    moment = np.where(ready, taken_up, 0) + drawing.share_of(room)
    return np.where(fee | stopped | leaving, moment, NEVER), np.select([fee, stopped], [6, 8], 7)


def _returned(drawing: Drawing, finished: Ints, withdrawn: Flags) -> tuple[Ints, Flags]:
    """Return when the result was handed over, and whether that was at the moment when it was ready."""
    handling, clock = drawing.behaviour["handling"], drawing.clock
    done = (finished < NEVER) & ~withdrawn
    at_once = done & drawing.happens(drawing.by_level(handling["returned_at_once"]))
    wait = 600 + (drawing.rng.exponential(handling["days_to_collect"], len(done)) * WORKDAY).astype(int)
    later = clock.from_work(clock.to_work(np.where(done, finished, clock.first_day * DAY)) + wait)
    collected = done & ~drawing.happens(handling["never_collected"])
    return np.where(at_once, finished, np.where(collected, later, NEVER)), at_once


def _paid(drawing: Drawing, finished: Ints) -> Ints:
    shares = drawing.behaviour["fees"]
    paid = drawing.handled & drawing.has_fee & ~drawing.happens(shares["never_paid"])
    moment = np.where(drawing.happens(shares["at_reception"]), drawing.received, finished)
    return np.where(paid, moment, NEVER)


def _moment(clock: Clock, work: Ints) -> Ints:
    has_happened = work < NEVER
    return np.where(has_happened, clock.from_work(np.where(has_happened, work, 0)), NEVER)


def _until(moment: Ints, last: "int | Ints") -> Ints:
    return np.where(moment <= last, moment, NEVER)


def _cut(lifecycles: Lifecycles, as_of: int) -> Lifecycles:
    """Remove events after the as-of moment, and events of a dossier after its deletion."""
    last = np.minimum(lifecycles.deleted, as_of)
    finished = _until(lifecycles.finished, last)
    return replace(
        lifecycles,
        taken_up=_until(lifecycles.taken_up, last),
        supplements=tuple(
            replace(s, asked=_until(s.asked, last), answered=_until(s.answered, last)) for s in lifecycles.supplements
        ),
        paused=_until(lifecycles.paused, last),
        finished=finished,
        stray_finish=_until(lifecycles.stray_finish, last),
        returned=np.where(finished < NEVER, _until(lifecycles.returned, last), NEVER),
        paid=_until(lifecycles.paid, last),
    )
