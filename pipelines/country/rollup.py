"""Add up what provinces publish to figures of the country, as tables of a DuckDB file.

Numerators and denominators of shares and the counts of form II.06a add up; nothing else is added. A figure behind which
another definition, plan or calendar stands is left out and named, never added silently. Belongs here: reading the open
data and building the tables. Does not belong here: which provinces are read (`sources`), files (`rollup_files`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from pipelines.common.errors import TthcError
from pipelines.common.sql import quote_identifier, quote_text, read_sql
from pipelines.country.rollup_comments import comment_tables
from pipelines.country.rollup_rules import FIGURES, FORM, RollupRules
from pipelines.country.sources import Source, added, without
from pipelines.registers.publication import PublicationRegister
from pipelines.settings import Settings

# By the table that they become: the published table, and the columns that are read of it.
OFFERED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "figure": (FIGURES, ("ma_chi_tieu", "cach_tinh", "ky", "pham_vi", "cap", "tu_so", "co_tu_so", "mau_so")),
    "form": (FORM, ("ky", "pham_vi", "cap")),
    "period": ("ky", ("ky", "loai", "tu_ngay", "den_ngay")),
    "indicator": ("danh-muc-chi-tieu", ("ma_chi_tieu", "cach_tinh", "don_vi_tinh", "bao_mat")),
    "definition": ("dinh-nghia-chi-tieu", ("ma_chi_tieu", "cach_tinh", "hieu_luc_tu", "hieu_luc_den",
                                           "dinh_nghia_tu_so_vi", "dinh_nghia_mau_so_vi")),
    "goal": ("muc-tieu-ke-hoach", ("nam",)),
    "unit": ("don-vi", ("ma_don_vi",)),
}  # fmt: skip
PROVINCES = {
    "province_code": pl.String, "province_name": pl.String, "version": pl.String, "as_of": pl.String,
    "vintage": pl.String, "closed_until": pl.String, "software": pl.String, "is_added": pl.Boolean,
    "is_older": pl.Boolean, "why_not": pl.String,
}  # fmt: skip


def build_rollup(
    connection: duckdb.DuckDBPyConnection, settings: Settings, rules: RollupRules, register: PublicationRegister,
    sources: Sequence[Source],
) -> list[Source]:  # fmt: skip
    """Create the tables of schema `marts`: provinces, contributions, totals, and what is left out.

    Args:
        connection: The empty file of the country's version.
        settings: Those of the country, for its registers.
        rules: What is added up.
        register: What provinces publish.
        sources: Every province of the installation.

    Returns:
        The provinces again; one whose tables have other columns is no longer added.

    Raises:
        TthcError: If no province can be added, or one is a part of another that is added too.
    """
    counts = rules.table(FORM).counts
    columns = {name: (table, (*own, *counts) if name == "form" else own) for name, (table, own) in OFFERED.items()}
    read = [_checked(connection, source, columns) for source in sources]
    if not added(read):
        raise TthcError("rollup_nothing", why="; ".join(f"{source.code}: {source.why_not}" for source in read))
    connection.execute("create schema marts")
    create_scope_macros(connection)
    for name, (table, names) in columns.items():
        connection.execute(f"create or replace temp table offered_{name} as {_offered(added(read), table, names)}")
    if row := connection.execute(read_sql(__package__, "sql/roots_of_others")).fetchone():
        raise TthcError("rollup_counted_twice", one=row[0], other=row[1])
    _create_lists(connection, settings, rules)
    codes = [source.code for source in read]
    connection.execute(read_sql(__package__, "sql/calendar_period"), {"period_types": [*rules.period_types]})
    connection.execute(read_sql(__package__, "sql/contributions"), {"scopes": [*rules.table(FIGURES).scopes]})
    connection.execute(read_sql(__package__, "sql/indicator_totals"), {"codes": codes})
    quoted = {quote_identifier(name): quote_identifier(own) for name, own in counts.items()}
    sums = ", ".join(f"sum({name})::bigint as {own}" for name, own in quoted.items())
    form = read_sql(__package__, "sql/handling_totals", sums=sums, sum_of_counts=" + ".join(quoted))
    connection.execute(form, {"scopes": [*rules.table(FORM).scopes], "codes": codes})
    connection.execute(read_sql(__package__, "sql/left_out"))
    _create_provinces(connection, read)
    comment_tables(connection, register, counts)
    return read


def create_scope_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the macros that turn a published word for a scope into the marts' and back."""
    connection.execute(read_sql(__package__, "sql/scope_macros"))


def _checked(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: Mapping[str, tuple[str, tuple[str, ...]]]
) -> Source:  # fmt: skip
    """Return the province, no longer added if its tables lack a column or a file."""
    if source.folder is None:
        return source
    try:
        for table, names in columns.values():
            connection.execute(f"select * from ({_offered([source], table, names)}) limit 0")  # noqa: S608 - ours
    except duckdb.Error:
        return without(source, "other_format")
    return source


def _offered(sources: Sequence[Source], table: str, columns: Sequence[str]) -> str:
    """Return SQL that selects columns of a published table of several provinces, each row with its province."""
    names = ", ".join(map(quote_identifier, columns))
    return " union all ".join(
        f"select {quote_text(source.code)} as province_code, {names}"  # noqa: S608 - names of ours, quoted
        f" from read_parquet({quote_text(str((source.folder or Path()) / f'{table}.parquet'))})"
        for source in sources
    )


def _create_lists(connection: duckdb.DuckDBPyConnection, settings: Settings, rules: RollupRules) -> None:
    """Create the definitions of today's register, and the indicators that are not to be added."""
    from pipelines.registers.model import indicator_table

    definition = indicator_table(settings.country_dir)
    left = pl.DataFrame([(one.code, one.rule) for one in rules.left_out], orient="row",
                        schema={"indicator_code": pl.String, "rule": pl.String})  # fmt: skip
    for name, frame in (("definition", definition), ("not_to_add", left)):
        connection.register("frame", frame)
        connection.execute(f"create or replace temp table {name} as from frame")
        connection.unregister("frame")


def _create_provinces(connection: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> None:
    """Create one row per province of the installation: what of it was read, or why it is not added."""
    newest = max(source.closed_until or "" for source in added(sources))
    rows = [
        (source.code, source.name, source.version, source.as_of, source.vintage, source.closed_until, source.software,
         source.folder is not None, source.folder is not None and (source.closed_until or "") < newest, source.why_not)
        for source in sources
    ]  # fmt: skip
    connection.register("frame", pl.DataFrame(rows, schema=PROVINCES, orient="row"))
    connection.execute(
        "create or replace table marts.provinces as select * replace (as_of::date as as_of, closed_until::date as"
        " closed_until) from frame order by province_code"
    )
    connection.unregister("frame")
