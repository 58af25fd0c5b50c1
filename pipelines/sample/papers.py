"""The papers of a dossier: documents handed in, fees asked for, documents given out.

Belongs here: drawing them and their moments. Does not belong here: how they are written to files (`child_tables`).
Every table refers to dossiers by position and is ordered by dossier.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.sample.behaviour import (
    Behaviour,
    Flags,
    Ints,
    by_level_over_year,
    over_year,
    stream,
)
from pipelines.sample.clock import NEVER
from pipelines.sample.dossiers import Lifecycles
from pipelines.sample.limits import ProcedureLimits

ONLINE, CASH, TRANSFER, NOT_REPORTED = 0, 1, 2, 3


@dataclass(frozen=True)
class Components:
    """Input documents; `nth` numbers them within the dossier from 1."""

    dossier: Ints
    nth: Ints
    digitised: Flags
    reused: Ints
    from_store: Flags
    deleted: Flags


@dataclass(frozen=True)
class Fees:
    """Fee requests; `paid` is the moment of payment (NEVER: unpaid), `method` one of the constants above, if paid."""

    dossier: Ints
    nth: Ints
    amount: Ints
    paid: Ints
    method: Ints
    has_payment_date: Flags


@dataclass(frozen=True)
class Results:
    """Result files; `is_input` is True where the first input document was returned as the result."""

    dossier: Ints
    is_input: Flags


@dataclass(frozen=True)
class Papers:
    """What was handed in, charged and given back, for all dossiers."""

    components: Components
    fees: Fees
    results: Results


def draw_papers(lifecycles: Lifecycles, seed: int, behaviour: Behaviour, limits: ProcedureLimits) -> Papers:
    """Return all papers of all dossiers."""
    components = _components(lifecycles, seed, behaviour)
    return Papers(
        components,
        _fees(lifecycles, seed, behaviour, limits),
        _results(lifecycles, seed, behaviour, limits, components),
    )


def _components(lifecycles: Lifecycles, seed: int, behaviour: Behaviour) -> Components:
    rng, shares, arrivals = stream(seed, "components"), behaviour["components"], lifecycles.arrivals
    count, elapsed = len(arrivals), arrivals.elapsed
    digitised = rng.random(count) < by_level_over_year(behaviour["digitised"], arrivals.level, elapsed)
    many = rng.integers(shares["least"], shares["most"] + 1, count)
    many = np.where(rng.random(count) < shares["none"], 0, many)
    dossier = np.repeat(np.arange(count), many)
    nth = np.arange(len(dossier)) - np.repeat(np.cumsum(many) - many, many) + 1
    draw, rows = rng.random, len(dossier)
    # The first document stays, so that a dossier meant to be digitised is.
    deleted = (nth > 1) & (draw(rows) < shares["deleted"])
    scanned = digitised[dossier] & ((nth == 1) | (draw(rows) < shares["more_digitised"]))
    reused = draw(rows) < over_year(shares["reused"], elapsed)[dossier]
    return Components(
        dossier=dossier,
        nth=nth,
        digitised=scanned | (deleted & (draw(rows) < 0.3)),
        reused=np.where(reused, 1 + (draw(rows) < 0.5), 0),
        from_store=draw(rows) < shares["from_store"],
        deleted=deleted,
    )


def _fees(lifecycles: Lifecycles, seed: int, behaviour: Behaviour, limits: ProcedureLimits) -> Fees:
    rng, shares, arrivals = stream(seed, "fees"), behaviour["fees"], lifecycles.arrivals
    count, procedure = len(arrivals), arrivals.procedure
    asked = limits.has_fee[procedure] & (arrivals.received < NEVER) & ~arrivals.refused
    many = asked.astype(int) + (asked & (rng.random(count) < shares["second_request"]))
    dossier = np.repeat(np.arange(count), many)
    nth = np.arange(len(dossier)) - np.repeat(np.cumsum(many) - many, many) + 1
    rows, of = len(dossier), procedure[dossier]
    by_page = limits.by_page[of]
    amount = limits.fee[of] * np.where(by_page, rng.integers(1, shares["pages_most"] + 1, rows), 1)
    amount = np.where(rng.random(rows) < shares["exempt"], 0, amount)
    elapsed = arrivals.elapsed[dossier]
    online = rng.random(rows) < by_level_over_year(shares["online"], arrivals.level[dossier], elapsed)
    method = np.where(rng.random(rows) < shares["transfer"], TRANSFER, CASH)
    method = np.where(online & limits.pays_online[of], ONLINE, method)
    return Fees(
        dossier=dossier,
        nth=nth,
        amount=amount,
        paid=lifecycles.paid[dossier],
        method=np.where(rng.random(rows) < shares["no_payment_method"], NOT_REPORTED, method),
        has_payment_date=rng.random(rows) >= shares["no_payment_date"],
    )


def _results(
    lifecycles: Lifecycles, seed: int, behaviour: Behaviour, limits: ProcedureLimits, components: Components
) -> Results:
    rng, arrivals = stream(seed, "results"), lifecycles.arrivals
    share = by_level_over_year(behaviour["result_file"], arrivals.level, arrivals.elapsed)
    given = (lifecycles.finished < NEVER) & ~lifecycles.withdrawn & limits.has_result[arrivals.procedure]
    dossier = np.flatnonzero(given & (rng.random(len(arrivals)) < share))
    has_input = np.isin(dossier, components.dossier)
    return Results(dossier, has_input & (rng.random(len(dossier)) < behaviour["result_is_input"]))
