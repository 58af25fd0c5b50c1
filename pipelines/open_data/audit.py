"""Audit of the written files of a vintage before publication; one finding stops it.

Belongs here: checks that the files hold exactly the figures and texts that they may hold. Does not belong here: attacks
on protected figures (`disclosure.run_attacks`).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from pipelines.common.errors import TthcError
from pipelines.common.patterns import CODE, HONEST, PERSON, PERSON_RUN, SHOWN
from pipelines.common.sql import quote_text, read_sql
from pipelines.open_data.files import read_table
from pipelines.open_data.revisions import is_exact
from pipelines.registers.disclosure import DisclosureRules
from pipelines.registers.publication import Column, PublicationRegister, Table
from pipelines.transform.delivered import attach_delivered, place_of_row

Connection = duckdb.DuckDBPyConnection
WRITTEN, TEXTS = "written", "written_text"
NAMED = 3  # rows that a finding names
CHECKS = ("exact", "form", "recount", "unclassified", "unstable", "points")  # each is a query sql/audit_<check>.sql


def audit_vintage(
    connection: Connection, register: PublicationRegister, rules: DisclosureRules, folder: Path, workspace: Path
) -> None:
    """Check all tables of a vintage against the marts and the registers.

    Args:
        connection: The scratch database, with the candidate attached as `tthc`.
        register: What is published.
        rules: The disclosure rules.
        folder: The written files.
        workspace: dbt's scratch database, in which the delivered place of a wrong row is looked up.

    Raises:
        TthcError: With all findings (`disclosure_audit`): tables, columns, numbers of rows, and of the first rows their
            codes and places; never a value.
    """
    findings = [
        f"{name}: {count}"
        for name in CHECKS
        if (count := _count(connection, read_sql(__package__, f"sql/audit_{name}")))
    ]
    for table in register.tables:
        if not read_table(connection, table, folder, WRITTEN):
            findings.append(f"{table.name}: columns")
            continue
        findings += [f"{table.name}.{name}: {count}{rows}" for name, count, rows in
                     _of_table(connection, register, rules, table, workspace)]  # fmt: skip
    if findings:
        raise TthcError("disclosure_audit", findings="; ".join(findings))


def audit_names(register: PublicationRegister, folder: Path) -> None:
    """Raise TthcError if the folder of a complete vintage holds a file that the register does not name."""
    unknown = sorted({path.name for path in folder.iterdir()} - register.files)
    if unknown:
        raise TthcError("disclosure_audit", findings="; ".join(f"{name}: not in the register" for name in unknown))


def _count(connection: Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _of_table(
    connection: Connection, register: PublicationRegister, rules: DisclosureRules, table: Table, workspace: Path
) -> list[tuple[str, int, str]]:
    """Return the findings in a written table: check or column, number of rows, and the first rows as text."""
    missing = f'select (select count(*) from "{table.name}") - (select count(*) from {WRITTEN})'  # noqa: S608 - ours
    wrong = [("rows", _count(connection, missing), "")]
    for column, condition, count in _wrong(connection, register, rules, table):
        wrong.append((column.name, count, _rows(connection, table, column, condition, workspace)))
    return [(name, count, rows) for name, count, rows in wrong if count]


def _wrong(
    connection: Connection, register: PublicationRegister, rules: DisclosureRules, table: Table
) -> Iterator[tuple[Column, str, int]]:
    """Yield each condition that wrong rows of the written table fulfil, with its column and their number."""
    texts = [column for column in table.columns if column.values is not None]
    # Codes of a pattern are looked at run together (`_text_conditions`).
    words = [column for column in texts if column.values != "pattern"]
    for at, count in _personal(connection, words):
        yield words[at], looks_personal(words[at].name), count
    every_row = f"select *, 1 as n from {WRITTEN}"  # noqa: S608 - ours
    groups = [(column, list(_text_conditions(register, column)), _distinct(column)) for column in texts]
    groups += [(column, list(_cell_conditions(rules, table, column)), every_row) for column in table.columns]
    for column, conditions, source in groups:
        for condition, count in zip(conditions, _counts(connection, conditions, source), strict=True):
            if count:
                yield column, condition, count


def _personal(connection: Connection, columns: list[Column]) -> list[tuple[int, int]]:
    """Return which of the columns hold texts that look personal, by position, and in how many rows."""
    if not columns:
        return []
    texts = " union all ".join(
        f"select {at} as place, {column.name} as words, n from ({_distinct(column)})"  # noqa: S608 - names of ours
        for at, column in enumerate(columns)
    )
    # The patterns of persons are so long that to compile them takes longer than to look at texts: once for a table, so
    # the texts are laid into a table, where DuckDB would look at them column by column.
    connection.execute(f"create or replace table {TEXTS} as {texts}")
    query = read_sql(__package__, "sql/audit_personal", texts=TEXTS, looks_personal=looks_personal("words"))
    return connection.execute(query).fetchall()


def _distinct(column: Column) -> str:
    """Return SQL for the different texts of a column, each with the number of its rows (`n`)."""
    return f"select {column.name}, count(*) as n from {WRITTEN} group by all"  # noqa: S608 - names of ours


def _counts(connection: Connection, conditions: list[str], source: str) -> list[int]:
    """Return for each condition how many rows fulfil it, in one pass over SQL whose rows stand for `n` rows each."""
    if not conditions:
        return []
    counted = ", ".join(f"coalesce(sum(n) filter (where {condition}), 0)" for condition in conditions)
    row = connection.execute(f"select {counted} from ({source}) as t").fetchone()  # noqa: S608 - names of ours
    return [int(count) for count in row or ()]


def _cell_conditions(rules: DisclosureRules, table: Table, column: Column) -> Iterator[str]:
    """Yield conditions for cells that are wrong beside others of their row, or by being empty."""
    if column.name in table.never_empty:
        yield f"{column.name} is null"
    if column.role == "flag":
        yield _flag_condition(table, column)
    if column.role == "count" and table.disclosure in ("sdc1", "by_indicator"):
        rule = f"{column.name} < {rules.threshold} or {column.name} % {rules.base} <> 0"
        yield f"({rule}) and not {is_exact(table)}"


def _rows(connection: Connection, table: Table, column: Column, condition: str, workspace: Path) -> str:
    """Return the first wrong rows in brackets, by their keys and by file, row and field.

    A key is masked unless it is a well-formed code that does not look personal.
    """
    selected = ", ".join(f"cast({name} as varchar)" for name in table.key)
    query = f"select distinct {selected} from {WRITTEN} as t where {condition} order by all limit {NAMED}"  # noqa: S608
    found = []
    for row in connection.execute(query).fetchall():
        keys: dict[str, str | None] = dict(zip(table.key, row, strict=True))
        keys_text = " ".join(f"{name}={value if _is_sound(connection, value) else '…'}" for name, value in keys.items())
        place = _place(connection, workspace, table, column, keys)
        is_personal = connection.execute(f"select {looks_personal('$1')}", [place]).fetchone() != (False,)
        found.append(keys_text if is_personal else f"{keys_text} {place}".strip())
    return f" ({'; '.join(found)})" if found else ""


def _place(
    connection: Connection, workspace: Path, table: Table, column: Column, keys: Mapping[str, str | None]
) -> str:
    """Return file, row and field of a finding, such as `thu_tuc/2024-12-31/a.csv row 3 TenTTHC`; empty if unknown."""
    if not workspace.is_file():
        return ""
    try:
        attach_delivered(connection, workspace)
        return place_of_row(connection, table.name, keys, [column.name]) or ""
    except duckdb.Error:  # the finding is reported without its place
        return ""


def _is_sound(connection: Connection, value: str | None) -> bool:
    """Return True for a well-formed code that does not look personal."""
    sound = f"select regexp_full_match($1, '{CODE}') and not {looks_personal('$1')}"
    return value is not None and connection.execute(sound, [value]).fetchone() == (True,)


def looks_personal(words: str) -> str:
    """Return the SQL condition that a text looks like a person's number, phone or e-mail address."""
    return f"(regexp_matches({words}, '{PERSON}') and not regexp_full_match({words}, '{HONEST}'))"


def _flag_condition(table: Table, flag: Column) -> str:
    """Return the condition that a flag contradicts its cells: no figure without a reason, no reason beside a figure."""
    empty = " and ".join(f"{value} is null" for value in flag.of)
    return f"({empty}) <> coalesce({flag.name} not in ('p', 'r'), false)"


def _text_conditions(register: PublicationRegister, column: Column) -> list[str]:
    """Return conditions for texts that are not in the column's list, look like a formula or, run together, personal."""
    if column.values is None:
        return []
    kind, _, place = column.values.partition(":")
    name = column.name
    if kind == "codes":
        codes = ", ".join(map(quote_text, register.code_list(place).names))
        return [f"{name} not in ({codes})"]
    if kind == "pattern":
        # A field's code, or its name without diacritics, where several numbers of the name may have met.
        return [f"regexp_matches({name}, '{PERSON_RUN}')", f"not regexp_full_match({name}, '{CODE}')"]
    source, _, of = place.partition(".")
    where = f'"{source}"' if kind == "table" else f"tthc.marts.{source}"
    return [
        f"not regexp_full_match({name}, '{SHOWN}')",
        f"{name} is not null and {name} not in (select {of} from {where} where {of} is not null)",  # noqa: S608 - ours
    ]
