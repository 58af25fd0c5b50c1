"""The audit: what a vintage must satisfy before anybody sees it, checked on the written files themselves.

Belongs here: checks that find something or nothing; one finding stops the publication. The attacks are `secure`'s: this
module checks that the files say no more than the figures that were attacked.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.errors import TthcError
from pipelines.open_data.files import read_table
from pipelines.open_data.register import Column, Register, Table
from pipelines.open_data.rules import Rules
from pipelines.patterns import CODE, HONEST, PERSON, PERSON_RUN, SHOWN
from pipelines.transform.delivered import attach_delivered, place_of_row

Connection = duckdb.DuckDBPyConnection
WRITTEN = "written"
NAMED = 3  # rows that a finding names
# Exact counts against the marts: the same question asked twice must have one answer.
RECOUNT = """
    with
        told as (
            select indicator_code, rule, period_code, unit_code, unnest(['numerator', 'denominator']) as part,
                unnest([numerator, denominator]) as n
            from tthc.marts.indicator_values where scope = 'unit'
        ),
        wanted as (
            select p.measure, t.period_code, t.unit_code, t.n
            from told t
            join (
                select indicator_code, rule, own, unnest(['numerator', 'denominator']) as part,
                    unnest([numerator, denominator]) as measure
                from part
            ) p using (indicator_code, rule, part)
            join period using (period_code)
            where not p.own and t.n is not null
            union all
            select unnest([{measures}]), h.period_code, h.unit_code, unnest([{columns}])
            from tthc.marts.handling_status h join period using (period_code) where h.scope = 'unit'
        )
    select count(*) from wanted w
    left join unit_count u using (measure, period_code, unit_code)
    where w.n <> coalesce(u.n, 0)
"""
FORM = {
    "handled": "received_total", "received_online": "received_online", "received_direct": "received_direct",
    "carried_over": "carried_over", "resolved": "resolved_total", "resolved_early": "resolved_early",
    "resolved_on_time": "resolved_on_time", "resolved_overdue": "resolved_overdue", "open": "open_total",
    "open_in_time": "open_in_time", "open_overdue": "open_overdue",
}  # fmt: skip
# Indicators about people that the rules do not know would go out unprotected or not at all.
UNKNOWN = """
    select count(*) from personal_indicator p
    join tthc.marts.indicator_values v using (indicator_code, rule)
    where p.numerator_measure is null and v.denominator is not null
"""
UNSTABLE = """
    select count(*) from memory m join figure f on (f.cell, f.n, f.k) = (m.cell, m.n, m.k)
    where f.value <> m.value
"""


def audit(connection: Connection, register: Register, rules: Rules, folder: Path, workspace: Path) -> None:
    """Raises TthcError that names every finding; returns nothing where there is none. Findings name tables, columns,
    how many rows, and of the first of them the codes and where in `workspace` they came from; never the value."""
    form = {"measures": ", ".join(f"'{m}'" for m in FORM), "columns": ", ".join(f"h.{c}" for c in FORM.values())}
    findings = [
        f"{name}: {count}"
        for name, query in (("recount", RECOUNT.format(**form)), ("unknown", UNKNOWN), ("unstable", UNSTABLE))
        if (count := _count(connection, query))
    ]
    for table in register.tables:
        if not read_table(connection, table, folder, WRITTEN):
            findings.append(f"{table.name}: columns")
            continue
        findings += [f"{table.name}.{name}: {count}{rows}" for name, count, rows in
                     _of_table(connection, register, rules, table, workspace)]  # fmt: skip
    if findings:
        raise TthcError("disclosure_audit", findings="; ".join(findings))


def audit_names(register: Register, folder: Path) -> None:
    """Raises TthcError where anything lies in the folder that the register does not name; for when all is written."""
    unknown = sorted({path.name for path in folder.iterdir()} - register.files)
    if unknown:
        raise TthcError("disclosure_audit", findings="; ".join(f"{name}: not in the register" for name in unknown))


def _count(connection: Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _of_table(
    connection: Connection, register: Register, rules: Rules, table: Table, workspace: Path
) -> list[tuple[str, int, str]]:
    """What is wrong with a written table: the check or column, in how many rows, and which."""
    missing = f'select (select count(*) from "{table.name}") - (select count(*) from {WRITTEN})'  # noqa: S608 - ours
    wrong = [("rows", _count(connection, missing), "")]
    for column in table.columns:
        conditions = list(_text_conditions(register, column))
        if column.name in table.never_empty:
            conditions.append(f"{column.name} is null")
        if column.role == "flag":
            conditions += [_flag_condition(table, column)]
        if column.role == "count" and table.disclosure == "sdc1":
            rule = f"{column.name} < {rules.threshold} or {column.name} % {rules.base} <> 0"
            conditions += [f"({rule}) and {_about_people(table)}"]
        for condition in conditions:
            query = f"select count(*) from {WRITTEN} where {condition}"  # noqa: S608 - names are the register's
            if count := _count(connection, query):
                wrong.append((column.name, count, _rows(connection, table, column, condition, workspace)))
    return [(name, count, rows) for name, count, rows in wrong if count]


def _rows(connection: Connection, table: Table, column: Column, condition: str, workspace: Path) -> str:
    """The first wrong rows in brackets, by their keys (only what is a sound code and nobody's number is shown) and by
    file, row and field where they were delivered."""
    selected = ", ".join(f"cast({name} as varchar)" for name in table.key)
    query = f"select distinct {selected} from {WRITTEN} where {condition} order by all limit {NAMED}"  # noqa: S608
    found = []
    for row in connection.execute(query).fetchall():
        keys: dict[str, str | None] = dict(zip(table.key, row, strict=True))
        told = " ".join(f"{name}={value if _is_sound(connection, value) else '…'}" for name, value in keys.items())
        place = _place(connection, workspace, table, column, keys)
        is_personal = connection.execute(f"select {looks_personal('$1')}", [place]).fetchone() != (False,)
        found.append(told if is_personal else f"{told} {place}".strip())
    return f" ({'; '.join(found)})" if found else ""


def _place(
    connection: Connection, workspace: Path, table: Table, column: Column, keys: Mapping[str, str | None]
) -> str:
    """The file, row and field of a finding, such as `thu_tuc/2024-12-31/a.csv row 3 TenTTHC`; empty where unknown."""
    if not workspace.is_file():
        return ""
    try:
        attach_delivered(connection, workspace)
        return place_of_row(connection, table.name, keys, [column.name]) or ""
    except duckdb.Error:  # the finding stands without its place
        return ""


def _is_sound(connection: Connection, value: str | None) -> bool:
    """True for a code that is nobody's number."""
    sound = f"select regexp_full_match($1, '{CODE}') and not {looks_personal('$1')}"
    return value is not None and connection.execute(sound, [value]).fetchone() == (True,)


def looks_personal(words: str) -> str:
    """The SQL condition that text looks like a person's number or address."""
    return f"(regexp_matches({words}, '{PERSON}') and not regexp_full_match({words}, '{HONEST}'))"


def _about_people(table: Table) -> str:
    """Of the indicators, those of procedures, tasks and reported figures are published exactly."""
    if any(column.name == "ma_chi_tieu" for column in table.columns):
        return "ma_chi_tieu in (select indicator_code from personal_indicator)"
    return "true"


def _flag_condition(table: Table, flag: Column) -> str:
    """A figure or a reason for its absence, never both, never neither; no flag of another kind."""
    empty = " and ".join(f"{value} is null" for value in flag.of)
    return (
        f"({empty}) <> coalesce({flag.name} in ('c', 'x', 'z'), false) or {flag.name} not in ('c', 'x', 'z', 'p', 'r')"
    )


def _text_conditions(register: Register, column: Column) -> list[str]:
    """Texts that are not of the column's list, that a spreadsheet could run, or that look like a person's."""
    if column.values is None:
        return []
    kind, _, place = column.values.partition(":")
    name = column.name
    conditions = [looks_personal(name)]
    if kind == "codes":
        codes = ", ".join("'" + code.replace("'", "''") + "'" for code in register.code_list(place).names)
        return [*conditions, f"{name} not in ({codes})"]
    if kind == "pattern":
        # A field's code, or its name without diacritics, where several numbers of the name may have met.
        return [f"regexp_matches({name}, '{PERSON_RUN}')", f"not regexp_full_match({name}, '{CODE}')"]
    source, _, of = place.partition(".")
    where = f'"{source}"' if kind == "table" else f"tthc.marts.{source}"
    return [
        *conditions,
        f"not regexp_full_match({name}, '{SHOWN}')",
        f"{name} is not null and {name} not in (select {of} from {where} where {of} is not null)",  # noqa: S608 - ours
    ]
