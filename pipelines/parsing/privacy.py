"""Removal of personal data before rows enter the lake: fields are dropped, or replaced by a pseudonym.

Belongs here: applying the `personal` key of a contract to accepted rows. Does not belong here: how a pseudonym is made
(`pseudonyms`), and which field is personal (the contracts).
"""

import polars as pl

from pipelines.contracts.fields import ContractField
from pipelines.contracts.model import Contract
from pipelines.parsing.pseudonyms import hash_each_value, keyed_hash
from pipelines.parsing.unit_names import fold_name


def protect(accepted: pl.DataFrame, contract: Contract, key: str) -> pl.DataFrame:
    """Return accepted rows without their personal data.

    Fields with `personal: drop` are gone; those with `personal: pseudonym` keep their name and hold pseudonyms.
    """
    dropped = [field.name for field in contract.fields if field.personal == "drop"]
    replaced = [field for field in contract.fields if field.personal == "pseudonym" and field.name in accepted.columns]
    return accepted.drop(dropped, strict=False).with_columns(_pseudonym_column(field, key) for field in replaced)


def _pseudonym_column(field: ContractField, key: str) -> pl.Expr:
    if field.separator:
        return hash_each_value(field.name, field.separator, key)
    value = pl.col(field.name)
    return keyed_hash(fold_name(value) if field.unit_name else value, key).alias(field.name)
