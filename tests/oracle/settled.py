"""What goes into the settling of rows and what comes out of it: all rows; dossiers in scope with their children.

Here: plain records. Not here: which row counts (settle), and any figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from .records import (
    Component,
    DossierState,
    Fee,
    Feedback,
    Figure,
    Letter,
    NationalCopy,
    Notice,
    PortalPoints,
    Procedure,
    Progress,
    Rating,
    Result,
    Row,
    Step,
    Supplement,
    Unit,
)


@dataclass(frozen=True)
class Records:
    """Every row delivered so far, in any order."""

    units: Sequence[Unit] = ()
    procedures: Sequence[Procedure] = ()
    dossiers: Sequence[DossierState] = ()
    supplements: Sequence[Supplement] = ()
    components: Sequence[Component] = ()
    fees: Sequence[Fee] = ()
    steps: Sequence[Step] = ()
    results: Sequence[Result] = ()
    ratings: Sequence[Rating] = ()
    notices: Sequence[Notice] = ()
    letters: Sequence[Letter] = ()
    copies: Sequence[NationalCopy] = ()
    feedback: Sequence[Feedback] = ()
    figures: Sequence[Figure] = ()
    progress: Sequence[Progress] = ()
    portal: Sequence[PortalPoints] = ()


# From which day on which unit answers while it is open, by day; the first is from the beginning.
Homes = Sequence[tuple[date, Unit]]


def home_at(homes: Homes, as_of: date, opened: date, closed: date | None, cut: date) -> Unit:
    """Return the unit that answers for a dossier or a feedback item "at the earlier of its finish and the cut".

    It is never one whose last day was before it was opened.
    """
    # What happens to units after the as-of day is not known yet, also where the dossier came after it.
    day = min(as_of, max(opened, min(cut, closed or cut)))
    return [unit for start, unit in homes if start <= day][-1]


@dataclass(frozen=True)
class Dossier:
    """A dossier in scope, with its newest accepted state and the children that count."""

    code: str
    homes: Homes
    as_of: date
    # The unit that took it in, which may be another than the one it counts for.
    received_by: str
    status: int
    channel: int | None
    received: date
    due: date | None
    finished: date | None
    newer_state_rejected: bool
    handling_unit_unknown: bool
    procedure: Procedure
    # The status in each of its states, superseded ones too: when it was reported, the business day, the status.
    statuses: Sequence[tuple[datetime, date, int]] = ()
    # The moment of its finish.
    finished_at: datetime | None = None
    # DuocThanhToanTrucTuyen, the source's own word on how it was paid.
    paid_online: int | None = None
    # TaiKhoanDuocXacThucVoiVNeID: whether its account was verified.
    verified: int | None = None
    copy: NationalCopy | None = None
    supplements: Sequence[Supplement] = ()
    components: Sequence[Component] = ()
    fees: Sequence[Fee] = ()
    steps: Sequence[Step] = ()
    results: Sequence[Result] = ()
    ratings: Sequence[Rating] = ()
    notices: Sequence[Notice] = ()
    letters: Sequence[Letter] = ()

    def home(self, cut: date) -> Unit:
        """Apply the rule quoted here.

        "a dossier belongs with all its counts to the unit that answers for it at the earlier of its finish and the
        cut".
        """
        return home_at(self.homes, self.as_of, self.received, self.finished, cut)

    @property
    def unit_code(self) -> str:
        """The unit that it counts for as of the day of the figures."""
        return self.home(self.as_of).MaDonVi

    @property
    def unit_level(self) -> str:
        """Its level."""
        return self.home(self.as_of).Cap


@dataclass
class Settled:
    """What counts (code lists, dossiers in scope, reports), and what does not, with the reason."""

    units: dict[str, Unit]
    # Every name that the list ever gave a unit that counts.
    names: dict[str, frozenset[str]] = field(default_factory=dict)
    procedures: dict[str, Procedure] = field(default_factory=dict)
    dossiers: list[Dossier] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    # Who answers for each feedback item while it is not answered, by its code.
    feedback_homes: dict[str, Homes] = field(default_factory=dict)
    as_of: date = date(2024, 12, 31)
    figures: list[Figure] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    portal: list[PortalPoints] = field(default_factory=list)
    quarantine: list[tuple[str, Row]] = field(default_factory=list)
    superseded: list[Row] = field(default_factory=list)

    def feedback_home(self, item: Feedback, cut: date | None = None) -> Unit:
        """Return the unit that answers for a feedback item at a cut, by default on the day of the figures.

        Where its answer came earlier, it is the day of its answer that counts.
        """
        answered = None if item.NgayTraLoi is None else item.NgayTraLoi.date()
        homes = self.feedback_homes[item.MaPhanAnh]
        return home_at(homes, self.as_of, item.NgayGui.date(), answered, cut or self.as_of)
