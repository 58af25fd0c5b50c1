"""Runs the gate on one candidate and returns the verdict; whatever goes wrong is a refusal.

Belongs here: the order of the steps, and binding the verdict to the bytes that were checked. Does not belong here:
Great Expectations itself (`evaluate`), which takes seconds to import, and publishing.
"""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from pipelines.common.files import sha256_once
from pipelines.common.i18n import say
from pipelines.gate.baseline import Baseline
from pipelines.gate.results import Effect, GateResult, Held, OverrideUse, TableResult
from pipelines.gate.suites import SuiteError, Suites, load_suites

if TYPE_CHECKING:
    from pipelines.gate.evaluate import Evaluator

LOG = logging.getLogger("tthc.gate")


def run_gate(
    database: Path,
    suites: Path,
    tables: Sequence[str],
    schema: str = "marts",
    config: Mapping[str, object] | None = None,
    baseline: Baseline | None = None,
) -> GateResult:
    """Check every published table of a candidate file against its suite.

    Never raises for what is wrong with the candidate or the suites: the result then has a problem code and is no
    success.

    Args:
        database: The candidate; it is opened read-only and left closed.
        suites: Folder of the suites.
        tables: Names of all published tables. Each must have a suite and be in the file; a suite for any other table
            is a problem.
        schema: Schema of the published tables.
        config: DuckDB settings by name (`memory_limit`, `threads`, …).
        baseline: What the candidate is compared with; without it nothing is compared and nothing approved.
    """
    try:
        loaded = load_suites(suites)
    except SuiteError as error:
        LOG.error("suites refused: %s", error)
        return GateResult((), None, None, problems=(f"suite_invalid: {error}",))
    stray = tuple(f"suite_for_unpublished_table: {table}" for table in sorted({*loaded.by_table} - {*tables}))
    baseline = baseline or Baseline()
    try:
        before = sha256_once(database)
        evaluation = _evaluate(database, loaded, tables, schema, config or {}, baseline)
        after = sha256_once(database)
    except Exception as error:  # whatever failed, the candidate is refused
        LOG.error("gate raised: %s", type(error).__name__)
        return GateResult((), None, loaded.sha256, problems=(*stray, f"raised: {type(error).__name__}"))
    problems = (*stray, *evaluation.problems)
    if before != after:
        problems = (*problems, "candidate_changed_while_checked")
    if database.with_name(f"{database.name}.wal").exists():
        problems = (*problems, "candidate_has_wal")
    _log_overrides(evaluation.overrides)
    return GateResult(
        evaluation.tables, before, loaded.sha256, problems, baseline.version, evaluation.held, evaluation.overrides,
        evaluation.new_sources, baseline.uncompared, evaluation.effects,
    )  # fmt: skip


@dataclass(frozen=True)
class _Evaluation:
    """What the evaluator returned for a candidate."""

    tables: tuple[TableResult, ...] = ()
    held: tuple[Held, ...] = ()
    overrides: tuple[OverrideUse, ...] = ()
    new_sources: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    problems: tuple[str, ...] = ()


def import_in_background() -> None:
    """Import Great Expectations, which takes seconds of one core, in a background thread.

    For a caller that waits for another process anyway and calls `run_gate` afterwards.
    """
    # Dagster's statements import it too while the caller waits; two threads at once would each find it half imported.
    import_module("sqlalchemy.orm")
    Thread(target=import_module, args=("pipelines.gate.evaluate",), daemon=True).start()


def _evaluate(
    database: Path, suites: Suites, tables: Sequence[str], schema: str, config: Mapping[str, object],
    baseline: Baseline,
) -> _Evaluation:  # fmt: skip
    with _silenced():
        from pipelines.gate.evaluate import open_evaluator

        with open_evaluator(database, schema, suites.macros, config, baseline) as evaluator:
            try:
                evaluator.create_held_view(suites.holds)
                evaluation = _Evaluation(
                    (), evaluator.held(), evaluator.overrides(), evaluator.new_sources(), evaluator.effects()
                )
            except Exception as error:  # holds that cannot be read refuse the candidate
                evaluation = _Evaluation(problems=(f"holds_unread: {type(error).__name__}",))
            return replace(evaluation, tables=tuple(_table_result(evaluator, suites, table) for table in tables))


def _log_overrides(overrides: Sequence[OverrideUse]) -> None:
    """Log a warning for every override that is idle or expired."""
    for override in overrides:
        if override.state == "idle":
            LOG.warning(say("override_idle", override=override.override_code))
        elif override.state == "expired":
            LOG.warning(say("override_expired", override=override.override_code, day=override.valid_until))


@contextmanager
def _silenced() -> Iterator[None]:
    """Silence logging and warnings of the libraries, which can quote values of the data."""
    noisy = [logging.getLogger(name) for name in ("great_expectations", "sqlalchemy", "duckdb_engine")]
    levels = [logger.level for logger in noisy]
    try:
        for logger in noisy:
            logger.setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(noisy, levels, strict=True):
            logger.setLevel(level)


def _table_result(evaluator: "Evaluator", suites: Suites, table: str) -> TableResult:
    suite = suites.by_table.get(table)
    if suite is None:
        result = TableResult(table, expected=0, problems=("suite_missing",))
    elif table not in evaluator.tables:
        result = TableResult(table, expected=len(suite.checks), problems=("table_missing",))
    else:
        try:
            result = evaluator.evaluate(suite)
        except Exception as error:  # a table that cannot be checked has not passed
            result = TableResult(table, len(suite.checks), problems=(f"raised: {type(error).__name__}",))
    failed = [check.id for check in result.checks if not check.success]
    verdict = ", ".join((*failed, *result.problems)) or "all passed"
    LOG.info("%s: %d of %d checks answered: %s", table, result.evaluated, result.expected, verdict)
    return result
