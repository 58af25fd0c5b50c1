"""For which unit a dossier or a feedback item counts: the one that handles it, also when the map of units changes.

Here: one dossier and its states, one item, and who takes over from whom. Not here: which state is the newest (newest),
and whether a unit is known (settle).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from .records import PROVINCE, DossierState, Feedback, Unit
from .registers import UnitChange
from .settled import Homes

Units = dict[str, Unit]
# Every name that the list ever gave a unit, by its code.
Names = Mapping[str, frozenset[str]]
# How new a state is.
Age = tuple[Any, ...]


def folded(name: str) -> str:
    """Return a name without regard to letter case, composition and blanks."""
    return unicodedata.normalize("NFC", re.sub("[ \u00a0\t\n]+", " ", name).strip(" ").lower())


def bare(name: str) -> str:
    """Return a folded name without diacritics."""
    apart = unicodedata.normalize("NFD", folded(name).replace("đ", "d"))
    return "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")


def named_by(state: DossierState, units: Units, names: Names) -> str | None:
    """Return the unit that a state names, by any name that the list ever gave it.

    Of several it is the one valid on the received day.

    Diacritics must agree, or lack where that leaves one unit.
    """
    if state.MaDonViXuLy is not None or not state.DonViXuLy:
        return None
    day = state.NgayTiepNhan.date() if state.NgayTiepNhan else state.business_day
    there = [code for code, unit in units.items() if unit.HieuLucDen is None or unit.HieuLucDen >= day]
    begun = [code for code in there if (first := units[code].HieuLucTu) is None or first <= day]
    later = [code for code in there if code not in begun]
    for some in (begun, later):
        for spelled in (folded, bare):
            wanted = folded(state.DonViXuLy)
            found = [code for code in some if any(spelled(name) == wanted for name in names[code])]
            if found:
                return found[0] if len(found) == 1 else None
    return None


def handler_told(state: DossierState, units: Units, names: Names) -> str | None:
    """Return the unit that handles the dossier by its state's code or name; null if none is known."""
    return state.MaDonViXuLy or named_by(state, units, names)


def handled_by(state: DossierState, units: Units, names: Names) -> str | None:
    """Rule: "those of the unit that handles it: MaDonViXuLy where given, else the one named, else MaDonVi"."""
    return handler_told(state, units, names) or state.MaDonVi


def homes_of(
    state: DossierState,
    states: Sequence[tuple[Age, DossierState]],
    units: Units,
    names: Names,
    changes: Sequence[UnitChange],
) -> Homes:
    """Return which unit answers for a dossier, from day to day, while it is open.

    One sent again under a unit that came into being after it was received, or that took over from the earlier one after
    it, was the earlier one's until then.
    """
    own_age = next(age for age, row in states if row == state)
    # Of states equally new one may name the handling unit and another not: then the named one counts.
    by_age: dict[Age, str | None] = {}
    for age, row in states:
        by_age[age] = handler_told(row, units, names) or by_age.get(age)
    for age, row in states:
        by_age[age] = by_age[age] or row.MaDonVi
    assert state.NgayTiepNhan is not None  # else the row would have been rejected
    return homes_by(own_age, by_age, state.NgayTiepNhan.date(), units, changes)


def feedback_homes_of(
    item: Feedback, rows: Sequence[tuple[Age, Feedback]], units: Units, changes: Sequence[UnitChange]
) -> Homes:
    """Return which unit answers for a feedback item, from day to day, while it is not answered.

    Sent again under another unit, as of a dossier.
    """
    own_age = next(age for age, row in rows if row == item)
    return homes_by(own_age, {age: row.MaDonVi for age, row in rows}, item.NgayGui.date(), units, changes)


def homes_by(
    own_age: Age, by_age: Mapping[Age, str | None], received: date, units: Units, changes: Sequence[UnitChange]
) -> Homes:
    """Return the same for what was received on a day and counts by the word of an age.

    `by_age`: all words on whose it was.
    """
    now = units[str(by_age[own_age])]
    took_over = {one.old: one.changed_on for one in changes if one.new == now.MaDonVi and one.changed_on > received}
    came_later = now.HieuLucTu is not None and now.HieuLucTu > received
    before = {
        age: code
        for age, code in by_age.items()
        if age < own_age
        and code != now.MaDonVi
        # A row that says no more than that the dossier is gone may name no unit, or one that nobody knows.
        and code in units
        and (came_later or code in took_over)
        and was_there(units[code], received)
    }
    first, passed_on = now, date.min
    if before:
        first = units[before[max(before)]]
        since = took_over.get(first.MaDonVi) or now.HieuLucTu
        assert since is not None
        passed_on = since
    days = {date.min, passed_on} | {end for unit in units.values() if (end := end_of(unit, changes))}
    return tuple((day, answering(now if day >= passed_on else first, day, units, changes)) for day in sorted(days))


def was_there(unit: Unit, day: date) -> bool:
    """Whether a unit was valid on a day, as far as is known."""
    return (unit.HieuLucTu is None or unit.HieuLucTu <= day) and (unit.HieuLucDen is None or unit.HieuLucDen >= day)


def end_of(unit: Unit, changes: Sequence[UnitChange]) -> date | None:
    """Return the first day on which a unit is gone: after its last day in the list, else by the register; null.

    It stays.
    """
    if unit.Cap == "tinh":
        return None
    if unit.HieuLucDen is not None:
        return unit.HieuLucDen + timedelta(days=1)
    return max((one.changed_on for one in changes if one.old == unit.MaDonVi), default=None)


def next_of(unit: Unit, units: Units, changes: Sequence[UnitChange]) -> str:
    """Return who takes over what a unit leaves open.

    Of several successors the main one; without a known one, the next unit above that outlives it.
    """
    mine = [one for one in changes if one.old == unit.MaDonVi]
    last = [one for one in mine if one.changed_on == max(each.changed_on for each in mine)]
    named = [one.new for one in last if one.is_main] or [one.new for one in last if one.new]
    if len(named) == 1 and named[0] in units:
        return named[0]
    end, above = end_of(unit, changes), unit.MaDonViCha
    while above in units:
        its_end = end_of(units[above], changes)
        if its_end is None or (end is not None and its_end > end):
            return above
        above = units[above].MaDonViCha
    return PROVINCE


def answering(unit: Unit, day: date, units: Units, changes: Sequence[UnitChange]) -> Unit:
    """Rule: "nothing open stands under a unit after its last day": who answers on a day for what was a unit's."""
    passed: set[str] = set()
    while (end := end_of(unit, changes)) is not None and end <= day:
        if unit.MaDonVi in passed:
            return _province(units)
        passed.add(unit.MaDonVi)
        unit = units.get(next_of(unit, units, changes)) or _province(units)
    return unit


def _province(units: Units) -> Unit:
    """Return the province, also where the list names its offices only."""
    return units.get(PROVINCE) or Unit(PROVINCE, "tinh", date.min)
