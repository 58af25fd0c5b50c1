"""The register of code lists: what the codes in columns of the warehouse mean (`registers/vietnam/code_lists.yml`).

Belongs here: its model and the table that dbt reads. Does not belong here: codes that a delivered field may hold, with
their names (contracts), and lists with tables of their own (levels, units, procedures, periods).
"""

from pathlib import Path

import polars as pl
from pydantic import Field, model_validator

from pipelines.common.errors import TthcError
from pipelines.contracts.fields import Sentence, Strict
from pipelines.contracts.model import Contract
from pipelines.registers.yaml_register import read_register

CODE_LISTS_FILE = "code_lists.yml"
CODE_LIST = {
    "table_name": pl.String, "column_name": pl.String, "code": pl.String, "code_order": pl.Int64,
    "name_vi": pl.String, "name_en": pl.String,
}  # fmt: skip


class CodeList(Strict):
    """One list: the columns that hold its codes, and the codes or the delivered field whose codes they are."""

    columns: tuple[str, ...] = Field(min_length=1)
    field: str | None = Field(None, pattern=r"^[a-z_0-9]+\.\w+$")
    codes: dict[str, Sentence] | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _has_codes_from_one_place(self) -> "CodeList":
        if (self.field is None) == (self.codes is None):
            raise ValueError(f"{self.columns[0]}: either field or codes")
        return self

    def labels(self, contracts: dict[str, Contract]) -> dict[str, Sentence]:
        """Return the names of the codes, in their order.

        Raises:
            KeyError: If there is no such field.
        """
        if self.field is None:
            return dict(self.codes or {})
        source, field = self.field.split(".")
        return contracts[source].by_name[field].labels


class CodeLists(Strict):
    """The whole register."""

    lists: tuple[CodeList, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_column_has_two_lists(self) -> "CodeLists":
        columns = [column for each in self.lists for column in each.columns]
        if twice := sorted({column for column in columns if columns.count(column) > 1}):
            raise ValueError(f"lists: {', '.join(twice)} stands in two lists")
        return self


def code_list_table(country: Path, contracts: dict[str, Contract]) -> pl.DataFrame:
    """Return one row per column and code, `code_order` from 1.

    Raises:
        TthcError: If the register is not well-formed, or names a field that no contract has or that has no codes.
    """
    path = country / CODE_LISTS_FILE
    register = read_register(path, CodeLists)
    try:
        labels = [each.labels(contracts) for each in register.lists]
    except KeyError as error:
        raise TthcError("holds_invalid", file=path.name, why=str(error)) from None
    if empty := [each.field for each, names in zip(register.lists, labels, strict=True) if not names]:
        raise TthcError("holds_invalid", file=path.name, why=f"{', '.join(map(str, empty))}: no codes")
    rows = [
        (*column.split(".", 1), code, order, name.vi, name.en)
        for each, names in zip(register.lists, labels, strict=True)
        for column in each.columns
        for order, (code, name) in enumerate(names.items(), start=1)
    ]
    return pl.DataFrame(rows, schema=CODE_LIST, orient="row")
