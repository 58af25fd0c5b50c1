"""The defence: where the attack would narrow a hidden figure down, further figures are hidden until it cannot.

Belongs here: one subject (a unit in a year, say) and the choice of what to give up. The check is never loosened: where
nothing is left to give up, that is an error. Everything here is plain data, so subjects can be taken by processes.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from pipelines.common.errors import TthcError
from pipelines.open_data.disclosure.attack import Attack, Block

Bounds = tuple[float, float]


@dataclass(frozen=True)
class HiddenFigure:
    """What is known of one cell.

    Its true count, the bounds that anybody has on it, the `free` ones that would remain were it hidden for the sake of
    others, and whether it is hidden.
    """

    truth: int
    bounds: Bounds
    free: Bounds
    is_hidden: bool


@dataclass(frozen=True)
class Frame:
    """Constraints on figures that are attacked together; `names` are those of the rows of `shown`."""

    names: list[str]
    shown: csr_array
    positive: csr_array


@dataclass
class SubjectOutcome:
    """The result for one subject.

    How many hidden figures were attacked, how many were too narrow at first, what was hidden too, and how many linear
    programs that took.
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
        hidden_too: What had to be hidden, or not to be called small, before.
    """

    label: str
    frames: list[Frame]
    figures: dict[str, HiddenFigure]
    hidden_too: set[str] = field(default_factory=set)

    def is_hidden(self, name: str) -> bool:
        """Return True if nothing is shown of the figure."""
        return self.figures[name].is_hidden or name in self.hidden_too

    def bounds(self, name: str) -> Bounds:
        """Return what the attacker knows of the figure from the rule, its flag and earlier vintages."""
        figure = self.figures[name]
        return figure.free if name in self.hidden_too else figure.bounds

    def can_be_hidden(self, name: str) -> bool:
        """Return True if hiding it, or saying no longer that it is small, would leave more possible."""
        figure = self.figures[name]
        return name not in self.hidden_too and figure.bounds != figure.free

    def block(self, frame: Frame) -> Block:
        """Return the frame with today's bounds; a figure that stands in several rows does so once."""
        rows = sorted(
            {name: row for row, name in reversed(list(enumerate(frame.names))) if name in self.figures}.values()
        )
        names = [frame.names[row] for row in rows]
        bounds = np.array([self.bounds(name) for name in names], dtype=float).reshape(-1, 2)
        truth = [float(self.figures[name].truth) for name in names]
        return Block(names, frame.shown[rows], frame.positive, bounds[:, 0], bounds[:, 1], np.array(truth))


def suppress_until_safe(subject: AttackedSubject, narrowest: int, targets: set[str] | None = None) -> SubjectOutcome:
    """Attack the hidden figures of a subject (or only `targets`) and hides more until each keeps its interval.

    Raises:
        TthcError: If that cannot be had.
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
            # Hiding only leaves more possible: what was wide enough stays so, in every frame.
            todo[at] = found | given_up
            for other, also in enumerate(subject.frames):
                if other != at:
                    todo[other] |= given_up & set(also.names)
    outcome.narrow = len(narrow)
    return outcome


def _one_frame(subject: AttackedSubject, frame: Frame, targets: set[str], narrowest: int,
               outcome: SubjectOutcome) -> tuple[set[str], set[str]]:  # fmt: skip
    """Return the targets that are too narrow, and what was hidden because of them."""
    shown = [name for name in frame.names if name in subject.figures and not subject.is_hidden(name)]
    if not targets or not shown:
        return set(), set()  # where nothing is shown, all may be none, or the same few cases all along
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
    """Return how much a reader loses: only a reason if the figure is hidden anyway, else the smaller figure."""
    return not subject.figures[name].is_hidden, subject.figures[name].truth, name
