"""What the plan wants of each indicator, level by level, and in which periods.

Here: the plan's own targets and which target a figure is held against. Not here: any figure (values).
"""

from collections import defaultdict
from datetime import date
from functools import cache

from .form import Scope
from .periods import Period
from .registers import Target

# Column "target (plan)" of the tables, in percent, by level; "*" is every level and the province. What is not
# here is tracked without a target.
TARGETS: dict[str, dict[str, int]] = {
    "on_time_rate": {"*": 97},
    "satisfaction_rate": {"*": 94},
    "feedback_on_time_rate": {"*": 97},
    "feedback_satisfaction_rate": {"*": 93},
    "online_share": {"so": 80, "huyen": 40, "xa": 30},
    "online_resolved_share": {"so": 80, "huyen": 40, "xa": 30},
    "digitised_share": {"so": 70, "huyen": 40, "xa": 35},
    "online_payment_share": {"so": 30, "huyen": 15},
    "payment_enabled_share": {"*": 100},
    "published_on_time_share": {"*": 100},
    "sample_dossier_share": {"*": 70},
    "process_configured_share": {"*": 100},
    "online_service_coverage": {"*": 100},
    "portal_integration_share": {"*": 100},
    "own_online_share": {"*": 100},
    "own_online_resolved_share": {"*": 100},
    "own_service_coverage": {"*": 100},
    "own_portal_integration": {"*": 100},
    "procedures_issued_on_time": {"*": 100},
    "sync_rate": {"*": 100},
    "sync_match_rate": {"*": 100},
    "apology_rate": {"*": 100},
    "plan_tasks_on_schedule": {"*": 100},
    "simplification_share": {"*": 10},
    "declared_info_cut": {"*": 20},
    "internal_procedures_reviewed": {"*": 100},
    "legal_documents_reviewed": {"*": 100},
    "units_inspected": {"*": 50},
    "findings_remedied": {"*": 100},
    # The plan's "cấp tỉnh" is the province and its departments.
    "online_workfiles": {"tinh": 100, "so": 100, "huyen": 100, "xa": 90},
    "leader_signatures": {"*": 100},
    "staff_e_records": {"*": 100},
    "e_documents": {"*": 100},
    "databases_connected": {"*": 100},
    "staff_trained": {"*": 100},
    "digital_plan_done": {"*": 100},
    "community_teams": {"*": 100},
    "internal_procedures_submitted": {"*": 100},
    "staff_document_system": {"*": 100},
    "staff_digital_signatures": {"*": 100},
    "desks_evaluated": {"*": 100},
    "ministry_systems_synced": {"*": 100},
}
# The plan is that of 2024; a later year has its targets from its own plan.
PLAN_YEAR = 2024


@cache
def plan_targets() -> tuple[Target, ...]:
    """Return the plan's own targets: those of its year."""
    first, last = date(PLAN_YEAR, 1, 1), date(PLAN_YEAR, 12, 31)
    return tuple(
        Target(code, level, percent, first, last)
        for code, levels in TARGETS.items()
        for level, percent in levels.items()
    )


@cache
def _by_code(targets: tuple[Target, ...]) -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = defaultdict(list)
    for target in targets:
        found[target.indicator_code].append(target)
    return found


def target_percent(code: str, period: Period, subject: Scope, targets: tuple[Target, ...] | None = None) -> int | None:
    """Return the target for a subject; a period is judged by the targets that are valid on the day it ends."""
    for target in _by_code(plan_targets() if targets is None else targets).get(code, ()):
        is_meant = target.unit_level in ("*", subject.unit_level)
        if is_meant and target.first <= period.end and (target.last is None or period.end <= target.last):
            return target.percent
    return None
