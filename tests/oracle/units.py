"""Which state of each unit counts: the newest one that can be, by who stands under whom in the list.

Here: `don_vi` rows against each other. Not here: whose a dossier is (receiving), other sources (settle).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from .newest import newness
from .records import PROVINCE, Unit
from .settled import Settled

# From high to low.
LEVELS = ("tinh", "so", "huyen", "xa")
Age = tuple[datetime, date]


def misplaced(code: str, listed: Mapping[str, Unit]) -> str | None:
    """Return why a unit cannot stand where a list puts it, or null."""
    unit = listed[code]
    passed: set[str] = set()
    above = unit.MaDonViCha
    while above is not None and above in listed and above not in passed:
        # "Units in a circle (A→B→A, A→A)"
        if above == code:
            return "unit_circle"
        passed.add(above)
        above = listed[above].MaDonViCha
    # "or under a lower level"; a parent that is not in the list says nothing
    parent = listed.get(unit.MaDonViCha or "")
    if parent is not None and LEVELS.index(parent.Cap) > LEVELS.index(unit.Cap):
        return "unit_under_lower_level"
    if unit.Cap == "tinh":
        # "the province under anything"
        if unit.MaDonViCha is not None:
            return "unit_under_lower_level"
        if code != PROVINCE:
            return "unit_second_province"
    return None


def list_of(states: Mapping[str, Mapping[Age, list[Unit]]], until: Age | None = None) -> dict[str, Unit]:
    """Return the list as it stood at a moment: each unit's newest state up to then; without a moment, up to now."""
    listed = {}
    for code, by_age in states.items():
        ages = [age for age in by_age if until is None or age <= until]
        if ages:
            listed[code] = by_age[max(ages)][0]
    return listed


def sound_units(rows: Iterable[Unit], settled: Settled) -> dict[str, Unit]:
    """Return the units that count, by code; all other rows go to `settled` with what became of them."""
    states: dict[str, dict[Age, list[Unit]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        states[row.MaDonVi][newness(row)].append(row)
    for by_age in states.values():
        for age in [age for age, same in by_age.items() if len(set(same)) > 1]:
            settled.quarantine += [("conflict", row) for row in by_age.pop(age)]
    wrong = {
        (code, age): reason
        for code, by_age in states.items()
        for age in by_age
        if (reason := misplaced(code, list_of(states, age)))
    }
    take_out(states, wrong, settled)
    # What remains was sound when it was delivered, but need not fit together: then nothing of the unit counts.
    now = list_of(states)
    unfit = {code: reason for code in now if (reason := misplaced(code, now))}
    take_out(states, {(code, age): reason for code, reason in unfit.items() for age in states[code]}, settled)
    units = list_of(states)
    for code in units:
        spellings = [row.TenDonVi for same in states[code].values() for row in same]
        settled.names[code] = frozenset(spellings)
    for by_age in states.values():
        for age in by_age:
            settled.superseded += by_age[age][1:] if age == max(by_age) else by_age[age]
    return units


def take_out(states: dict[str, dict[Age, list[Unit]]], wrong: Mapping[tuple[str, Age], str], settled: Settled) -> None:
    """Move wrong states to the quarantine."""
    for (code, age), reason in wrong.items():
        settled.quarantine += [(reason, row) for row in states[code].pop(age)]
