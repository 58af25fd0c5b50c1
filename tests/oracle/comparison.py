"""What is compared: the tables of SQL and oracle as counted rows, and the rows that only one of them has.

Here: how a row of either side reads. Not here: how either side comes about.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

from . import facts, plan, rule_766
from .cases import cases
from .compiled import Warehouse
from .form import HandlingStatus, handling_status
from .needs import all_absent
from .periods import periods, score_periods
from .records import DossierState, Row
from .registers import own_unit, plan_of, plan_tasks
from .score import Score, provinces
from .score_causes import causes, compared_rows
from .scorecard import scorecard, tasks
from .settle import settle
from .settled import Settled
from .steps import all_taken, bottlenecks, changes, department_lateness, handling_times, variants
from .values import IndicatorValue, indicator_values
from .worklist import worklist
from .world import SOURCES, World

FORM = [field.name for field in fields(HandlingStatus)][2:]
SHOWN = 3
_counts = attrgetter(*FORM)

# Columns that are compared, in the order in which the oracle's rows have them.
COLUMNS = {
    "dim_period": "period_code, period_type, start_date, end_date, report_due_date, cut_date, is_closed, own_unit",
    "handling_status": f"period_code, scope, unit_code, unit_level, {', '.join(FORM)}",
    "indicator_values": "indicator_code, rule, period_code, scope, unit_code, unit_level, numerator, denominator,"
    " value, target, met, is_closed, missing_source, unknown_count, is_provisional",
    "fct_timeliness": "dossier_code, procedure_code, unit_code, unit_level, receiving_unit_code,"
    " status_code, received_date, due_date,"
    " original_due_date, finished_date, is_withdrawn, outcome, outcome_reason, calendar_days, working_days, days_late,"
    " supplement_count, handling_unit_unknown, newer_state_rejected, outcome_766, reason_766, waited_days,"
    " waited_working_days, notified_date, apologised_date",
    "fct_online_share": "dossier_code, procedure_code, unit_code, unit_level, receiving_unit_code,"
    " received_date, channel_code, is_online,"
    " finished_date, requires_result, has_electronic_result, reason_766, is_identity_verified",
    "fct_digitisation": "dossier_code, procedure_code, unit_code, unit_level, receiving_unit_code,"
    " received_date, component_count,"
    " digitised_component_count, is_digitised, finished_date, status_code, requires_result, is_reused,"
    " has_component_file, has_result_file, has_own_result_file, is_wholly_digitised, is_component_reused,"
    " is_from_store",
    "fct_payments": "dossier_code, fee_code, unit_code, unit_level, receiving_unit_code,"
    " amount_vnd, is_paid, paid_date, payment_method,"
    " is_online",
    "fct_payment_duty": "dossier_code, procedure_code, unit_code, unit_level, receiving_unit_code,"
    " received_date, is_exempt, is_paid_online",
    "fct_satisfaction": "dossier_code, unit_code, unit_level, receiving_unit_code,"
    " rated_at, rated_date, rating, is_satisfied,"
    " superseded_on",
    "fct_feedback": "feedback_code, unit_code, unit_level, channel, sent_date, deadline_date, has_own_deadline,"
    " answered_date, is_on_time, rating, is_satisfied, dossier_code, refused_date, asked_date, published_date,"
    " is_repeated, due_date_766, reason_766, is_in_time_766",
    "fct_complaints": "period_code, dossier_code, unit_code, unit_level, mark, is_open, is_open_late, is_in_time",
    "dim_score_period": "period_code, period_type, start_date, end_date, cut_date, is_closed, is_listed, is_to_date",
    "fct_national_sync": "dossier_code, unit_code, unit_level, receiving_unit_code,"
    " received_date, is_found, copy_received_date, is_synced,"
    " status_code, copy_status_code, finished_date, copy_finished_date, is_matching, copy_due_date",
    "fct_notifications": "dossier_code, unit_code, unit_level, receiving_unit_code,"
    " sent_at, sent_date, channel, is_delivered",
    "fct_apologies": "dossier_code, unit_code, unit_level, receiving_unit_code,"
    " apologised_at, apologised_date, promised_date",
    "plan_scorecard": "plan_year, goal_code, target, period_code, is_closed, numerator, denominator, value,"
    " previous_period_code, previous_value, trend, met, standing, standing_vi, missing_source",
    "plan_tasks": "plan_year, task_code, newest_report_date, standing, standing_vi, share_done, done_date, is_due,"
    " is_overdue, is_on_schedule",
    "fct_task_reports": "plan_year, task_code, reported_date, standing, share_done",
    "fct_figure_reports": "indicator_code, unit_code, period_code, numerator, denominator, first_reported_on,"
    " reported_on",
    "dim_procedure": "procedure_code, procedure_name, department_code, time_limit, time_limit_unit, has_fee,"
    " accepts_online_payment, returns_result, has_sample_dossier, service_level, suits_online, suits_fully_online,"
    " is_integrated, is_internal,"
    " announced_date, public_date, configured_date, effective_from, effective_to",
    "fct_open_late": "period_code, dossier_code, procedure_code, unit_code, unit_level, receiving_unit_code,"
    " due_date, cut_date,"
    " status_at_cut, is_paused, is_overdue, days_late, outcome_766, reason_766, apologised_date",
    "fct_steps": "dossier_code, step_number, procedure_code, unit_code, unit_level, receiving_unit_code, department,"
    " status, phase, began_at, ended_at, due_at, finished_date, elapsed_days, elapsed_working_days,"
    " waiting_working_days, elapsed_hours, is_current, is_rework, is_late, due_date_passed",
    "handling_times": "finished_year, procedure_code, scope, unit_code, unit_level, dossiers, overdue,"
    " median_working_days, p90_working_days, most_working_days",
    "procedure_bottlenecks": "finished_year, procedure_code, scope, unit_code, unit_level, department, status, phase,"
    " steps, rework_steps, late_steps, elapsed_working_days, waiting_working_days, median_working_days,"
    " p90_working_days, finished_dossiers, days_per_dossier, share_of_working_days",
    "procedure_variants": "finished_year, procedure_code, scope, unit_code, unit_level, variant_rank, variant, steps,"
    " dossiers, share_of_dossiers, mean_working_days, variant_count",
    "department_lateness": "began_year, scope, unit_code, unit_level, department, steps, steps_with_due, late_steps,"
    " elapsed_working_days, waiting_working_days, dossiers_late_here, still_open",
    "worklist": "dossier_code, unit_code, unit_level, receiving_unit_code, procedure_code, department, status_code,"
    " received_date, due_date, category, working_days_left, paused_since, paused_working_days, apologised_date, portal,"
    " portal_status_code, portal_due_date, portal_finished_date, risk, risk_cases, risk_basis, priority, action,"
    " action_vi, action_en",
}


CHANGES = """
    select indicator_code, rule, period_code, scope, unit_code, unit_level, previous_period_code, previous_value, value,
        change, previous_denominator, denominator, is_closed
    from tthc.marts.indicator_changes
"""

# Indicators over dossiers that both rules can compute; for procedures there is one figure and no case to show.
BOTH_RULES = set(rule_766.OVER_DOSSIERS) & set(plan.OVER_DOSSIERS)


def disagreements(warehouse: Warehouse, world: World) -> Iterator[str]:
    """Build a world; every table in which SQL and oracle differ, with the first rows that only one of them has."""
    warehouse.build(world)
    yield from disagreements_as_built(warehouse, world)


def disagreements_as_built(warehouse: Warehouse, world: World) -> Iterator[str]:
    """Yield the same of a world that is built already."""
    settled = settle(world.records(), world.as_of, changes=world.changes)
    registers: dict[str, Any] = {
        "targets": world.targets,
        "absent": world.absent,
        "low": world.low,
        "editions": world.editions,
    }
    values = indicator_values(settled, world.as_of, **registers)
    for name, expected in _figures(settled, world).items():
        yield from _difference(name, expected, _found(warehouse, name), MAY_BE_ABSENT.get(name))
    expected = Counter(map(_value, _with_form_rows(warehouse, values)))
    yield from _difference("indicator_values", expected, _found(warehouse, "indicator_values"), lambda row: row[7] == 0)
    beside = Counter(changes(_with_form_rows(warehouse, values), world.as_of))
    yield from _difference("indicator_changes", beside, Counter(warehouse.rows(CHANGES)))
    goals = Counter(scorecard(values, world.as_of, world.targets, all_absent(world.absent, settled.units)))
    yield from _difference("plan_scorecard", goals, _found(warehouse, "plan_scorecard"))
    figures = {(v.indicator_code, v.rule, v.period_code, *v.subject): (v.numerator, v.denominator) for v in values}
    yield from _double_differences(warehouse, figures)
    yield from _other_cases(warehouse, cases(settled, world.as_of))
    yield from _score(warehouse, world, settled, values, registers)
    for source in SOURCES:
        yield from _difference(f"base_{source}", _fates(settled, world, source), _found_fates(warehouse, world, source))


SCORE = {
    "decision_766_score": "period_code, scope, unit_code, unit_level, component, max_points, numerator, denominator,"
    " round(own_points, 9), portal_date, portal_numerator, portal_denominator, round(portal_points, 9)::double,"
    " round(points, 9), points_source",
    "decision_766_totals": "period_code, scope, unit_code, unit_level, round(known_points, 9), known_max,"
    " round(own_points, 9), own_max, unit_rank, units_ranked, round(points_before, 9), round(points_change, 9)",
    "decision_766_gains": "period_code, scope, unit_code, unit_level, component, round(points, 9),"
    " round(points_lost, 9), numerator, denominator, cases_against, cases_to_full, round(points_per_case, 9)",
    "decision_766_provinces": "portal_date, province_code, round(points, 9)::double, round(max_points, 9)::double,"
    " component_count, is_own, province_rank, provinces_ranked",
    "decision_766_causes": "period_code, scope, unit_code, unit_level, component, cause, cases, numerator_effect,"
    " denominator_effect",
    "decision_766_compared": "period_code, portal_date, days_apart, scope, unit_code, unit_level, component,"
    " numerator_difference, numerator_explained, numerator_unexplained,"
    " denominator_difference, denominator_explained, denominator_unexplained",
}


def _score(
    warehouse: Warehouse, world: World, settled: Settled, values: list[IndicatorValue], registers: dict[str, Any]
) -> Iterator[str]:
    """Yield where the score of Decision 766 differs; subjects without any dossier need have no row."""
    moving = indicator_values(settled, world.as_of, begun=score_periods(world.as_of), **registers)
    there = set(
        warehouse.rows(
            "select period_code, scope, unit_code, unit_level from workspace.metrics.int_form where received_total > 0"
        )
    )
    score = Score(settled, [*values, *moving], world.as_of, there)
    expected = {
        "decision_766_score": Counter(score.rows()),
        "decision_766_totals": Counter(score.total_rows()),
        "decision_766_gains": Counter(score.gains()),
        "decision_766_provinces": Counter(provinces(settled)),
        "decision_766_causes": causes(score),
        "decision_766_compared": Counter(compared_rows(score)),
    }
    for name, columns in SCORE.items():
        found = Counter(warehouse.rows(f"select {columns} from tthc.marts.{name}"))
        yield from _difference(name, expected[name], found)


def _other_cases(warehouse: Warehouse, expected: dict[str, list[tuple[Any, ...]]]) -> Iterator[str]:
    """Yield every case of an indicator, with the word for why it counts or does not."""
    for model in warehouse.models:
        if model.name.startswith("case_"):
            found = Counter(warehouse.rows(f"from {model.relation}"))
            yield from _difference(model.name, Counter(expected.get(model.name.removeprefix("case_"), ())), found)


def _difference(
    name: str, expected: Counter[Any], got: Counter[Any], may_be_absent: Callable[[tuple[Any, ...]], bool] | None = None
) -> Iterator[str]:
    only_oracle, only_sql = expected - got, got - expected
    if may_be_absent:
        only_oracle = Counter({row: count for row, count in only_oracle.items() if not may_be_absent(row)})
    if only_oracle or only_sql:
        first = [sorted(map(str, side.elements()))[:SHOWN] for side in (only_oracle, only_sql)]
        yield f"{name}\n    only the oracle has {first[0]}\n    only the SQL has    {first[1]}"


# Who answers for each dossier at each cut.
AT_CUT = """
    select p.period_code, d.dossier_code, coalesce(h.unit_code, d.unit_code)
    from tthc.marts.fct_timeliness d
    cross join tthc.marts.dim_period p
    left join tthc.marts.fct_handovers h
        on d.dossier_code = h.dossier_code and p.cut_date between h.cut_from and h.cut_to
"""


# The same of each feedback item.
FEEDBACK_AT_CUT = """
    select p.period_code, f.feedback_code, coalesce(h.unit_code, f.unit_code)
    from tthc.marts.fct_feedback f
    cross join tthc.marts.dim_period p
    left join tthc.marts.fct_feedback_handovers h
        on f.feedback_code = h.feedback_code and p.cut_date between h.cut_from and h.cut_to
"""


def _found(warehouse: Warehouse, name: str) -> Counter[Any]:
    at_cut = {"at_cut": AT_CUT, "feedback_at_cut": FEEDBACK_AT_CUT}
    if name in at_cut:
        return Counter(warehouse.rows(at_cut[name]))
    return Counter(warehouse.rows(f"select {COLUMNS[name]} from tthc.marts.{name}"))


# The oracle gives a row for every subject and period, rows of zeros included; SQL may leave those out.
MAY_BE_ABSENT: dict[str, Callable[[tuple[Any, ...]], bool]] = {"handling_status": lambda row: not any(row[4:])}


def _figures(settled: Settled, world: World) -> dict[str, Counter[Any]]:
    dossiers = settled.dossiers
    of_each: dict[str, Callable[..., Any]] = {
        "fct_timeliness": facts.timeliness,
        "fct_online_share": facts.online,
        "fct_digitisation": facts.digitisation,
        "fct_national_sync": facts.national_sync,
    }
    of_some: dict[str, Callable[..., Any]] = {
        "fct_payments": facts.payments,
        "fct_payment_duty": facts.payment_duty,
        "fct_satisfaction": facts.satisfaction,
        "fct_notifications": facts.notifications,
        "fct_apologies": facts.apologies,
    }
    form = handling_status(settled, world.as_of)
    steps = all_taken(settled, world.as_of)
    return {
        "dim_period": Counter(
            (p.code, p.kind, p.start, p.end, p.report_due, p.cut, p.is_closed, own_unit(p.end))
            for p in periods(world.as_of)
        ),
        "handling_status": Counter((row.period_code, *row.subject, *_counts(row)) for row in form),
        **{name: Counter(map(fact, dossiers)) for name, fact in of_each.items()},
        **{name: Counter(row for one in dossiers for row in fact(one)) for name, fact in of_some.items()},
        "fct_feedback": Counter(facts.feedback(settled)),
        "fct_complaints": Counter(facts.complaints(settled, world.as_of)),
        "dim_score_period": Counter(
            (
                p.code,
                p.kind,
                p.start,
                p.end,
                p.cut,
                p.is_closed,
                listed,
                p.start.month == p.start.day == 1 and p.kind in ("to_date", "year", "report"),
            )
            for found, listed in ((periods(world.as_of), True), (score_periods(world.as_of), False))
            for p in found
        ),
        "fct_open_late": Counter(facts.open_late(settled, world.as_of)),
        "worklist": Counter(worklist(settled, world)),
        "fct_steps": Counter(one.row for one in steps),
        "handling_times": Counter(handling_times(settled)),
        "procedure_bottlenecks": Counter(bottlenecks(settled, steps)),
        "procedure_variants": Counter(variants(steps)),
        "department_lateness": Counter(department_lateness(steps)),
        "at_cut": Counter(
            (p.code, one.code, one.home(p.cut).MaDonVi) for p in periods(world.as_of) for one in dossiers
        ),
        "feedback_at_cut": Counter(
            (p.code, item.MaPhanAnh, settled.feedback_home(item, p.cut).MaDonVi)
            for p in periods(world.as_of)
            for item in settled.feedback
        ),
        "plan_tasks": Counter(tasks(settled, world.as_of)),
        "fct_task_reports": Counter(
            (plan_of(r.MaNhiemVu, r.NgayBaoCao, plan_tasks()), r.MaNhiemVu, r.NgayBaoCao, r.TrangThai, r.TyLe)
            for r in settled.progress
        ),
        "fct_figure_reports": Counter(facts.figure_reports(settled)),
        "dim_procedure": Counter(map(facts.procedure, settled.procedures.values())),
    }


def _value(v: IndicatorValue) -> tuple[Any, ...]:
    return (v.indicator_code, v.rule, v.period_code, *v.subject, v.numerator, v.denominator,
            v.value, v.target, v.met, v.is_closed, v.missing_source, v.unknown_count, v.is_provisional)  # fmt: skip


def _with_form_rows(warehouse: Warehouse, values: list[IndicatorValue]) -> Iterator[IndicatorValue]:
    """Yield what nobody can compute has a row wherever the form has one, and the form may leave out rows of zeros."""
    form = set(warehouse.rows("select period_code, scope, unit_code, unit_level from tthc.marts.handling_status"))
    for value in values:
        if value.missing_source is None or (value.period_code, *value.subject) in form:
            yield value


def _double_differences(warehouse: Warehouse, figures: dict[tuple[Any, ...], tuple[Any, ...]]) -> Iterator[str]:
    """Yield the cases behind both rules of an indicator must add up to the figures of both."""
    found = warehouse.rows(
        "select indicator_code, period_code, scope, unit_code, unit_level,"
        " sum(case_count) filter (counted_plan), sum(case_count) filter (counted_plan is not null),"
        " sum(case_count) filter (counted_766), sum(case_count) filter (counted_766 is not null)"
        " from tthc.marts.rule_differences group by all"
    )
    sums = {}
    for code, *subject, plan_part, plan_whole, part, whole in found:
        sums[code, "plan", *subject] = plan_part or 0, plan_whole or 0
        # What rule 766 divides by is the larger of two counts there, not a number of cases.
        sums[code, "766", *subject] = part or 0, (part if code == "sync_rate" else whole) or 0
    expected = {}
    for (code, rule, *subject), (part, whole) in figures.items():
        # Where one rule cannot be computed there is no difference to tell.
        if code in BOTH_RULES and None not in (figures[code, "plan", *subject] + figures[code, "766", *subject]):
            expected[code, rule, *subject] = part, (part if (code, rule) == ("sync_rate", "766") else whole)
    both = Counter((*name, *figures) for name, figures in expected.items() if any(figures))
    got = Counter((*name, *figures) for name, figures in sums.items() if any(figures))
    yield from _difference("rule_differences", both, got)
    if warehouse.rows("select 1 from tthc.marts.rule_differences where case_count < 1"):
        yield "rule_differences: rows of no case"


def _fates(settled: Settled, world: World, source: str) -> Counter[Any]:
    """Return each row of a source in the lake with what the oracle says became of it; repeats are alike, so counted."""
    delivered = Counter(_unnamed(row) for row, _ in world.lake_rows(source))
    rejected = Counter((_unnamed(row), "rejected", why) for why, row in settled.quarantine)
    superseded = Counter((_unnamed(row), "superseded", None) for row in settled.superseded)
    rejected = Counter({one: count for one, count in rejected.items() if one[0] in delivered})
    superseded = Counter({one: count for one, count in superseded.items() if one[0] in delivered})
    other = Counter(row for row, _, _ in (rejected + superseded).elements())
    return rejected + superseded + Counter((row, "accepted", None) for row in (delivered - other).elements())


def _unnamed(row: Row) -> Row:
    """Return a row without the name of its handling unit.

    Repeats may spell it in several ways, and any of them counts.
    """
    return replace(row, DonViXuLy=None) if isinstance(row, DossierState) else row


def _found_fates(warehouse: Warehouse, world: World, source: str) -> Counter[Any]:
    """Return the same by SQL, whose rows are traced back to the delivered ones by file and row number."""
    at = {(place["_source_file"], place["_row_number"]): _unnamed(row) for row, place in world.lake_rows(source)}
    found = warehouse.rows(f"select _source_file, _row_number, disposition, reason from workspace.state.base_{source}")
    return Counter((at[file, number], disposition, reason) for file, number, disposition, reason in found)
