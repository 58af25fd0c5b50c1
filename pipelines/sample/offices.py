"""Offices through which processing steps go (`offices.yml`), without any draw of their own.

Belongs here: which office takes a step: by what the step is, the level of the unit and the field of the procedure. Does
not belong here: the steps themselves (`events`).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.common.yaml import read_yaml
from pipelines.sample.arrivals import Arrivals
from pipelines.sample.behaviour import LEVELS, Flags, Ints
from pipelines.sample.events import Events

SETTINGS = Path(__file__).with_name("offices.yml")
HANDLED, ENDED = 4, 9  # statuses after a step


@dataclass(frozen=True)
class StepOffices:
    """The office of each step, as a position in `names`."""

    names: pl.Series
    at: Ints

    def of(self, rows: Ints) -> pl.Series:
        """Return the names of the offices of steps (positions)."""
        return self.names.gather(self.at[rows])


@cache
def load_offices() -> dict[str, Any]:
    """Return the settings as nested mappings."""
    settings: dict[str, Any] = read_yaml(SETTINGS.read_text(encoding="utf-8"))
    return settings


def office_names() -> list[str]:
    """Return every name that a step may have, once each, the desk first."""
    settings = load_offices()
    names = [settings["desk"]]
    for level in settings["levels"].values():
        names += [level["signing"], level["rest"], *level["offices"]]
    return list(dict.fromkeys(names))


def step_offices(steps: Events, arrivals: Arrivals, fields: pl.Series) -> StepOffices:
    """Return the office of each step.

    Args:
        steps: The steps, ordered by dossier and moment.
        arrivals: Level and procedure of each dossier.
        fields: Names of fields by position of the procedure.
    """
    names = office_names()
    position = {name: at for at, name in enumerate(names)}
    levels = [load_offices()["levels"][level] for level in LEVELS]
    handling = np.array([_of_fields(level, fields, position) for level in levels])
    signing = np.array([position[level["signing"]] for level in levels])
    level, procedure = arrivals.level[steps.dossier], arrivals.procedure[steps.dossier]
    office = np.where(_is_signed(steps), signing[level], handling[level, procedure])
    return StepOffices(pl.Series(names), np.where(steps.kind == HANDLED, office, 0))


def _of_fields(level: dict[str, Any], fields: pl.Series, position: dict[str, int]) -> list[int]:
    """Return who handles each procedure in offices of a level."""
    office_of = {field: office for office, own in level["offices"].items() for field in own}
    return [position[office_of.get(field, level["rest"])] for field in fields]


def _is_signed(steps: Events) -> Flags:
    """Return True for the last of several steps of handling in a row, if the dossier ends with the next one."""
    same = steps.dossier[1:] == steps.dossier[:-1]
    follows = np.zeros(len(steps.dossier), dtype=bool)
    follows[1:] = same & (steps.kind[:-1] == HANDLED)
    ends = np.zeros(len(steps.dossier), dtype=bool)
    ends[:-1] = same & (steps.kind[1:] == ENDED)
    signed: Flags = (steps.kind == HANDLED) & follows & ends
    return signed
