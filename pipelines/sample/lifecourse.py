"""Draws the life of every dossier: when it is due, waits, pauses, ends, is handed over and paid for.

Belongs here: chance about these moments, by level and unit. Does not belong here: what a system shows of them
(dossiers.py). "Number" is always the number of a working day, "work" a time in office hours (clock.py).
"""

from dataclasses import dataclass, replace

import numpy as np

from pipelines.sample.arrivals import Arrivals
from pipelines.sample.behaviour import Behaviour, Flags, Floats, Ints, by_level, stream
from pipelines.sample.clock import CLOSE, DAY, NEVER, WORKDAY, Clock, end_of
from pipelines.sample.dossiers import Lifecycles, Supplement
from pipelines.sample.limits import ProcedureLimits
from pipelines.sample.reference import Reference


@dataclass(frozen=True)
class Waits:
    """Rounds of supplements in office time.

    `due` holds the due number before the first and after each.
    """

    asked: tuple[Ints, ...]
    answered: tuple[Ints, ...]
    due: tuple[Ints, ...]
    last_answer: Ints


@dataclass(frozen=True)
class Drawing:
    """What every step of the drawing needs.

    `received` is invented where a dossier is not `handled`.
    """

    chance: np.random.Generator
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
        return self.chance.random(len(self.start)) < share

    def by_level(self, shares: dict[str, float]) -> Floats:
        return by_level(shares, self.arrivals.level)

    def share_of(self, most: Ints) -> Ints:
        """Return evenly between 0 and `most`."""
        return (self.chance.random(len(self.start)) * most).astype(int)


def draw_lifecycles(
    arrivals: Arrivals,
    seed: int,
    behaviour: Behaviour,
    reference: Reference,
    clock: Clock,
    limits: ProcedureLimits,
    as_of: int,
) -> Lifecycles:
    """Draw each life, and leave out what would happen after the as-of moment or after a deletion."""
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
    drawn = Lifecycles(
        arrivals=replace(arrivals, received=_until(arrivals.received, as_of)),
        due=due,
        taken_up=taken_up,
        supplements=tuple(supplements),
        supplement_told=~(asked_now & drawing.happens(handling["supplement_without_row"])),
        paused=paused,
        paused_status=paused_status,
        finished=finished,
        withdrawn=withdrawn,
        finish_told=~(at_once & drawing.happens(handling["finish_untold"])),
        stray_finish=np.where(stray, taken_up, NEVER),
        returned=returned,
        paid=_paid(drawing, finished),
        deleted=deleted,
    )
    return _cut(drawn, as_of)


def _start_handling(
    arrivals: Arrivals, seed: int, behaviour: Behaviour, clock: Clock, limits: ProcedureLimits, as_of: int
) -> Drawing:
    handled = (arrivals.received < NEVER) & ~arrivals.refused
    received = np.where(handled, arrivals.received, arrivals.submitted)
    hours, minutes = behaviour["hours"]["next_day_from"].split(":")
    start = clock.counted_from(received, int(hours) * 3600 + int(minutes) * 60)
    procedure = arrivals.procedure
    return Drawing(
        chance=stream(seed, "lives"),
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
    """Return up to two requests for missing papers; the due day moves by the working days that each one waited."""
    handling, span = drawing.behaviour["handling"], drawing.due - drawing.start
    happens = eligible & (span >= 2) & drawing.happens(drawing.by_level(handling["supplement"]))
    rounds_asked, rounds_answered, dues, last_answer = [], [], [drawing.due], drawing.begun
    earliest, reach = drawing.begun + 900, 0.6
    for share in (1.0, handling["second_supplement"]):
        happens = happens & drawing.happens(share)
        asked = np.where(happens, earliest + drawing.share_of((reach * span * WORKDAY).astype(int)), NEVER)
        wait = 1800 + (drawing.chance.exponential(handling["supplement_days"], len(span)) * WORKDAY).astype(int)
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
    """Return when handling ends: early, on the due day or late; NEVER for what is stuck or waits for ever."""
    handling, clock, due = drawing.behaviour["handling"], drawing.clock, waits.due[-1]
    late = drawing.happens(_lateness(drawing, reference)[drawing.arrivals.unit])
    length = handling["days_late"]
    days = 1 + drawing.chance.lognormal(np.log(length["median"]), length["sigma"], len(due)).astype(int)
    ready = np.where(waits.last_answer < NEVER, waits.last_answer, drawing.begun)
    lowest = np.maximum(drawing.start, ready // WORKDAY)
    progress = drawing.chance.random(len(due)) ** handling["early_shape"]
    number = np.minimum(lowest + (progress * (due - lowest)).astype(int), due)
    number = np.where(drawing.happens(handling["on_the_due_day"]), due, number)
    number = np.where(late, due + np.minimum(days, length["most"]), number)
    floor = np.maximum(number * WORKDAY, ready + 600)
    work = floor + drawing.share_of(np.maximum((floor // WORKDAY + 1) * WORKDAY - 1 - floor, 1))
    left = drawing.begun + 600 + drawing.share_of((drawing.due - drawing.start) * WORKDAY)
    work = np.where(withdrawn, left, work)
    # What the first delivery carries over was by definition unfinished at New Year.
    new_year = clock.to_work(np.array(end_of(f"{drawing.behaviour['year'] - 1}-12-31") + 1))
    work = np.where(work < new_year, new_year + drawing.share_of(np.full_like(work, 8 * WORKDAY)), work)
    stuck = drawing.happens(drawing.by_level(handling["stuck"])) & ~withdrawn
    waiting = (waits.last_answer >= NEVER) | stuck | ~drawing.handled
    return _moment(clock, np.where(waiting, NEVER, work))


def _lateness(drawing: Drawing, reference: Reference) -> Floats:
    """Return per unit, the share finished late: a few units are far worse than the rest."""
    handling, chance = drawing.behaviour["handling"], drawing.chance
    level = np.maximum(reference.unit_level, 0)
    share = by_level(handling["late"], level) * chance.lognormal(-0.1, 0.45, len(level))
    active = np.bincount(drawing.arrivals.unit, minlength=len(level)) > 0
    lowest, highest = handling["bad_late"]
    for name, how_many in handling["bad_units"].items():
        units = reference.units_of(name)
        units = units[active[units]]
        bad = chance.choice(units, min(how_many, len(units)), replace=False)
        share[bad] = chance.uniform(lowest, highest, len(bad))
    return share


def _promises(drawing: Drawing, waits: Waits) -> tuple[Ints, list[Supplement]]:
    """Return the due date promised at reception (a few have none), and how each supplement moved it."""
    clock, received, start = drawing.clock, drawing.received, drawing.start
    same_day = received // DAY == clock.working_days[start]
    second = np.where(same_day & (drawing.due > start), received % DAY, CLOSE)
    untold = ~drawing.handled | drawing.happens(drawing.behaviour["no_due_date"])

    def promise(number: Ints) -> Ints:
        return np.where(untold, NEVER, clock.working_days[number] * DAY + second)

    slip = drawing.handled & ~untold & drawing.happens(drawing.behaviour["due_before_received"])
    first = np.where(slip, (received // DAY - 2) * DAY + CLOSE, promise(waits.due[0]))
    before = first
    supplements = []
    for nth, (asked, answered) in enumerate(zip(waits.asked, waits.answered, strict=True)):
        after = promise(waits.due[nth + 1])
        supplements.append(Supplement(_moment(clock, asked), _moment(clock, answered), before, after))
        before = after
    return first, supplements


def _taken_up(drawing: Drawing, first_doing: Ints) -> Ints:
    """Return when an officer first opens the dossier: some hours after reception, before anything else happens."""
    idle = 30 + drawing.chance.exponential(2 * 3600, len(first_doing)).astype(int)
    moment = drawing.clock.from_work(drawing.begun + idle)
    between = drawing.received + np.minimum(first_doing - drawing.received, DAY) // 2
    return np.where(drawing.handled, np.where(moment < first_doing, moment, between), NEVER)


def _deleted(drawing: Drawing) -> Ints:
    drawn = drawing.handled & drawing.happens(drawing.behaviour["handling"]["deleted"])
    moment = drawing.received + drawing.chance.integers(3600, 2 * DAY, len(drawn))
    return np.where(drawn & (moment <= drawing.as_of), moment, NEVER)


def _paused(drawing: Drawing, candidates: Flags, taken_up: Ints) -> tuple[Ints, Ints]:
    """Return which dossiers wait, all year round, for a payment (6), were stopped (8) or are being withdrawn (7).

    They stay so to the as-of day. Returned are the moment and the status.
    """
    shares, count = drawing.behaviour["handling"]["paused"], len(candidates)
    draw = drawing.chance.random(count)
    ready = candidates & (taken_up < drawing.as_of)
    fee = ready & drawing.has_fee & (draw < shares["fee"])
    stopped = ready & ~fee & (draw > 1 - shares["stopped"])
    leaving = ready & ~fee & ~stopped & drawing.happens(shares["withdrawal_pending"])
    room = np.clip(drawing.as_of - taken_up, 1, 5 * DAY)
    moment = np.where(ready, taken_up, 0) + drawing.share_of(room)
    return np.where(fee | stopped | leaving, moment, NEVER), np.select([fee, stopped], [6, 8], 7)


def _returned(drawing: Drawing, finished: Ints, withdrawn: Flags) -> tuple[Ints, Flags]:
    """Return when the result was handed over, and whether that was the moment it was ready."""
    handling, clock = drawing.behaviour["handling"], drawing.clock
    done = (finished < NEVER) & ~withdrawn
    at_once = done & drawing.happens(drawing.by_level(handling["returned_at_once"]))
    wait = 600 + (drawing.chance.exponential(handling["days_to_collect"], len(done)) * WORKDAY).astype(int)
    later = clock.from_work(clock.to_work(np.where(done, finished, clock.first_day * DAY)) + wait)
    collected = done & ~drawing.happens(handling["never_collected"])
    return np.where(at_once, finished, np.where(collected, later, NEVER)), at_once


def _paid(drawing: Drawing, finished: Ints) -> Ints:
    shares = drawing.behaviour["fees"]
    paid = drawing.handled & drawing.has_fee & ~drawing.happens(shares["never_paid"])
    moment = np.where(drawing.happens(shares["at_reception"]), drawing.received, finished)
    return np.where(paid, moment, NEVER)


def _moment(clock: Clock, work: Ints) -> Ints:
    told = work < NEVER
    return np.where(told, clock.from_work(np.where(told, work, 0)), NEVER)


def _until(moment: Ints, last: "int | Ints") -> Ints:
    return np.where(moment <= last, moment, NEVER)


def _cut(lives: Lifecycles, as_of: int) -> Lifecycles:
    """Remove what comes after the as-of moment, and what concerns a dossier after it was deleted."""
    last = np.minimum(lives.deleted, as_of)
    finished = _until(lives.finished, last)
    return replace(
        lives,
        taken_up=_until(lives.taken_up, last),
        supplements=tuple(
            replace(s, asked=_until(s.asked, last), answered=_until(s.answered, last)) for s in lives.supplements
        ),
        paused=_until(lives.paused, last),
        finished=finished,
        stray_finish=_until(lives.stray_finish, last),
        returned=np.where(finished < NEVER, _until(lives.returned, last), NEVER),
        paid=_until(lives.paid, last),
    )
