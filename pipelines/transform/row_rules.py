"""Which rows the models reject because of other rows or lists: read from the models themselves (models/state).

Belongs here: getting at their words, so that `tthc check` judges by the same. Does not belong here: judging.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

CHILD = re.compile(r"\{%-? macro child_disposition.*?endmacro -?%\}", re.DOTALL)
MISPLACED = "misplaced_unit"


@dataclass(frozen=True)
class Lookup:
    """A row is rejected for `reason` where its `field` is not empty and not found in `column` of `relation`."""

    relation: str
    column: str
    field: str
    reason: str


@dataclass(frozen=True)
class Forbidden:
    """A row is rejected for `reason` where `when` holds: SQL over the row `d` and its lookups `k0`, `k1`, …"""

    when: str
    reason: str


@dataclass(frozen=True)
class Part:
    """What a row may leave unsaid: SQL of it (null: nothing is compared) and of when; whether a repeat that says it
    comes first."""

    unsaid: str
    value: str | None = None
    weighs: bool = False


@dataclass(frozen=True)
class RowRules:
    """What makes the models reject a row of one source, besides a conflict; what of it is compared apart from the rest,
    and how."""

    lookups: tuple[Lookup, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    partly: tuple[Part, ...] = ()
    compared_apart: tuple[str, ...] = ()


def row_rules(dbt_project: Path, source: str) -> RowRules:
    """Return the rules of a source; none where no model looks its rows up."""
    model = dbt_project / "models" / "state" / f"base_{source}.sql"
    if not model.is_file():
        return RowRules()
    found: list[RowRules] = []

    def disposition(
        *_: Any, lookups: Any = (), forbidden: Any = (), partly: Any = (), compared_apart: Any = (), **__: Any
    ) -> str:
        found.append(
            RowRules(
                tuple(
                    Lookup(one["relation"], one["column"], one.get("field", one["column"]), one["reason"])
                    for one in lookups
                ),
                tuple(Forbidden(one["when"], one["reason"]) for one in forbidden),
                tuple(Part(**one) for one in partly),
                tuple(compared_apart),
            )
        )
        return ""

    child = CHILD.search((dbt_project / "macros" / "disposition.sql").read_text(encoding="utf-8"))
    _render((child[0] if child else "") + model.read_text(encoding="utf-8"), disposition=disposition)
    return found[0] if found else RowRules()


def misplaced_units(dbt_project: Path) -> str:
    """Return SQL for the states of units that cannot be (MaDonVi, newness, reason), out of the relations `listed_unit`
    (MaDonVi, Cap, MaDonViCha, newness, reason) and `run` (province_code)."""
    macro = (dbt_project / "macros" / "misplaced_units.sql").read_text(encoding="utf-8")
    model = (dbt_project / "models" / "state" / f"{MISPLACED}.sql").read_text(encoding="utf-8")
    return _render(macro + model)


def named_units(dbt_project: Path) -> str:
    """Return SQL for the unit that each name stands for (mark, on_day, MaDonVi), out of the relations `unit_named`
    (mark, on_day) and `unit_called` (mark, is_bare, MaDonVi, HieuLucTu, HieuLucDen)."""
    macro = (dbt_project / "macros" / "named_units.sql").read_text(encoding="utf-8")
    return _render(macro + '{{ named_units("unit_named", "unit_called") }}')


def _render(template: str, **functions: Any) -> str:
    """The text with every relation by its bare name."""
    environment = Environment(autoescape=False)  # noqa: S701 - the text is our own SQL
    environment.globals |= {"ref": str, "source": lambda *names: names[-1], **functions}
    return environment.from_string(template).render()
