"""The attack: linear programming that infers hidden figures from the published ones.

Belongs here: unknowns with bounds on sums of them, and the narrowest interval that can be inferred for each hidden sum.
Does not belong here: which counts are attacked together (`subjects`), hiding more because of it (`defence`).
"""

from dataclasses import dataclass

import numpy as np
from highspy import Highs, HighsLp, HighsModelStatus, MatrixFormat, ObjSense, kHighsInf
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

TOLERANCE = 1e-6
# Upper bound of figures that are hidden for another reason than being small; the solver needs one.
NO_LIMIT = 1e7
ROUNDS = 40
WORTHWHILE = 0.96  # another round of random sums is tried if the last one left less than this share


@dataclass(frozen=True)
class Block:
    """A linear system over unknowns >= 0.

    Attributes:
        names: Names of the rows of `shown`.
        shown: Coefficients of rows that lie between `low` and `high`.
        positive: Coefficients of rows that are at least 0.
        low: Lower bounds of the rows of `shown`.
        high: Upper bounds of the rows of `shown`.
        truth: True values of the rows of `shown`, known to the auditor and not to the attacker.
    """

    names: list[str]
    shown: csr_array
    positive: csr_array
    low: np.ndarray
    high: np.ndarray
    truth: np.ndarray


@dataclass(frozen=True)
class Finding:
    """The narrowest interval [low, high] that can be inferred for one hidden row.

    Attributes:
        row: Position of the row.
        low: Lower end.
        high: Upper end.
        rests_on: Positions of the rows whose bounds lead to it.
    """

    row: int
    low: float
    high: float
    rests_on: tuple[int, ...]

    @property
    def width(self) -> int:
        """The greatest possible count minus the least."""
        return int(np.floor(self.high + TOLERANCE) - np.ceil(self.low - TOLERANCE))


class Attack:
    """One block, solved repeatedly with different objectives.

    Unknowns of different groups never occur in one row, so one solve serves an objective of each group.
    """

    def __init__(self, block: Block) -> None:
        self.block = block
        self.solver = _solver(block)
        self.unknowns = np.arange(block.shown.shape[1], dtype=np.int32)
        together = csr_array(abs(vstack([block.shown, block.positive])))
        of_unknown = connected_components(together.T @ together, directed=False)[1]
        self.group = of_unknown[block.shown.indices[block.shown.indptr[:-1]]]
        self.least = block.truth.astype(float)
        self.most = block.truth.astype(float)
        self.solved = 0

    def widths(self, rows: np.ndarray) -> np.ndarray:
        """Return the widths of the intervals proved so far for these rows.

        Two solutions that both fit the published figures prove an interval as wide as their distance.
        """
        widths: np.ndarray = np.floor(self.most[rows] + TOLERANCE) - np.ceil(self.least[rows] - TOLERANCE)
        return widths

    def maximize(self, weights: np.ndarray) -> np.ndarray:
        """Maximise a weighted sum of rows and record the values of all rows at the solution.

        Returns:
            Positions of the rows whose bounds limit it.
        """
        solver, shown = self.solver, self.block.shown
        solver.changeColsCost(len(self.unknowns), self.unknowns, shown.T @ weights)
        solver.run()
        if (end := solver.getModelStatus()) != HighsModelStatus.kOptimal:
            raise ArithmeticError(f"the attack on a block failed: {solver.modelStatusToString(end)}")
        self.solved += 1
        solution = solver.getSolution()
        values = shown @ np.array(solution.col_value)
        np.minimum(self.least, values, out=self.least)
        np.maximum(self.most, values, out=self.most)
        return np.flatnonzero(np.abs(solution.row_dual[: shown.shape[0]]) > TOLERANCE)

    def find_narrow_intervals(self, hidden: np.ndarray, narrowest: int) -> list[Finding]:
        """Return the hidden rows whose interval is narrower than `narrowest`, each with its exact interval.

        A solution serves all hidden rows at once: a few maxima of random sums prove most intervals wide enough (small
        counts mostly maximised, large ones minimised). The others are attacked one by one, one of each group at a time.

        Args:
            hidden: Positions of the hidden rows.
            narrowest: Least width of an interval that is safe.
        """
        rng = np.random.default_rng(1)
        left = hidden[self.widths(hidden) < narrowest]
        for _ in range(ROUNDS):
            before = len(left)
            picked = left[rng.random(before) < 0.8]
            upwards = self.block.truth[picked] + rng.normal(0.0, 3.0, len(picked)) < narrowest
            weights = np.zeros(len(self.least))
            weights[picked] = np.where(upwards, 1.0, -1.0) * rng.uniform(0.2, 1.0, len(picked))
            if len(picked):
                self.maximize(weights)
                left = left[self.widths(left) < narrowest]
            if len(left) == 0 or len(left) > before * WORTHWHILE:
                break
        return self._one_by_one(left, narrowest)

    def _one_by_one(self, left: np.ndarray, narrowest: int) -> list[Finding]:
        findings = []
        while len(left):
            _, first = np.unique(self.group[left], return_index=True)
            turn = left[first]
            held: dict[int, set[int]] = {int(row): set() for row in turn}
            for sign in (1.0, -1.0):
                aimed = turn[self.widths(turn) < narrowest]
                weights = np.zeros(len(self.least))
                weights[aimed] = sign
                stops = self.maximize(weights) if len(aimed) else np.array([], dtype=int)
                for row in aimed:
                    held[int(row)] |= {int(stop) for stop in stops if self.group[stop] == self.group[row]}
            findings += [
                Finding(int(row), float(self.least[row]), float(self.most[row]), tuple(sorted(held[int(row)])))
                for row in turn[self.widths(turn) < narrowest]
            ]
            left = np.setdiff1d(left[self.widths(left) < narrowest], turn)
        return findings


def _solver(block: Block) -> Highs:
    """Return the block as a linear program without an objective.

    The solver is reused: each objective starts from the last solution, which saves most of the work.
    """
    rows = vstack([block.shown, block.positive]).tocsr()
    positive = np.zeros(block.positive.shape[0])
    program = HighsLp()
    program.num_row_, program.num_col_ = rows.shape
    program.sense_ = ObjSense.kMaximize
    program.col_cost_, program.col_lower_ = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
    program.col_upper_ = np.full(rows.shape[1], NO_LIMIT)
    program.row_lower_ = np.concatenate([np.where(block.low > 0, block.low, -kHighsInf), positive])
    program.row_upper_ = np.concatenate(
        [np.where(block.high < NO_LIMIT, block.high, kHighsInf), np.full(len(positive), kHighsInf)]
    )
    program.a_matrix_.format_ = MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_, program.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    solver = Highs()  # type: ignore[no-untyped-call]  # its constructor has no annotations
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    return solver
