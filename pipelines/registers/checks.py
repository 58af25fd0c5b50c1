"""Checks across registers: unique keys, known references, no overlapping spans of validity.

Belongs here: errors that only several rows or registers together show. Does not belong here: checks of a single row,
which are made where it is read.
"""

import polars as pl

from pipelines.common.errors import TthcError
from pipelines.registers.levels import EVERY_LEVEL

KEYS = {
    "indicator": ("indicator_code", "rule", "valid_from"),
    "goal": ("plan_year", "goal_code"),
    "task": ("plan_year", "task_code"),
    "unit_change": ("old_unit_code", "new_unit_code"),
    "procedure_change": ("old_procedure_code", "new_procedure_code"),
    "score_rule": ("component", "valid_from"),
}
INDICATOR = ("indicator_code", "rule")
FORMULA = ("computed", "case_of")
ALWAYS = pl.date(9999, 12, 31)
# Registers that name a level, and the value that stands for all of them.
OF_LEVELS = ("goal", "target", "override")


def check_registers(tables: dict[str, pl.DataFrame]) -> None:
    """Check all registers, given as the tables that dbt reads, by name.

    Raises:
        TthcError: If a row is wrong; the error names register and row.
    """
    for register, key in KEYS.items():
        repeated = tables[register].filter(pl.struct(key).is_duplicated())
        if not repeated.is_empty():
            raise TthcError("register_twice", register=register, of=_row_names(repeated.select(key)))
    indicators = tables["indicator"].select(INDICATOR).unique()
    for register, frame in _named_indicators(tables):
        unknown = frame.drop_nulls().join(indicators, on=INDICATOR, how="anti")
        if not unknown.is_empty():
            raise TthcError("register_unknown", register=register, of=_row_names(unknown), other="indicator")
    levels = tables["level"].select(unit_level="level_code")
    for register in OF_LEVELS:
        named = tables[register].select("unit_level").drop_nulls().filter(pl.col("unit_level") != EVERY_LEVEL)
        unknown = named.join(levels, on="unit_level", how="anti")
        if not unknown.is_empty():
            raise TthcError("register_unknown", register=register, of=_row_names(unknown), other="level")
    for register, key in (("indicator", INDICATOR), ("score_rule", ("component",))):
        _check_spans(register, tables[register], key)
    _check_targets(tables["target"])
    _check_one_formula(tables["indicator"])


def _named_indicators(tables: dict[str, pl.DataFrame]) -> list[tuple[str, pl.DataFrame]]:
    rules = tables["score_rule"]
    return [
        ("goal", tables["goal"].select("indicator_code", rule=pl.lit("plan"))),
        ("target", tables["target"].select("indicator_code", "rule")),
        ("score_rule", rules.select("indicator_code", "rule")),
        ("score_rule", rules.select("rule", indicator_code="factor_indicator_code")),
    ]


def _check_spans(register: str, table: pl.DataFrame, key: tuple[str, ...]) -> None:
    """Raise TthcError if the spans of validity of two rows of one key overlap."""
    ordered = table.sort("valid_from").with_columns(
        following=pl.col("valid_from").shift(-1).over(key), until=pl.col("valid_to").fill_null(ALWAYS)
    )
    wrong = ordered.filter(pl.col("following") <= pl.col("until"))
    if not wrong.is_empty():
        raise TthcError("register_overlap", register=register, of=_row_names(wrong.select(key)))


def _check_targets(targets: pl.DataFrame) -> None:
    """Raise TthcError if a figure has two targets; `*` stands for every level, so it overlaps with each of them."""
    spans = targets.select(
        "indicator_code", "rule", "unit_level", "valid_from", until=pl.col("valid_to").fill_null(ALWAYS)
    ).with_row_index()
    pairs = spans.join(spans, on=["indicator_code", "rule"]).filter(
        (pl.col("index") < pl.col("index_right"))
        & (
            (pl.col("unit_level") == pl.col("unit_level_right"))
            | (pl.col("unit_level") == EVERY_LEVEL)
            | (pl.col("unit_level_right") == EVERY_LEVEL)
        )
        & (pl.col("valid_from") <= pl.col("until_right"))
        & (pl.col("valid_from_right") <= pl.col("until"))
    )
    if not pairs.is_empty():
        raise TthcError("register_overlap", register="target", of=_row_names(pairs.select("indicator_code", "rule")))


def _check_one_formula(indicators: pl.DataFrame) -> None:
    """Raise TthcError if definitions of one indicator differ in computation: another formula needs another code."""
    wrong = indicators.select(*INDICATOR, *FORMULA).unique().filter(pl.struct(INDICATOR).is_duplicated())
    if not wrong.is_empty():
        raise TthcError("register_two_formulas", of=_row_names(wrong.sort(INDICATOR).select(INDICATOR)))


def _row_names(frame: pl.DataFrame) -> str:
    return " ".join("–" if value is None else str(value) for value in frame.row(0))
