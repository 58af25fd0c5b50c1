"""Which rows the models reject because of other rows or lists, and which row of a key is the newest.

Both follow from the contracts and the models' own SQL.

Belongs here: getting at their words, so that `tthc check` and corrections go by the same. Does not belong here:
judging.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.contracts.model import Contract
from pipelines.contracts.references import Lookup
from pipelines.transform.dbt_macros import render_model, render_sql


@dataclass(frozen=True)
class Forbidden:
    """A row is rejected for `reason` where `when` holds: SQL over the row `d` and its lookups `k0`, `k1` and so on."""

    when: str
    reason: str


@dataclass(frozen=True)
class Part:
    """What a row may leave unsaid.

    SQL of it (null: nothing is compared) and of when; whether a repeat that says it comes first.
    """

    unsaid: str
    value: str | None = None
    weighs: bool = False


@dataclass(frozen=True)
class RowRules:
    """What makes the models reject a row of one source, besides a conflict.

    And what of it is compared apart from the rest, and how.
    """

    lookups: tuple[Lookup, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    partly: tuple[Part, ...] = ()
    compared_apart: tuple[str, ...] = ()


def row_rules(dbt_project: Path, contract: Contract) -> RowRules:
    """Return the rules of a source: the lookups of its contract, and what its model adds to them in SQL."""
    found: dict[str, Any] = {}

    def disposition(_: str, **more: Any) -> str:
        found.update(more)
        return ""

    if (dbt_project / "models" / "state" / f"base_{contract.source}.sql").is_file():
        render_model(dbt_project, f"state/base_{contract.source}", disposition=disposition)
    return RowRules(
        contract.lookups,
        tuple(Forbidden(**one) for one in found.get("forbidden", ())),
        tuple(Part(**one) for one in found.get("partly", ())),
        tuple(found.get("compared_apart", ())),
    )


def row_newness(dbt_project: Path, updated: str | None, business_day: str) -> str:
    """Return SQL for how new a row is; the larger the newer.

    Args:
        updated: SQL of the moment at which the row says it was updated, None where its source has none.
        business_day: SQL of the day of its delivery.
    """
    return render_sql(dbt_project, "{{ row_newness(updated, day) }}", updated=updated, day=business_day)


def naming_day(dbt_project: Path) -> str:
    """Return SQL for the day that a dossier's DonViXuLy is looked up for, over NgayTiepNhan and _business_day."""
    return render_sql(dbt_project, "{{ naming_day() }}")


def misplaced_units(dbt_project: Path) -> str:
    """Return SQL for the states of units that cannot be (MaDonVi, newness, reason).

    It reads the relations `listed_unit` (MaDonVi, Cap, MaDonViCha, newness, reason) and `run` (province_code).
    """
    return render_model(dbt_project, "state/misplaced_unit")


def named_units(dbt_project: Path) -> str:
    """Return SQL for the unit that each name stands for (mark, on_day, MaDonVi).

    It reads the relations `unit_named` (mark, on_day) and `delivered_unit_name` (mark, is_bare, MaDonVi, HieuLucTu,
    HieuLucDen).
    """
    return render_sql(dbt_project, '{{ named_units("unit_named", "delivered_unit_name") }}')
