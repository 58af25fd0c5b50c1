"""For which unit a dossier counts when the map of units changes while it is being handled.

Here: one dossier and its states. Not here: which state is the newest (newest), and whether a unit is known (settle).
"""

from collections.abc import Sequence
from datetime import date

from .newest import newness
from .records import DossierState, Unit
from .registers import UnitChange


def receiving_unit(
    state: DossierState, states: Sequence[DossierState], units: dict[str, Unit], changes: Sequence[UnitChange]
) -> Unit:
    """Which unit a dossier counts for. A dossier sent again under a unit that came into being after it was received, or
    that took over from the earlier one after it, stays with the unit that received it, so that no number of a closed
    period moves with the map."""
    now, received = units[state.MaDonVi], state.NgayTiepNhan.date()
    came_later = now.HieuLucTu is not None and now.HieuLucTu > received
    handed_over = {one.old for one in changes if one.new == now.MaDonVi and one.changed_on > received}
    before = [
        row
        for row in states
        if row != state
        and row.MaDonVi != state.MaDonVi
        and (came_later or row.MaDonVi in handed_over)
        and was_there(units[row.MaDonVi], received)
    ]
    return units[max(before, key=newness).MaDonVi] if before else now


def was_there(unit: Unit, day: date) -> bool:
    """Whether a unit was valid on a day, as far as is known."""
    return (unit.HieuLucTu is None or unit.HieuLucTu <= day) and (unit.HieuLucDen is None or unit.HieuLucDen >= day)
