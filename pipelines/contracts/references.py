"""References of a row: fields whose value must be known elsewhere, and the unit and dossier that the row is about.

Belongs here: the contract keys `lookups` and `subject`, and the kinds of things that can be looked up. Does not belong
here: which codes are known (dbt_project/models/state/known_<thing>, `dry_run.stage`).
"""

from typing import Literal

from pydantic import Field, model_validator

from pipelines.contracts.fields import ContractField, Strict

Thing = Literal["unit", "scored_unit", "procedure", "dossier", "goal", "period", "task"]
# The column of the relation known_<thing> that holds its codes.
CODE_COLUMNS: dict[Thing, str] = {
    "unit": "MaDonVi", "scored_unit": "MaDonVi", "procedure": "MaTTHC", "dossier": "MaHoSo", "goal": "MaChiTieu",
    "period": "KyBaoCao", "task": "MaNhiemVu",
}  # fmt: skip


class Lookup(Strict):
    """A field whose value must be known; until it is, the row waits in quarantine with the reason unknown_<known>."""

    field: str = Field(description="the field that is looked up; where it is empty, nothing is", examples=["MaDonVi"])
    known: Thing = Field(
        description="what it must be the code of: a unit (don_vi), procedure (thu_tuc) or dossier (ho_so) that was "
        "delivered and accepted; a unit or another province (scored_unit); a goal that units report, a period that has "
        "begun, a task of the plan (registers)"
    )

    @property
    def relation(self) -> str:
        """The name of the relation of known codes."""
        return f"known_{self.known}"

    @property
    def column(self) -> str:
        """The column of that relation that holds the codes."""
        return CODE_COLUMNS[self.known]

    @property
    def reason(self) -> str:
        """The reason given for a row whose code is not known."""
        # A province is no unit of this one, but whoever gets the reason can do the same about it.
        return "unknown_unit" if self.known == "scored_unit" else f"unknown_{self.known}"


class Subject(Strict):
    """The unit and dossier that a row is about, so that a rejected row is reported to those who can correct it."""

    unit: tuple[str, ...] = Field(
        (), description="the fields that say which unit; of several the first that is filled counts, and of a field "
        "with `unit_name` the unit found by that name", examples=[["MaDonViXuLy", "MaDonVi"]],
    )  # fmt: skip
    dossier: str | None = Field(None, description="the field that says which dossier", examples=["MaHoSo"])

    @model_validator(mode="after")
    def _is_about_something(self) -> "Subject":
        if not self.unit and self.dossier is None:
            raise ValueError("a subject names a unit or a dossier; where rows are about neither, leave it out")
        return self


def wrong_references(lookups: tuple[Lookup, ...], subject: Subject | None, fields: dict[str, ContractField]) -> str:
    """Return a sentence on what is wrong with the fields that lookups and subject name; empty if nothing is."""
    codes = {name for name, field in fields.items() if field.type == "code" and field.personal is None}
    named = {name for name, field in fields.items() if field.unit_name}
    units = set(subject.unit) if subject else set()
    dossiers = {subject.dossier} if subject and subject.dossier else set()
    if unknown := {lookup.field for lookup in lookups} - codes:
        return f"lookups name no code that is kept as it is: {', '.join(sorted(unknown))}"
    if unknown := (units - codes - named) | (dossiers - codes):
        return f"the subject names no code that is kept as it is: {', '.join(sorted(unknown))}"
    return ""
