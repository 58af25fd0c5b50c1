"""Removal of personal data before rows enter the lake: fields are dropped, or replaced by what may be kept of them.

Belongs here: applying the `personal` key of a contract to accepted rows. Does not belong here: how a pseudonym is made
(`pseudonyms`), what is an office's name (`office_names`), and which field is personal (the contracts).
"""

import polars as pl

from pipelines.contracts.fields import ContractField
from pipelines.contracts.model import Contract
from pipelines.parsing.office_names import keep_office_names
from pipelines.parsing.pseudonyms import hash_each_value, keyed_hash
from pipelines.parsing.unit_names import fold_name


def protect(accepted: pl.DataFrame, contract: Contract, key: str) -> pl.DataFrame:
    """Return accepted rows without their personal data.

    Fields with `personal: drop` are gone; those with `personal: pseudonym` keep their name and hold pseudonyms, those
    with `personal: office` hold names of offices and nothing else.
    """
    dropped = [field.name for field in contract.fields if field.personal == "drop"]
    replaced = [field for field in contract.fields if field.personal == "pseudonym" and field.name in accepted.columns]
    kept = accepted.drop(dropped, strict=False).with_columns(_pseudonym_column(field, key) for field in replaced)
    return keep_office_names(kept, contract)


def _pseudonym_column(field: ContractField, key: str) -> pl.Expr:
    if field.separator:
        return hash_each_value(field.name, field.separator, key)
    value = pl.col(field.name)
    return keyed_hash(fold_name(value) if field.unit_name else value, key).alias(field.name)
