"""What makes a contract wrong that no schema can see: conditions that are no SQL, defaults that no cell may hold.

Each check raises ValueError with a sentence for whoever wrote the contract. Does not belong here: checking rows.
"""

from typing import TYPE_CHECKING

import polars as pl

from pipelines.contracts.batch import Family
from pipelines.contracts.column_types import dtype_of, type_column

if TYPE_CHECKING:
    from pipelines.contracts.fields import ContractField
    from pipelines.contracts.model import Contract, RowRule


def check_rule(rule: "RowRule", contract: "Contract") -> None:
    """Raise ValueError if the condition of a rule is not SQL over one typed row; the message says why."""
    where = f"{contract.source}: rule {rule.code}"
    schema = {field.name: dtype_of(field) for field in contract.fields if field.personal != "drop"}
    schema["_business_day"] = pl.Date()
    try:
        condition = pl.sql_expr(rule.when)
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{where}: its condition is no SQL: {error}") from None
    named = set(condition.meta.root_names())
    if not named or (unknown := named - set(schema)):
        wrong = f"names {', '.join(sorted(unknown))}" if named else "names no field"
        raise ValueError(f"{where}: its condition {wrong}; it may name {', '.join(schema)}")
    try:
        # Two rows of nulls: a condition on rows by themselves gives two answers, a sum over them one.
        found = pl.DataFrame(schema=schema).clear(2).select(condition.alias("wrong"))[:, 0]
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"{where}: its condition does not fit the types of the fields: {error}") from None
    if found.dtype != pl.Boolean() or len(found) != 2:
        raise ValueError(f"{where}: its condition must be true or false for each row by itself")


def check_default(field: "ContractField", contract: "Contract") -> None:
    """Raise ValueError if the default of an empty cell is not a valid cell in every format."""
    families: dict[Family, str] = {"text": "CSV, JSON and Parquet", "sheet": "Excel and HTML lists"}
    cell = pl.DataFrame({field.name: [field.default]}, schema={field.name: pl.String()})
    for family, files in families.items():
        wrong = [code for code, when in type_column(field, contract, family).wrong.items() if cell.select(when).item()]
        if wrong or not field.default:
            raise ValueError(f"{contract.source}: in {files} the default of {field.name} would itself be rejected")
