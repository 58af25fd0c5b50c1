"""For which unit a dossier counts: the one that handles it, also when the map of units changes meanwhile.

Here: one dossier and its states. Not here: which state is the newest (newest), and whether a unit is known (settle).
"""

from collections.abc import Sequence
from datetime import date

from .newest import newness
from .records import DossierState, Unit
from .registers import UnitChange


def handled_by(state: DossierState) -> str | None:
    """ "those of the unit that handles it: MaDonViXuLy where given, else MaDonVi"."""
    return state.MaDonVi if state.MaDonViXuLy is None else state.MaDonViXuLy


def unit_of(
    state: DossierState, states: Sequence[DossierState], units: dict[str, Unit], changes: Sequence[UnitChange]
) -> Unit:
    """Which unit a dossier counts for. A dossier sent again under a unit that came into being after it was received, or
    that took over from the earlier one after it, stays with the unit that had it then, so that no number of a closed
    period moves with the map."""
    now, received = units[handled_by(state)], state.NgayTiepNhan.date()
    came_later = now.HieuLucTu is not None and now.HieuLucTu > received
    handed_over = {one.old for one in changes if one.new == now.MaDonVi and one.changed_on > received}
    before = [
        row
        for row in states
        if row != state
        and handled_by(row) != now.MaDonVi
        # A row that says no more than that the dossier is gone may name no unit, or one that nobody knows.
        and handled_by(row) in units
        and (came_later or handled_by(row) in handed_over)
        and was_there(units[handled_by(row)], received)
    ]
    return units[handled_by(max(before, key=newness))] if before else now


def was_there(unit: Unit, day: date) -> bool:
    """Whether a unit was valid on a day, as far as is known."""
    return (unit.HieuLucTu is None or unit.HieuLucTu <= day) and (unit.HieuLucDen is None or unit.HieuLucDen >= day)
