"""The registers as tables for dbt, in the schema `registers` of the workspace.

Belongs here: the list of tables. Does not belong here: their columns (each register's module).
"""

import datetime as dt

import polars as pl

from pipelines.common.errors import TthcError
from pipelines.contracts.model import load_contracts
from pipelines.registers.calendar import CALENDAR_FILE, day_table, load_calendar
from pipelines.registers.checks import check_registers
from pipelines.registers.code_lists import code_list_table
from pipelines.registers.corrections import correction_table, read_corrections
from pipelines.registers.feedback_steps import feedback_step_table
from pipelines.registers.holds import hold_limit_table, load_overrides, override_table
from pipelines.registers.levels import level_table
from pipelines.registers.measures import measure_table, profile_bound_table, unit_bound_table
from pipelines.registers.model import (
    PeriodRules,
    Province,
    indicator_table,
    load_period_rules,
    load_province,
    need_table,
    period_table,
    target_table,
)
from pipelines.registers.plan import goal_table, task_table
from pipelines.registers.score_periods import score_period_table
from pipelines.registers.scores import score_rule_table
from pipelines.registers.successions import procedure_change_table, unit_change_table
from pipelines.registers.tiles import load_tiles
from pipelines.registers.watched import entry_table, load_watched, watched_field_table
from pipelines.registers.worklist import work_action_table, work_limit_table
from pipelines.settings import Settings

# Published editions of the open data in order: number from 1, last day of its periods (null if none had closed), and
# the number of its tables that can be downloaded.
EDITION = {"edition_number": pl.Int64, "closed_until": pl.Date, "dataset_count": pl.Int64}


def register_tables(
    settings: Settings,
    as_of: dt.date,
    province: str,
    *,
    version: str = "",
    code: str = "",
    is_synthetic: bool = False,
    editions: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """Return the registers as dbt reads them, by table name.

    Args:
        settings: Where registers and contracts lie.
        as_of: The day up to which figures are computed.
        province: Code of the province.
        version: Name of the version, for `dim_run`.
        code: Fingerprint of the code, for `dim_run`.
        is_synthetic: Whether any delivery is synthetic, for `dim_run`.
        editions: Editions published so far (columns of `EDITION`); None for none.

    Raises:
        TthcError: If the calendar lacks the year of `as_of`, or registers contradict each other.
    """
    country, folder = settings.country_dir, settings.province_dir
    known = load_province(folder)
    calendar = load_calendar(country / CALENDAR_FILE)
    if as_of.year not in calendar.years:
        raise TthcError("no_calendar", year=as_of.year)
    contracts = load_contracts(settings.contracts_dir)
    tables = {
        "run": pl.DataFrame(
            {
                "as_of": [as_of],
                "province_code": [province],
                "province_name": [known.name.vi],
                "own_unit": [known.own_unit_on(as_of)],
                "version": [version],
                "code_version": [code],
                "is_synthetic": [is_synthetic],
            },
            schema_overrides={"own_unit": pl.String},
        ),
        "period": _periods(load_period_rules(folder), as_of, known),
        "score_period": score_period_table(load_period_rules(folder), as_of),
        "indicator": indicator_table(country),
        "indicator_need": need_table(country),
        "level": level_table(country),
        "target": target_table(folder),
        "calendar": day_table(calendar, calendar.years[0], calendar.years[-1]),
        "goal": goal_table(folder),
        "task": task_table(folder),
        "unit_change": unit_change_table(folder),
        "procedure_change": procedure_change_table(country),
        "score_rule": score_rule_table(country),
        "edition": editions if editions is not None else pl.DataFrame(schema=EDITION),
        "correction": correction_table(read_corrections(folder)),
        "override": override_table(load_overrides(folder)),
        "measure": measure_table(country),
        "profile_bound": profile_bound_table(country),
        "unit_bound": unit_bound_table(country),
        "hold_limit": hold_limit_table(folder, contracts),
        "work_limit": work_limit_table(country),
        "work_action": work_action_table(country),
        "code_list": code_list_table(country, contracts),
        "feedback_step": feedback_step_table(country),
    }
    check_registers(tables)
    load_tiles(folder)  # no table has it; a wrong row is said now, not at the end of the night
    watched = load_watched(country)
    return tables | {
        "watched_field": watched_field_table(watched),
        "register_entry": entry_table(settings, watched, tables, contracts),
    }


def _periods(rules: PeriodRules, as_of: dt.date, province: Province) -> pl.DataFrame:
    """Return the periods with the department that makes the plan on their last day (null if none is entered)."""
    table = period_table(rules, as_of)
    own = [province.own_unit_on(day) for day in table["end_date"]]
    return table.with_columns(own_unit=pl.Series(own, dtype=pl.String))
