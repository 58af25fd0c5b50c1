"""The register of the page and sheet on steps: how much they show (`registers/vietnam/steps.yml`).

Belongs here: its model and checks. Does not belong here: the page (`reports.desk`), the sheet (`reports.officers`), the
figures (marts).
"""

from functools import cache
from pathlib import Path

from pydantic import Field

from pipelines.contracts.fields import Strict
from pipelines.registers.yaml_register import read_register

STEPS_FILE = "steps.yml"


class StepsPage(Strict):
    """How many procedures, parts of a bar, ways, offices, and units of an office the page shows.

    A version knows ten ways of a procedure, so no more can be asked for.
    """

    procedures: int = Field(ge=1)
    segments: int = Field(ge=1, le=8)
    ways: int = Field(ge=1, le=10)
    departments: int = Field(ge=1)
    holders: int = Field(ge=0)


class StepsSheet(Strict):
    """How many rows the sheet of a unit has at most."""

    steps: int = Field(ge=1)


class StepsShown(Strict):
    """The whole register."""

    page: StepsPage
    sheet: StepsSheet


@cache
def load_steps_shown(country: Path) -> StepsShown:
    """Return the register.

    Raises:
        TthcError: If it is not well-formed; the error names the wrong key.
    """
    return read_register(country / STEPS_FILE, StepsShown)
