"""A register edited without `make docs` stops the night: dbt's own test compares it with what the models loop over."""

from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.registers.model import indicator_table
from pipelines.settings import Settings

pytestmark = pytest.mark.slow

TEST = "test.tthc.the_register_and_dbt_name_the_same_indicators"
INDICATORS = indicator_table(Settings().registers_dir / "vietnam")
ON_TIME = (pl.col("indicator_code") == "on_time_rate") & (pl.col("rule") == "plan")


@pytest.mark.parametrize(
    ("register", "wrong"),
    [
        (INDICATORS, []),
        (INDICATORS.filter(~ON_TIME), ["not in the register"]),
        (
            pl.concat([INDICATORS, INDICATORS.filter(ON_TIME).with_columns(indicator_code=pl.lit("new_share"))]),
            ["not in the macro"],
        ),
        (
            INDICATORS.with_columns(computed=pl.when(ON_TIME).then(pl.lit("by_period")).otherwise("computed")),
            ["not in the macro", "not in the register"],
        ),
    ],
)
def test_register_and_models_are_compared(
    compiled_project: dict[str, Any], register: pl.DataFrame, wrong: list[str]
) -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as workspace")
        connection.execute("create schema workspace.registers")
        connection.register("incoming", register.to_arrow())
        connection.execute("create table workspace.registers.indicator as from incoming")
        found = connection.execute(compiled_project["nodes"][TEST]["compiled_code"]).fetchall()
    assert sorted(row[0] for row in found) == wrong
