"""What every table and column of the country's warehouse holds, as comments in both languages (`comments.yml`).

Does not belong here: the tables (`rollup`).
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb
from pydantic import TypeAdapter

from pipelines.common.sql import quote_identifier, quote_text
from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Sentence, Strict
from pipelines.country.rollup_rules import FORM
from pipelines.registers.publication import PublicationRegister

COMMENTS = Path(__file__).parent / "comments.yml"


class TableComment(Strict):
    """What a table holds, and each of its columns that is described nowhere else."""

    holds: Sentence
    columns: dict[str, Sentence]


def comment_tables(
    connection: duckdb.DuckDBPyConnection, register: PublicationRegister, counts: Mapping[str, str]
) -> None:  # fmt: skip
    """Write the comments of schema `marts`.

    Args:
        connection: The file with the tables.
        register: What provinces publish, with the titles of form II.06a's columns.
        counts: The columns of the form: their published names, and those that they have here.
    """
    listed = read_yaml(COMMENTS.read_text(encoding="utf-8"))
    shared = TypeAdapter(dict[str, Sentence]).validate_python(listed.pop("columns"))
    form = {own: register.table(FORM).column(name).title for name, own in counts.items()}
    for table, comment in TypeAdapter(dict[str, TableComment]).validate_python(listed).items():
        place = f"marts.{quote_identifier(table)}"
        connection.execute(f"comment on table {place} is {_text(comment.holds)}")
        described = connection.execute(f"describe {place}").fetchall()
        for name, *_ in described:
            found = {**shared, **form, **comment.columns}[name]
            connection.execute(f"comment on column {place}.{quote_identifier(name)} is {_text(found)}")


def _text(sentence: Sentence) -> str:
    return quote_text(f"{sentence.vi} / {sentence.en}")
