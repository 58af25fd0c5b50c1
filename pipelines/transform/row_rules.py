"""Rules by which the models reject rows because of other rows or lists, and choose the newest row of a key.

They are read from the contracts and from the SQL of the models, so that `tthc check` and corrections apply the same.
Does not belong here: applying them (`dry_run`, `correction_views`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.contracts.model import Contract
from pipelines.contracts.references import Lookup
from pipelines.transform.dbt_macros import render_model, render_sql

# The models between `listed_unit` and `misplaced_unit`, in their order.
BEFORE_MISPLACED = ("stated_unit", "misplaced_state")


@dataclass(frozen=True)
class Forbidden:
    """A condition that rejects a row.

    Attributes:
        when: SQL over the row `d` and its lookups `k0`, `k1` and so on.
        reason: The reason that the row gets.
    """

    when: str
    reason: str


@dataclass(frozen=True)
class Part:
    """A part of a row that some formats cannot express, such as a field of a sync message.

    Attributes:
        unsaid: SQL of the condition that the row does not express it.
        value: SQL of its value; None if values are not compared.
        weighs: Whether of repeated rows one that expresses it comes first.
    """

    unsaid: str
    value: str | None = None
    weighs: bool = False


@dataclass(frozen=True)
class RowRules:
    """Rules for the rows of one source.

    Attributes:
        lookups: Fields whose value must be known.
        forbidden: Further conditions that reject a row.
        partly: Parts that a row may not express; they do not count as a difference between two rows then.
        compared_apart: Fields that are compared separately from the others.
    """

    lookups: tuple[Lookup, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    partly: tuple[Part, ...] = ()
    compared_apart: tuple[str, ...] = ()


def row_rules(dbt_project: Path, contract: Contract) -> RowRules:
    """Return the rules of a source: the lookups of its contract, and what its model adds in SQL."""
    arguments: dict[str, Any] = {}

    def disposition(_: str, **more: Any) -> str:
        arguments.update(more)
        return ""

    if (dbt_project / "models" / "state" / f"base_{contract.source}.sql").is_file():
        render_model(dbt_project, f"state/base_{contract.source}", disposition=disposition)
    return RowRules(
        contract.lookups,
        tuple(Forbidden(**entry) for entry in arguments.get("forbidden", ())),
        tuple(Part(**entry) for entry in arguments.get("partly", ())),
        tuple(arguments.get("compared_apart", ())),
    )


def row_newness(dbt_project: Path, updated: str | None, business_day: str) -> str:
    """Return SQL of the newness of a row; a larger value is newer.

    Args:
        dbt_project: The folder of the dbt project.
        updated: SQL of the update time of the row, None if its source has none.
        business_day: SQL of the day of its delivery.
    """
    return render_sql(dbt_project, "{{ row_newness(updated, day) }}", updated=updated, day=business_day)


def naming_day(dbt_project: Path) -> str:
    """Return SQL of the day for which a dossier's DonViXuLy is looked up, over NgayTiepNhan and _business_day."""
    return render_sql(dbt_project, "{{ naming_day() }}")


def misplaced_units(dbt_project: Path) -> str:
    """Return SQL of rows of units that are impossible: columns MaDonVi, newness and reason.

    It reads the relations `listed_unit` (MaDonVi, Cap, MaDonViCha, newness, reason), `run` (province_code) and
    `unit_change`.
    """
    parts = ", ".join(f"{name} as ({render_model(dbt_project, f'state/{name}')})" for name in BEFORE_MISPLACED)
    return f"with {parts} from ({render_model(dbt_project, 'state/misplaced_unit')})"


def named_units(dbt_project: Path) -> str:
    """Return SQL of the unit that each name stands for: columns mark, on_day and MaDonVi.

    It reads the relations `unit_named` (mark, on_day) and `delivered_unit_name` (mark, is_bare, MaDonVi, HieuLucTu,
    HieuLucDen).
    """
    return render_sql(dbt_project, '{{ named_units("unit_named", "delivered_unit_name") }}')
