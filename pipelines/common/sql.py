"""SQL statements kept in `.sql` files, and names written safely into them.

Belongs here: loading a statement and filling its placeholders. Does not belong here: running it, or any statement
itself: each lies in the folder `sql/` of the package that runs it.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

_PLACEHOLDER = re.compile(r"\{\{ (\w+) \}\}")


def read_sql(package: str, name: str, **parts: str | int) -> str:
    """Return the text of a `.sql` file of a package, with its placeholders filled.

    Values are never filled in: they are bound when the statement runs (`$name` or `?`).

    Args:
        package: The package that owns the file, usually `__package__`.
        name: The path of the file below the package, without its ending, such as `sql/field_level`.
        parts: For each placeholder `{{ name }}` in the file the SQL that stands for it: identifiers
            (`quote_identifier`), whole numbers, or expressions of our own. Never text of a delivery.

    Raises:
        FileNotFoundError: If the package has no such file.
        KeyError: If placeholders and parts do not have the same names.
    """
    text = _read(package, name)
    placeholders = set(_PLACEHOLDER.findall(text))
    if placeholders != parts.keys():
        raise KeyError(f"{name}.sql: {', '.join(sorted(placeholders ^ parts.keys()))}")
    return _PLACEHOLDER.sub(lambda match: str(parts[match[1]]), text)


@cache
def _read(package: str, name: str) -> str:
    return files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def quote_identifier(name: str) -> str:
    """Return a name as an SQL identifier in double quotes, whatever signs it has."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return a text as an SQL literal, for statements of our own that take no bound value (ATTACH, COPY, a view)."""
    return "'" + text.replace("'", "''") + "'"


def quote_identifiers(names: Iterable[str]) -> str:
    """Return names as a comma-separated list of SQL identifiers."""
    return ", ".join(quote_identifier(name) for name in names)
