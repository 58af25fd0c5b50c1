"""Which of several rows of a key counts: the newest, of equally new ones none (contract.md section 2).

Here: newness and the rows it takes out. Not here: rules that a row breaks by itself (settle).
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import Any

from .receiving import handler_told
from .records import UNTOLD, DossierState, Fee, R, Row, Step
from .settled import Settled


def is_too_new(row: Row) -> bool:
    """Rule: "An update time more than a day after its business day is wrong"."""
    updated = row.NgayCapNhat if isinstance(row, DossierState) else None
    return updated is not None and updated.date() > row.business_day + timedelta(days=1)


def newness(row: Row) -> tuple[datetime, date]:
    """Apply the rule quoted here.

    "newness being NgayCapNhat (where the source has none or it is empty: the end of the business day), then the
    business day; never the order of arrival".
    """
    updated = row.NgayCapNhat if isinstance(row, DossierState) and not is_too_new(row) else None
    return updated or datetime.combine(row.business_day, time(23, 59, 59)), row.business_day


def told_by(row: Row) -> dict[str, Any]:
    """Return what a row says.

    An empty field says that there is nothing, but not where a message cannot say anything.
    """
    if not (isinstance(row, Fee) and row.in_message):
        return vars(row)
    return {name: value for name, value in vars(row).items() if value is not None or name not in UNTOLD}


def told_of_handler(state: DossierState, settled: Settled) -> dict[str, Any]:
    """Return what a state says of who handles the dossier.

    A name cannot tell the code, and an unknown name tells nothing.
    """
    codes = {} if state.DonViXuLy and state.MaDonViXuLy is None else {"MaDonViXuLy": state.MaDonViXuLy}
    handler = handler_told(state, settled.units, settled.names)
    return codes | ({"handler": handler} if handler else {})


def says_most(row: Row, settled: Settled) -> tuple[Any, ...]:
    """Return by which of repeats the one that counts is chosen.

    Of dossiers one that gives the unit's code comes before one that names a known unit, that before one that names an
    unknown unit, and that before one that says nothing.
    """
    if isinstance(row, DossierState):
        handler = handler_told(row, settled.units, settled.names)
        return (row.MaDonViXuLy is not None, handler is not None, row.DonViXuLy is not None)
    # Of steps one that names its office.
    if isinstance(row, Step):
        return (row.PhongBanXuLy is not None,)
    return (len(told_by(row)),)


def differ(rows: Sequence[Row], settled: Settled) -> bool:
    """Whether any two of them disagree in what both say."""
    # Which office a step was taken in decides nothing about the step.
    apart = ("in_message", "MaDonViXuLy", "DonViXuLy", "PhongBanXuLy")
    codes = [
        {name: value for name, value in told_by(row).items() if name not in apart}
        | (told_of_handler(row, settled) if isinstance(row, DossierState) else {})
        for row in rows
    ]
    return any(one[name] != other[name] for one, other in combinations(codes, 2) for name in one.keys() & other.keys())


def newest(rows: Iterable[R], key: Callable[[R], Hashable], settled: Settled) -> list[R]:
    """Return the row that counts of each key; the others go to `settled` as superseded or as a conflict."""
    by_key: dict[Hashable, dict[tuple[datetime, date], list[R]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_key[key(row)][newness(row)].append(row)
    winners = []
    for by_newness in by_key.values():
        winner = None
        for age in sorted(by_newness, reverse=True):
            # "is a repeat where they agree in what both tell": the one that tells most stands for them.
            equally_new = sorted(by_newness[age], key=lambda row: says_most(row, settled), reverse=True)
            # "Two rows of one key that are equally new and differ are a conflict: both go to quarantine."
            if differ(equally_new, settled):
                settled.quarantine += [("conflict", row) for row in equally_new]
            # "In every source the newest row of a key wins"
            elif winner is None:
                winner = equally_new[0]
                settled.superseded += equally_new[1:]
            # "The others are superseded and counted, and so are identical repeats."
            else:
                settled.superseded += equally_new
        if winner is not None:
            winners.append(winner)
    return winners
