"""Errors of a contract that its schema cannot express: conditions that are not SQL, defaults that no cell may hold.

Belongs here: checks that need polars and the types of the fields. Each raises ValueError with a sentence for the author
of the contract. Does not belong here: checking rows (`parsing.validate`).
"""

from collections.abc import Iterable

import polars as pl

from pipelines.contracts.batch import Family
from pipelines.contracts.column_types import dtype_of, type_column
from pipelines.contracts.fields import ContractField, Formats


def check_condition(rule: str, condition: str, fields: Iterable[ContractField]) -> None:
    """Raise ValueError if the condition of a row rule is not SQL over one typed row; the message says why.

    Args:
        rule: What the message calls the rule: its source and code.
        condition: SQL that is true where the row is wrong.
        fields: All fields of the contract; those with `personal: drop` may not be named.
    """
    schema = {field.name: dtype_of(field) for field in fields if field.personal != "drop"}
    schema["_business_day"] = pl.Date()
    try:
        expression = pl.sql_expr(condition)
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{rule}: its condition is no SQL: {error}") from None
    named = set(expression.meta.root_names())
    if not named or (unknown := named - set(schema)):
        wrong = f"names {', '.join(sorted(unknown))}" if named else "names no field"
        raise ValueError(f"{rule}: its condition {wrong}; it may name {', '.join(schema)}")
    try:
        # Two rows of nulls: a condition per row gives two values, an aggregate over the rows gives one.
        values = pl.DataFrame(schema=schema).clear(2).select(expression.alias("wrong"))[:, 0]
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{rule}: its condition does not fit the types of the fields: {error}") from None
    if values.dtype != pl.Boolean() or len(values) != 2:
        raise ValueError(f"{rule}: its condition must be true or false for each row by itself")


def check_default(source: str, field: ContractField, formats: Formats) -> None:
    """Raise ValueError if the default of an empty cell is not a valid cell in every file format of the source."""
    families: dict[Family, str] = {"text": "CSV, JSON and Parquet", "sheet": "Excel and HTML lists"}
    cell = pl.DataFrame({field.name: [field.default]}, schema={field.name: pl.String()})
    for family, files in families.items():
        conditions = type_column(field, formats, family).wrong.values()
        if not field.default or any(cell.select(is_wrong).item() for is_wrong in conditions):
            raise ValueError(f"{source}: in {files} the default of {field.name} would itself be rejected")
