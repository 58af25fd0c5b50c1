"""The defence: hide further figures of one subject until no hidden figure can be narrowed down too far.

Belongs here: one subject (such as a unit in a year) and the choice of figures to hide. The required width is never
lowered: if nothing is left to hide, that is an error. Does not belong here: solving (`attack`), all subjects of a
vintage (`run_attacks`).
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from pipelines.common.errors import TthcError
from pipelines.open_data.disclosure.attack import Attack, Block

Bounds = tuple[float, float]


@dataclass(frozen=True)
class HiddenFigure:
    """One cell of a subject.

    Attributes:
        truth: The true count.
        bounds: The bounds that the published figures give.
        free: The bounds that would remain if it were hidden for the sake of others.
        is_hidden: Whether no value is shown.
    """

    truth: int
    bounds: Bounds
    free: Bounds
    is_hidden: bool


@dataclass(frozen=True)
class Frame:
    """Constraints on figures that are attacked together; `names` are the names of the rows of `shown`."""

    names: list[str]
    shown: csr_array
    positive: csr_array


@dataclass
class SubjectOutcome:
    """The result for one subject.

    Attributes:
        label: Name of the subject.
        attacked: Number of hidden figures that were attacked.
        narrow: Number of those whose interval was too narrow at first.
        solved: Number of linear programs solved.
        hidden_too: Names of the figures that were hidden because of it.
    """

    label: str
    attacked: int = 0
    narrow: int = 0
    solved: int = 0
    hidden_too: list[str] = field(default_factory=list)


@dataclass
class AttackedSubject:
    """One subject of the attack.

    Attributes:
        label: Name of the subject.
        frames: Constraints on its figures.
        figures: Its figures, by name of the cell.
        hidden_too: Names of figures already hidden for the sake of others.
    """

    label: str
    frames: list[Frame]
    figures: dict[str, HiddenFigure]
    hidden_too: set[str] = field(default_factory=set)

    def is_hidden(self, name: str) -> bool:
        """Return True if no value of the figure is shown."""
        return self.figures[name].is_hidden or name in self.hidden_too

    def bounds(self, name: str) -> Bounds:
        """Return the bounds that the rule, the figure's flag and earlier vintages give."""
        figure = self.figures[name]
        return figure.free if name in self.hidden_too else figure.bounds

    def can_be_hidden(self, name: str) -> bool:
        """Return True if hiding the figure, or no longer flagging it as small, would widen its bounds."""
        figure = self.figures[name]
        return name not in self.hidden_too and figure.bounds != figure.free

    def block(self, frame: Frame) -> Block:
        """Return the frame with current bounds; a figure that occurs in several rows is kept once."""
        rows = sorted(
            {name: row for row, name in reversed(list(enumerate(frame.names))) if name in self.figures}.values()
        )
        names = [frame.names[row] for row in rows]
        bounds = np.array([self.bounds(name) for name in names], dtype=float).reshape(-1, 2)
        truth = [float(self.figures[name].truth) for name in names]
        return Block(names, frame.shown[rows], frame.positive, bounds[:, 0], bounds[:, 1], np.array(truth))


def suppress_until_safe(subject: AttackedSubject, narrowest: int, targets: set[str] | None = None) -> SubjectOutcome:
    """Attack the hidden figures of a subject, and hide more figures until each interval is wide enough.

    Args:
        subject: The subject; its `hidden_too` is extended.
        narrowest: Least width of an interval that is safe.
        targets: Names of the figures to attack; None is all hidden ones.

    Raises:
        TthcError: If nothing is left to hide (`disclosure_unavoidable`).
    """
    outcome = SubjectOutcome(subject.label)
    hidden = {name for name in subject.figures if subject.is_hidden(name)}
    todo = [set(hidden if targets is None else hidden & targets) & set(frame.names) for frame in subject.frames]
    outcome.attacked = len(set().union(*todo))
    narrow: set[str] = set()
    while any(todo):
        for at, frame in enumerate(subject.frames):
            found, given_up = _one_frame(subject, frame, todo[at], narrowest, outcome)
            narrow |= found - set(outcome.hidden_too)
            outcome.hidden_too += sorted(given_up)
            # Hiding only widens intervals: those that were wide enough stay so, in every frame.
            todo[at] = found | given_up
            for other, also in enumerate(subject.frames):
                if other != at:
                    todo[other] |= given_up & set(also.names)
    outcome.narrow = len(narrow)
    return outcome


def _one_frame(subject: AttackedSubject, frame: Frame, targets: set[str], narrowest: int,
               outcome: SubjectOutcome) -> tuple[set[str], set[str]]:  # fmt: skip
    """Return the targets whose interval is too narrow, and the figures hidden because of them."""
    shown = [name for name in frame.names if name in subject.figures and not subject.is_hidden(name)]
    if not targets or not shown:
        return set(), set()  # if nothing is shown, every hidden figure may be 0, so nothing can be inferred
    block = subject.block(frame)
    attack = Attack(block)
    rows = np.array([row for row, name in enumerate(block.names) if name in targets])
    findings = attack.find_narrow_intervals(rows, narrowest) if len(rows) else []
    outcome.solved += attack.solved
    given_up: set[str] = set()
    for finding in findings:
        candidates = {block.names[row] for row in finding.rests_on if subject.can_be_hidden(block.names[row])}
        if not candidates:
            raise TthcError("disclosure_unavoidable", cell=block.names[finding.row])
        if not candidates & given_up:
            given_up.add(min(candidates, key=lambda name: _loss(subject, name)))
    subject.hidden_too |= given_up
    return {block.names[finding.row] for finding in findings}, given_up


def _loss(subject: AttackedSubject, name: str) -> tuple[bool, int, str]:
    """Return the sort key of a reader's loss: figures that are hidden anyway first, then the smaller ones."""
    return not subject.figures[name].is_hidden, subject.figures[name].truth, name
