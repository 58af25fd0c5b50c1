"""Which figures can still rise after their period has closed, as late entries come in.

Here: the dossiers of each such denominator. Not here: numerators (plan, rule_766).
"""

from collections.abc import Callable, Sequence

from . import rule_766
from .periods import Period
from .plan import received_in, resolved_in
from .settled import Dossier
from .terms import is_open, open_overdue, outcome

Denominator = Callable[[Sequence[Dossier], Period], list[Dossier]]


def _found(dossiers: Sequence[Dossier], period: Period) -> list[Dossier]:
    return [dossier for dossier in received_in(dossiers, period) if dossier.copy is not None]


def _owing_results(dossiers: Sequence[Dossier], period: Period) -> list[Dossier]:
    return [dossier for dossier in received_in(dossiers, period) if dossier.procedure.CoKetQua == 1]


def _results(dossiers: Sequence[Dossier], period: Period) -> list[Dossier]:
    resolved = resolved_in(dossiers, period)
    return [dossier for dossier in resolved if dossier.status in (9, 10) and dossier.procedure.CoKetQua == 1]


def _known_results(dossiers: Sequence[Dossier], period: Period) -> list[Dossier]:
    return [dossier for dossier in received_in(dossiers, period) if dossier.procedure.CoKetQua is not None]


def _owing_fees(dossiers: Sequence[Dossier], period: Period) -> list[Dossier]:
    received = received_in(dossiers, period)
    return [one for one in received if one.procedure.CoPhiLePhi == 1 and not rule_766.is_exempt(one)]


def _late(dossiers: Sequence[Dossier], period: Period) -> list[Dossier]:
    late = [dossier for dossier in resolved_in(dossiers, period) if outcome(dossier) == "overdue"]
    return late + [one for one in dossiers if is_open(one, period.cut) and open_overdue(one, period.cut)]


# "A figure whose numerator has no day of its own (a paper's or result's file, reuse, agreement with the portal, an
# apology)"
DENOMINATORS: dict[tuple[str, str], Denominator] = {
    ("digitised_share", "plan"): received_in,
    ("data_reuse_share", "plan"): received_in,
    ("sync_rate", "plan"): received_in,
    ("sync_match_rate", "plan"): _found,
    ("result_digitised_share", "plan"): _results,
    ("apology_rate", "plan"): _late,
    ("digitised_share", "766"): received_in,
    ("data_reuse_share", "766"): received_in,
    ("personal_store_share", "766"): received_in,
    ("population_data_share", "766"): received_in,
    ("sync_rate", "766"): received_in,
    ("online_share", "766"): _known_results,
    ("result_digitised_share", "766"): _owing_results,
    ("online_payment_share", "766"): _owing_fees,
}


def provisional(dossiers: Sequence[Dossier], period: Period) -> set[tuple[str, str]]:
    """Rule: "such a figure is marked provisional until no dossier of its denominator is open", on the as-of day."""
    return {
        name
        for name, denominator in DENOMINATORS.items()
        if any(is_open(dossier, period.as_of) for dossier in denominator(dossiers, period))
    }
