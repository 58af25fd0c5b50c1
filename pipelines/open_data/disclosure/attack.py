"""The attack: linear programming on what is published, to find out what is hidden.

Belongs here: unknowns with bounds on sums of them, and the narrowest interval that anybody could work out for each
hidden sum. Does not belong here: which counts are attacked together (`subjects`), what follows from it (`defence`).
"""

from dataclasses import dataclass

import numpy as np
from highspy import Highs, HighsLp, HighsModelStatus, MatrixFormat, ObjSense, kHighsInf
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

TOLERANCE = 1e-6
# What is hidden has no upper bound where its being small is not what hides it; the solver wants one.
NO_LIMIT = 1e7
ROUNDS = 40
WORTHWHILE = 0.96  # another round of sums is worth its while where the last one left fewer than this share


@dataclass(frozen=True)
class Block:
    """Unknowns >= 0 with rows `shown` between `low` and `high` and rows `positive` at 0 or more.

    Attributes:
        truth: What the shown rows really are, which the auditor knows and the attacker does not.
        names: Of the rows.
    """

    names: list[str]
    shown: csr_array
    positive: csr_array
    low: np.ndarray
    high: np.ndarray
    truth: np.ndarray


@dataclass(frozen=True)
class Finding:
    """What the attack says of one hidden row: it lies in [low, high], and no narrower interval can be worked out.

    Attributes:
        rests_on: The rows whose bounds say so.
    """

    row: int
    low: float
    high: float
    rests_on: tuple[int, ...]

    @property
    def width(self) -> int:
        """The greatest possible count less the least."""
        return int(np.floor(self.high + TOLERANCE) - np.ceil(self.low - TOLERANCE))


class Attack:
    """One block, solved again and again with different aims.

    Unknowns of two groups never stand in one row, so each group is given its own aim in the same solve.
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
        """Return how wide the intervals of these rows are known to be.

        Two points that both fit all that is published prove an interval as wide as they are apart, and the truth is one
        of them.
        """
        widths: np.ndarray = np.floor(self.most[rows] + TOLERANCE) - np.ceil(self.least[rows] - TOLERANCE)
        return widths

    def maximize(self, weights: np.ndarray) -> np.ndarray:
        """Go to the point where the weighted sum of rows is greatest, and keep what is seen there.

        Returns:
            The rows whose bounds stopped it.
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

        A point serves for all hidden rows at once: a few extremes of random sums settle most of them, small counts
        mostly aimed upwards and great ones downwards. The others are attacked one by one, one of each group at a time.
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
    """Return the block as a linear program that is given its aim later.

    It stays: the next aim starts from where the last one ended, which is most of the way.
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
