"""Which rows the models reject because of other rows or lists: read from the models themselves (state/rows_<source>).

Belongs here: getting at the arguments of their `disposition`, so that `tthc check` judges by the same words. Does not
belong here: judging.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

CHILD = re.compile(r"\{%-? macro child_disposition.*?endmacro -?%\}", re.DOTALL)


@dataclass(frozen=True)
class Lookup:
    """A row is rejected for `reason` where its `column` is not in `relation`."""

    relation: str
    column: str
    reason: str


@dataclass(frozen=True)
class Forbidden:
    """A row is rejected for `reason` where `when` holds: SQL over the row `d` and its lookups `k0`, `k1`, …"""

    when: str
    reason: str


@dataclass(frozen=True)
class RowRules:
    """What makes the models reject a row of one source, besides a conflict."""

    lookups: tuple[Lookup, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()


def row_rules(dbt_project: Path, source: str) -> RowRules:
    """Return the rules of a source; none where no model tells its rows apart."""
    model = dbt_project / "models" / "state" / f"rows_{source}.sql"
    if not model.is_file():
        return RowRules()
    found: list[RowRules] = []

    def disposition(*_: Any, lookups: Any = (), forbidden: Any = (), **__: Any) -> str:
        found.append(
            RowRules(
                tuple(Lookup(one["relation"], one["column"], one["reason"]) for one in lookups),
                tuple(Forbidden(one["when"], one["reason"]) for one in forbidden),
            )
        )
        return ""

    child = CHILD.search((dbt_project / "macros" / "disposition.sql").read_text(encoding="utf-8"))
    template = (child[0] if child else "") + model.read_text(encoding="utf-8")
    # The text is our own SQL, and nothing of what it renders to is used.
    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701
    environment.globals |= {"disposition": disposition, "ref": str, "source": lambda *names: names[-1]}
    environment.from_string(template).render()
    return found[0]
