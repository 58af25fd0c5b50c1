"""The audit counts each wrong cell of a written table, though it looks at each different text only once."""

import random
from collections.abc import Iterator

import duckdb
import pytest

from pipelines.common.patterns import CODE, PERSON_RUN, SHOWN
from pipelines.open_data.audit import WRITTEN, _flag_condition, _wrong, looks_personal
from pipelines.open_data.files import read_table
from pipelines.open_data.revisions import is_exact
from pipelines.registers.disclosure import DisclosureRules, load_rules
from pipelines.registers.publication import Column, Table
from pipelines.settings import PROJECT_DIR
from tests.open_data.conftest import Edition
from tests.open_data.levels import create_levels

TEXTS = ("075096001234", "Bà Lê 0912 345 678", "le@example.org", "=1+1", "xin chào", "ha-075096001234", "")
NUMBERS = ("null", "3", "12", "15")


@pytest.fixture(scope="module")
def rules() -> DisclosureRules:
    return load_rules(PROJECT_DIR / "registers" / "vietnam")


@pytest.fixture
def connection(edition: Edition) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a scratch database with the tables of the edition, and marts that list every text of them."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as tthc; create schema tthc.marts")
        create_levels(connection)
        connection.execute("create table indicator_class (indicator_code varchar, class varchar)")
        listed: dict[str, dict[str, str]] = {}
        for table in edition.register.tables:
            assert read_table(connection, table, edition.folder, table.name)
            for column in table.columns:
                kind, _, place = (column.values or "").partition(":")
                if kind not in ("", "codes", "pattern", "table"):
                    source, _, of = place.partition(".")
                    listed.setdefault(source, {})[of] = f'select {column.name} as {of} from "{table.name}"'
        for source, queries in listed.items():
            connection.execute(f"create table tthc.marts.{source} as {' union all by name '.join(queries.values())}")
        yield connection


def damage(connection: duckdb.DuckDBPyConnection, table: Table, seed: int) -> None:
    chance = random.Random(seed)
    for column in table.columns:
        texts = [f"'{text}'" for text in TEXTS] if column.type == "string" else []
        values = list(NUMBERS) if column.type in ("integer", "number") else [*texts, "null"]
        for _ in range(chance.randrange(3)):
            connection.execute(f"update {WRITTEN} set {column.name} = {chance.choice(values)} where random() < 0.2")


def conditions(edition: Edition, rules: DisclosureRules, table: Table, column: Column) -> Iterator[str]:
    """Yield all conditions of a column, each of which is then counted by a query of its own."""
    name = column.name
    if column.values is not None:
        kind, _, place = column.values.partition(":")
        if kind != "pattern":
            yield looks_personal(name)
        if kind == "codes":
            codes = ", ".join(f"'{code}'" for code in edition.register.code_list(place).names)
            yield f"{name} not in ({codes})"
        elif kind == "pattern":
            yield f"regexp_matches({name}, '{PERSON_RUN}')"
            yield f"not regexp_full_match({name}, '{CODE}')"
        else:
            source, _, of = place.partition(".")
            where = f'"{source}"' if kind == "table" else f"tthc.marts.{source}"
            yield f"not regexp_full_match({name}, '{SHOWN}')"
            yield f"{name} is not null and {name} not in (select {of} from {where} where {of} is not null)"
    if name in table.never_empty:
        yield f"{name} is null"
    if column.role == "flag":
        yield _flag_condition(table, column)
    if column.role == "count" and table.disclosure in ("sdc1", "by_indicator"):
        yield f"({name} < {rules.threshold} or {name} % {rules.base} <> 0) and not {is_exact(table)}"


@pytest.mark.parametrize("seed", range(3))
def test_every_wrong_cell_is_counted_as_by_a_query_for_each_condition(
    edition: Edition, rules: DisclosureRules, connection: duckdb.DuckDBPyConnection, seed: int
) -> None:
    connection.execute(f"select setseed(0.{seed + 1})")
    noticed = 0
    for table in edition.register.tables:
        connection.execute(f'create or replace table {WRITTEN} as select * from "{table.name}"')
        damage(connection, table, seed)
        expected = {}
        for column in table.columns:
            for condition in conditions(edition, rules, table, column):
                row = connection.execute(f"select count(*) from {WRITTEN} as t where {condition}").fetchone()
                if row and row[0]:
                    expected[column.name, condition] = row[0]
        found = {(column.name, condition): count for column, condition, count in
                 _wrong(connection, edition.register, rules, table)}  # fmt: skip
        assert found == expected, table.name
        noticed += len(found)
    assert noticed > 50


def test_a_sound_table_has_nothing_wrong(
    edition: Edition, rules: DisclosureRules, connection: duckdb.DuckDBPyConnection
) -> None:
    table = edition.register.table("don-vi")
    connection.execute(f'create or replace table {WRITTEN} as select * from "{table.name}"')
    assert list(_wrong(connection, edition.register, rules, table)) == []
