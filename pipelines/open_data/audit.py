"""The audit: what a vintage must satisfy before anybody sees it, checked on the written files themselves.

Belongs here: checks that find something or nothing; one finding stops the publication. The attacks are
`disclosure.run_attacks`'s: this module checks that the files say no more than the figures that were attacked.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.common.errors import TthcError
from pipelines.common.patterns import CODE, HONEST, PERSON, PERSON_RUN, SHOWN
from pipelines.open_data.files import read_table
from pipelines.open_data.revisions import is_exact
from pipelines.registers.disclosure import DisclosureRules
from pipelines.registers.publication import Column, PublicationRegister, Table
from pipelines.transform.delivered import attach_delivered, place_of_row

Connection = duckdb.DuckDBPyConnection
WRITTEN = "written"
NAMED = 3  # rows that a finding names
# Every exact figure and verdict on the written page against the marts, and every one of the marts on the page.
EXACT = """
    with
        told as (
            select ma_chi_tieu as indicator_code, cach_tinh as rule, ky as period_code,
                case pham_vi when 'don-vi' then 'unit' when 'cap' then 'level' else 'province' end as scope,
                ma_don_vi as unit_code, cap as unit_level, tu_so, mau_so, ty_le, dat
            from "chi-tieu"
        )
    select count(*)
    from told t
    full join (
        select v.* from tthc.marts.indicator_values v join period using (period_code)
        where missing_source is null
    ) v using (indicator_code, rule, period_code, scope, unit_code, unit_level)
    join indicator_class c using (indicator_code, rule)
    where (c.class = 'exact' or scope = 'province') and (
        coalesce(t.tu_so, 0) <> coalesce(v.numerator, 0) or coalesce(t.mau_so, 0) <> coalesce(v.denominator, 0)
        or t.dat is distinct from v.met::integer
        or v.denominator > 0 and not coalesce(abs(t.ty_le - 100 * v.value) <= 0.005001, false)
        or v.indicator_code is not null and t.indicator_code is null
    )
"""
FORM = {
    "nhan_tong": "received_total", "nhan_truc_tuyen": "received_online", "nhan_truc_tiep": "received_direct",
    "ky_truoc_chuyen": "carried_over", "giai_quyet_tong": "resolved_total", "giai_quyet_truoc_han": "resolved_early",
    "giai_quyet_dung_han": "resolved_on_time", "giai_quyet_qua_han": "resolved_overdue", "dang_tong": "open_total",
    "dang_trong_han": "open_in_time", "dang_qua_han": "open_overdue",
}  # fmt: skip
DIFFERS = " or ".join(f"t.{ours} <> coalesce(h.{theirs}, 0)" for ours, theirs in FORM.items())
EXACT_FORM = f"""
    select count(*)
    from "tinh-hinh-giai-quyet" t
    full join (select h.* from tthc.marts.handling_status h join period using (period_code)) h
        on (t.ky, t.ma_don_vi, t.cap) = (h.period_code, h.unit_code, h.unit_level)
        and t.pham_vi = case h.scope when 'unit' then 'don-vi' when 'level' then 'cap' else 'tinh' end
    where t.ky is null or {DIFFERS}
"""  # noqa: S608 - columns are ours
# Protected counts of today against the marts, unit by unit: the same question asked twice must have one answer.
RECOUNT = """
    with told as (
        select v.unit_code, v.unit_level, v.period_code, unnest([p.denominator, p.numerator]) as measure,
            unnest([v.denominator, v.numerator]) as n
        from tthc.marts.indicator_values v
        join protected_parts p on (p.code, p.rule) = (v.indicator_code, v.rule)
        join period using (period_code)
        where v.scope = 'unit' and v.missing_source is null
    )
    select count(*)
    from told t
    full join (select * from measured where scope = 'unit') m using (unit_code, unit_level, period_code, measure)
    where coalesce(t.n, 0) <> coalesce(m.n, 0) and not exists (
        select 1 from tthc.marts.indicator_values v
        join protected_parts p on (p.code, p.rule) = (v.indicator_code, v.rule)
        where v.missing_source is not null and measure in (p.denominator, p.numerator)
    )
"""
# An indicator that nobody classified, or a protected one below the province that the rules do not count.
UNCLASSIFIED = """
    select count(*)
    from indicator_class c
    left join protected_parts p on (p.code, p.rule) = (c.indicator_code, c.rule)
    where c.class is null or c.class = 'protected' and p.code is null and exists (
        select 1 from tthc.marts.indicator_values v
        where (v.indicator_code, v.rule) = (c.indicator_code, c.rule) and v.missing_source is null
    )
"""
UNSTABLE = """
    select count(*) from memory m join figure f on (f.cell, f.n_out, f.k_out) = (m.cell, m.n, m.k)
    where f.value <> m.value
"""
QUESTIONS = {"exact": EXACT, "form": EXACT_FORM, "recount": RECOUNT, "unclassified": UNCLASSIFIED, "unstable": UNSTABLE}


def audit_vintage(
    connection: Connection, register: PublicationRegister, rules: DisclosureRules, folder: Path, workspace: Path
) -> None:
    """Raise TthcError that names every finding; return nothing if there is none.

    Findings name tables, columns, how many rows, and of the first of them the codes and where in `workspace` they came
    from; never the value.
    """
    findings = [f"{name}: {count}" for name, query in QUESTIONS.items() if (count := _count(connection, query))]
    for table in register.tables:
        if not read_table(connection, table, folder, WRITTEN):
            findings.append(f"{table.name}: columns")
            continue
        findings += [f"{table.name}.{name}: {count}{rows}" for name, count, rows in
                     _of_table(connection, register, rules, table, workspace)]  # fmt: skip
    if findings:
        raise TthcError("disclosure_audit", findings="; ".join(findings))


def audit_names(register: PublicationRegister, folder: Path) -> None:
    """Raise TthcError if anything lies in the folder that the register does not name; for when all is written."""
    unknown = sorted({path.name for path in folder.iterdir()} - register.files)
    if unknown:
        raise TthcError("disclosure_audit", findings="; ".join(f"{name}: not in the register" for name in unknown))


def _count(connection: Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _of_table(
    connection: Connection, register: PublicationRegister, rules: DisclosureRules, table: Table, workspace: Path
) -> list[tuple[str, int, str]]:
    """Return what is wrong with a written table: the check or column, in how many rows, and which."""
    missing = f'select (select count(*) from "{table.name}") - (select count(*) from {WRITTEN})'  # noqa: S608 - ours
    wrong = [("rows", _count(connection, missing), "")]
    for column in table.columns:
        conditions = list(_text_conditions(register, column))
        if column.name in table.never_empty:
            conditions.append(f"{column.name} is null")
        if column.role == "flag":
            conditions += [_flag_condition(table, column)]
        if column.role == "count" and table.disclosure in ("sdc1", "by_indicator"):
            rule = f"{column.name} < {rules.threshold} or {column.name} % {rules.base} <> 0"
            conditions += [f"({rule}) and not {is_exact(table)}"]
        for condition in conditions:
            query = f"select count(*) from {WRITTEN} as t where {condition}"  # noqa: S608 - names are the register's
            if count := _count(connection, query):
                wrong.append((column.name, count, _rows(connection, table, column, condition, workspace)))
    return [(name, count, rows) for name, count, rows in wrong if count]


def _rows(connection: Connection, table: Table, column: Column, condition: str, workspace: Path) -> str:
    """Return the first wrong rows in brackets, by their keys and by file, row and field.

    Of the keys only sound codes that are nobody's number are shown.
    """
    selected = ", ".join(f"cast({name} as varchar)" for name in table.key)
    query = f"select distinct {selected} from {WRITTEN} as t where {condition} order by all limit {NAMED}"  # noqa: S608
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
    """Return file, row and field of a finding, such as `thu_tuc/2024-12-31/a.csv row 3 TenTTHC`; empty if unknown."""
    if not workspace.is_file():
        return ""
    try:
        attach_delivered(connection, workspace)
        return place_of_row(connection, table.name, keys, [column.name]) or ""
    except duckdb.Error:  # the finding stands without its place
        return ""


def _is_sound(connection: Connection, value: str | None) -> bool:
    """Return True for a code that is nobody's number."""
    sound = f"select regexp_full_match($1, '{CODE}') and not {looks_personal('$1')}"
    return value is not None and connection.execute(sound, [value]).fetchone() == (True,)


def looks_personal(words: str) -> str:
    """Return the SQL condition that text looks like a person's number or address."""
    return f"(regexp_matches({words}, '{PERSON}') and not regexp_full_match({words}, '{HONEST}'))"


def _flag_condition(table: Table, flag: Column) -> str:
    """Return the condition that a cell has a figure or a reason for its absence, and no flag of another kind."""
    empty = " and ".join(f"{value} is null" for value in flag.of)
    return f"({empty}) <> coalesce({flag.name} not in ('p', 'r'), false)"


def _text_conditions(register: PublicationRegister, column: Column) -> list[str]:
    """Return conditions for texts not in the column's list, that a spreadsheet could run, or that look personal."""
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
