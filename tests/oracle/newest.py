"""Which of several rows of a key counts: the newest, of equally new ones none (contract.md section 2).

Here: newness and the rows it takes out. Not here: rules that a row breaks by itself (settle).
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime, time

from .records import DossierState, R, Row
from .settled import Settled


def newness(row: Row) -> tuple[datetime, date]:
    """ "newness being NgayCapNhat (where the source has none or it is empty: the end of the business day),
    then the business day; never the order of arrival"."""
    updated = row.NgayCapNhat if isinstance(row, DossierState) else None
    return updated or datetime.combine(row.business_day, time(23, 59, 59)), row.business_day


def newest(rows: Iterable[R], key: Callable[[R], Hashable], settled: Settled) -> list[R]:
    """The row that counts of each key; the others go to `settled` as superseded or as a conflict."""
    by_key: dict[Hashable, dict[tuple[datetime, date], list[R]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_key[key(row)][newness(row)].append(row)
    winners = []
    for by_newness in by_key.values():
        winner = None
        for age in sorted(by_newness, reverse=True):
            equally_new = by_newness[age]
            # "Two rows of one key that are equally new and differ are a conflict: both go to quarantine."
            if len(set(equally_new)) > 1:
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
