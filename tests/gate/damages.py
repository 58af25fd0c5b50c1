"""The damages of `damages.yml` as records."""

from pathlib import Path
from typing import NamedTuple

import yaml

ID_NUMBER = "079204001234"

# Columns that may be null in every row: nothing is known, nothing is set, or nothing of the kind happened.
MAY_BE_EMPTY = {
    "dim_unit": {"parent_unit_code", "valid_from", "valid_to", "replaced_by"},
    "dim_procedure": {
        "field_code",
        "field_name",
        "department_code",
        "levels",
        "time_limit",
        "time_limit_unit",
        "has_fee",
        "accepts_online_payment",
        "returns_result",
        "has_sample_dossier",
        "service_level",
        "suits_online",
        "suits_fully_online",
        "is_integrated",
        "is_internal",
        "announced_date",
        "public_date",
        "configured_date",
        "effective_from",
        "effective_to",
        "replaced_by",
    },
    "dim_calendar": {"decree"},
    "dim_level": {"procedure_level"},
    "dim_run": {"own_unit"},
    "dim_period": {"own_unit"},
    "dim_indicator": {"legal_basis", "valid_from", "valid_to", "lead_unit", "sources"},
    "indicator_definitions": {"valid_to"},
    "register_entries": {"row_day"},
    "fct_apologies": {"promised_date"},
    "fct_steps": {"department"},
    "worklist": {"department", "portal_finished_date"},
    "fct_task_reports": {"share_done"},
    "fct_online_share": {"is_identity_verified"},
    "fct_national_sync": {"copy_due_date"},
    "dim_score_component": {"portal_code", "valid_to"},
    "decision_766_points": {"missing_source"},
    "decision_766_score": {"portal_numerator", "portal_denominator", "missing_source"},
    "plan_scorecard": {"missing_source", "lead_unit"},
    "plan_tasks": {"annex_number", "goal", "product", "lead_unit", "supporting_unit", "deadline_text"},
}


class Damage(NamedTuple):
    """`sql` spoils a sound warehouse; `noticed` is which checks of the suite of `table` must say so."""

    table: str
    sql: str
    noticed: frozenset[str]


def load_damages() -> list[Damage]:
    listed = yaml.safe_load(Path(__file__).with_name("damages.yml").read_text(encoding="utf-8"))
    return [
        Damage(table, case["damage"], frozenset(case["noticed"])) for table, cases in listed.items() for case in cases
    ]


DAMAGES = load_damages()
