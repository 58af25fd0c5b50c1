"""The verdict of the gate: counts, identifiers and sentences, never a value of the data.

Belongs here: what a result consists of, and when it counts as passed. Does not belong here: how it is computed.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.storage.documents import CheckVerdict, Verdict

# By code of what could not be compared (`Baseline.uncompared`) the code of the message that says so.
UNCOMPARED = {"registers": "status_uncompared_registers", "first_values": "status_uncompared_first_values"}


@dataclass(frozen=True)
class CheckResult:
    """The result of one check.

    Attributes:
        unexpected_count: Number of violations; None if nothing is counted (minimum of rows, a check that raised).
        raised: Class name of the exception that the check raised; None if it raised none.
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
    """The result of the suite of one published table.

    Attributes:
        expected: Number of checks in the suite.
        checks: Results of the checks that were run.
        problems: Codes of why the suite could not be run at all: `suite_missing`, `table_missing`, `raised: <class>`.
    """

    table: str
    expected: int
    checks: tuple[CheckResult, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def evaluated(self) -> int:
        """Number of different checks that gave a result; a check that raised gave none."""
        return len({check.id for check in self.checks if check.raised is None})

    @property
    def success(self) -> bool:
        """True only if the suite has checks and every one of them gave a result and passed."""
        complete = 0 < self.expected == self.evaluated == len(self.checks)
        return complete and not self.problems and all(check.success for check in self.checks)


@dataclass(frozen=True)
class Held:
    """One unusual thing that holds the candidate until somebody has looked at it.

    Of the fields from `source` to `entry` only those are filled that this kind of hold is about.

    Attributes:
        hold: The kind of hold.
        usual: What was expected, as people read it.
        came: What was delivered or computed instead, as people read it.
        value_hash: Hash of the new values of an edit of a register, to which an override is bound.
        files: Labels of the deliveries that it came with.
        override_code: The override that approves it; None if there is none.
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
    """One figure that an edit of a register may have moved, before and now; None if there is no figure."""

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
    """One override.

    Attributes:
        state: `used`, `idle` (it no longer matches anything) or `expired` (past its last day).
    """

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

    Attributes:
        tables: Results of the published tables.
        candidate_sha256: Hash of the file that was checked, which alone the verdict is about; None if it could not be
            hashed.
        suites_sha256: Hash of the suites that were used; None if they could not be read.
        problems: Codes of what refuses the candidate besides failed checks.
        compared_with: Name of the version that the figures were compared with; None if there was none.
        held: Everything that is held, approved or not.
        overrides: All overrides with their state.
        new_sources: Sources with a delivery that the compared version does not contain.
        uncompared: Codes of what should be compared but could not be (`Baseline.uncompared`).
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
        """True only if there are tables, all of them passed, both hashes are known and there is no problem."""
        bound = self.candidate_sha256 is not None and self.suites_sha256 is not None
        return bound and bool(self.tables) and not self.problems and all(t.success for t in self.tables)

    @property
    def raised(self) -> tuple[str, ...]:
        """Class names of the exceptions that kept a check, a table or the gate itself from a result."""
        checks = (check.raised for table in self.tables for check in table.checks if check.raised)
        problems = (problem for table in self.tables for problem in table.problems)
        return (*checks, *(problem for problem in (*problems, *self.problems) if problem.startswith("raised: ")))

    def failures(self) -> tuple[tuple[str, CheckResult], ...]:
        """Return (table, check) of every check that did not pass, in suite order."""
        return tuple((table.table, check) for table in self.tables for check in table.checks if not check.success)

    def to_dict(self) -> Verdict:
        """Return the verdict for JSON, derived values included."""
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
            "held": [asdict(hold) for hold in self.held],
            "effects": [asdict(effect) for effect in self.effects],
            "overrides": [asdict(override) for override in self.overrides],
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
        """Return the verdict that `to_dict` wrote; derived values are ignored and derived again.

        Raises:
            KeyError: If a key is missing.
            TypeError: If a value has another shape.
        """
        tables = tuple(
            TableResult(
                table["table"],
                table["expected"],
                tuple(CheckResult(**check) for check in table["checks"]),
                tuple(table["problems"]),
            )
            for table in verdict["tables"]
        )
        return GateResult(
            tables, verdict["candidate_sha256"], verdict["suites_sha256"], tuple(verdict["problems"]),
            verdict["compared_with"], tuple(Held(**hold) for hold in verdict["held"]),
            tuple(OverrideUse(**use) for use in verdict["overrides"]), tuple(verdict["new_sources"]),
            tuple(verdict["uncompared"]), tuple(Effect(**effect) for effect in verdict["effects"]),
        )  # fmt: skip
