"""The levels of offices of a published version, in their order.

Belongs here: reading them, also from versions that have no table of levels. Does not belong here: what they are called.
"""

import duckdb

HAS_TABLE = "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'dim_level'"
KNOWN = "select level_code from marts.dim_level order by level_rank"
# Versions of an earlier release: the shorter the codes of a level, the higher it is.
OF_UNITS = "select unit_level from marts.dim_unit group by unit_level order by min(length(unit_code)), min(unit_code)"


def level_codes(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Return the codes of all levels, the highest first, which is the province itself."""
    query = KNOWN if connection.execute(HAS_TABLE).fetchone() else OF_UNITS
    return tuple(code for (code,) in connection.execute(query).fetchall())
