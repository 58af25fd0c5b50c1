"""The verdict of the gate: counts, identifiers and sentences, never a value from the data.

Belongs here: what a gate result is and when it counts as passed. Does not belong here: how it is found.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.storage.documents import CheckVerdict, Verdict

# What a published version gives nothing to compare with, and the sentence that says so.
UNCOMPARED = {"registers": "status_uncompared_registers", "first_values": "status_uncompared_first_values"}


@dataclass(frozen=True)
class CheckResult:
    """One expectation.

    `unexpected_count` is null if nothing is counted (a row floor, a raised check); `raised` is the class name of the
    exception that kept the check from an answer.
    """

    id: str
    title_vi: str
    title_en: str
    success: bool
    unexpected_count: int | None = None
    raised: str | None = None

    def to_dict(self) -> CheckVerdict:
        """Return the result for JSON."""
        return {
            "id": self.id,
            "title_vi": self.title_vi,
            "title_en": self.title_en,
            "success": self.success,
            "unexpected_count": self.unexpected_count,
            "raised": self.raised,
        }


@dataclass(frozen=True)
class TableResult:
    """One published table.

    `expected` is how many checks its suite holds, `problems` are codes of what kept the suite from being run at all
    (`suite_missing`, `table_missing`, `raised: <class>`).
    """

    table: str
    expected: int
    checks: tuple[CheckResult, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def evaluated(self) -> int:
        """Number of checks that gave an answer: each counts once, and one that raised did not answer."""
        return len({check.id for check in self.checks if check.raised is None})

    @property
    def success(self) -> bool:
        """True only if every check of a non-empty suite answered, and answered yes."""
        complete = 0 < self.expected == self.evaluated == len(self.checks)
        return complete and not self.problems and all(check.success for check in self.checks)


@dataclass(frozen=True)
class Held:
    """One thing that holds the candidate back; `override_code` names the approval, null if there is none.

    Of the subject only what the kind of hold is about is filled. `usual` and `came` are what was expected and what
    came, as people read it; `files` names the deliveries that it came with.
    """

    hold: str
    source: str | None
    business_day: str | None
    indicator_code: str | None
    rule: str | None
    period_code: str | None
    scope: str | None
    unit_level: str | None
    measure: str | None
    stratum: str | None
    unit_code: str | None
    register: str | None
    entry: str | None
    usual: str | None
    came: str | None
    value_hash: str | None
    files: str | None
    override_code: str | None


@dataclass(frozen=True)
class Effect:
    """One figure that an edit of a register may have moved, before and now; null if there is none."""

    register: str
    entry: str
    indicator_code: str
    rule: str
    period_code: str
    scope: str
    unit_level: str | None
    value_before: float | None
    value_now: float | None
    met_before: bool | None
    met_now: bool | None


@dataclass(frozen=True)
class OverrideUse:
    """One override; `state` is used, idle (it matches nothing any more) or expired (past its last day)."""

    override_code: str
    hold: str
    approved_by: str
    approved_on: str
    valid_until: str
    reason: str
    state: str


@dataclass(frozen=True)
class GateResult:
    """The verdict on one candidate file.

    It holds for exactly the bytes of `candidate_sha256` and the suites of `suites_sha256`; either is null if there was
    nothing to hash. `compared_with` is the version whose figures the candidate's were held against, null if there was
    none; `new_sources` have a delivery that it has not, `uncompared` is what it gives nothing to compare with.

    Attributes:
        effects: What each held edit of a register moved, the largest few.
    """

    tables: tuple[TableResult, ...]
    candidate_sha256: str | None
    suites_sha256: str | None
    problems: tuple[str, ...] = ()
    compared_with: str | None = None
    held: tuple[Held, ...] = ()
    overrides: tuple[OverrideUse, ...] = ()
    new_sources: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()

    @property
    def expected(self) -> int:
        return sum(table.expected for table in self.tables)

    @property
    def evaluated(self) -> int:
        return sum(table.evaluated for table in self.tables)

    @property
    def success(self) -> bool:
        """True only if nothing is in doubt: no table, a missing hash, any problem or any failed table is a refusal."""
        bound = self.candidate_sha256 is not None and self.suites_sha256 is not None
        return bound and bool(self.tables) and not self.problems and all(t.success for t in self.tables)

    @property
    def raised(self) -> tuple[str, ...]:
        """Class names of every error that kept a check, a table or the gate from an answer."""
        checks = (check.raised for table in self.tables for check in table.checks if check.raised)
        problems = (problem for table in self.tables for problem in table.problems)
        return (*checks, *(problem for problem in (*problems, *self.problems) if problem.startswith("raised: ")))

    def failures(self) -> tuple[tuple[str, CheckResult], ...]:
        """Return (table, check) of every check that did not pass, in suite order."""
        return tuple((table.table, check) for table in self.tables for check in table.checks if not check.success)

    def to_dict(self) -> Verdict:
        """Return the whole verdict for JSON, derived numbers included."""
        return {
            "success": self.success,
            "expected": self.expected,
            "evaluated": self.evaluated,
            "candidate_sha256": self.candidate_sha256,
            "suites_sha256": self.suites_sha256,
            "problems": list(self.problems),
            "compared_with": self.compared_with,
            "new_sources": list(self.new_sources),
            "uncompared": list(self.uncompared),
            "held": [asdict(one) for one in self.held],
            "effects": [asdict(one) for one in self.effects],
            "overrides": [asdict(one) for one in self.overrides],
            "tables": [
                {
                    "table": table.table,
                    "success": table.success,
                    "expected": table.expected,
                    "evaluated": table.evaluated,
                    "problems": list(table.problems),
                    "checks": [check.to_dict() for check in table.checks],
                }
                for table in self.tables
            ],
        }

    @staticmethod
    def from_dict(verdict: Mapping[str, Any]) -> "GateResult":
        """Return the verdict that `to_dict` wrote; what was derived is not believed but derived anew.

        Raise KeyError or TypeError where it is no verdict.
        """
        tables = tuple(
            TableResult(
                told["table"],
                told["expected"],
                tuple(CheckResult(**check) for check in told["checks"]),
                tuple(told["problems"]),
            )
            for told in verdict["tables"]
        )
        return GateResult(
            tables, verdict["candidate_sha256"], verdict["suites_sha256"], tuple(verdict["problems"]),
            verdict["compared_with"], tuple(Held(**one) for one in verdict["held"]),
            tuple(OverrideUse(**one) for one in verdict["overrides"]), tuple(verdict["new_sources"]),
            tuple(verdict["uncompared"]),            tuple(Effect(**one) for one in verdict["effects"]),
        )  # fmt: skip
