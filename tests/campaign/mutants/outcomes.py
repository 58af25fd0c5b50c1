"""What becomes of a mutant: whether any province shows a figure other than the oracle's.

Belongs here: running one spoilt model in provinces that are already built, and no more of the rest than it touches.
Does not belong here: how SQL is spoilt, what is printed.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from tests.campaign.mutants.mutations import Mutant, mutants
from tests.oracle.comparison import disagreements, disagreements_as_built
from tests.oracle.compiled import Model, Warehouse, compile_project, models_for
from tests.oracle.generate import province

PROVINCES = 60
SPOILT = (
    "case_", "ind_", "fct_", "int_", "stg_", "handling_status", "indicator_values", "rule_differences", "plan_",
)  # fmt: skip
KILLED, SURVIVED, STILLBORN = "killed", "survived", "stillborn"
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Project:
    """The compiled models in the order in which they are built, and which of them each one reaches."""

    models: list[Model]
    reached: dict[str, list[Model]]


@cache
def project() -> Project:
    """Return compiled once per process."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = compile_project(Path(folder) / "warehouse")
    models = models_for(manifest)
    needs = {
        model.name: {
            key.rpartition(".")[2] for key in manifest["nodes"][f"model.tthc.{model.name}"]["depends_on"]["nodes"]
        }
        for model in models
    }
    reached: dict[str, list[Model]] = {}
    for model in models:
        touched = {model.name}
        for later in models:
            if needs[later.name] & touched:
                touched.add(later.name)
        reached[model.name] = [later for later in models if later.name in touched - {model.name}]
    return Project(models, reached)


@cache
def all_mutants() -> list[Mutant]:
    """Return every mutant of the models in question, the same list in every process."""
    return [
        one for model in project().models if model.name.startswith(SPOILT) for one in mutants(model.name, model.sql)
    ]


class Province:
    """One generated province with every model built, as the oracle has it."""

    def __init__(self, seed: int) -> None:
        self.warehouse = Warehouse(project().models)
        self.world = province(seed)
        wrong = list(disagreements(self.warehouse, self.world))
        if wrong:
            raise SystemExit(f"province({seed}): SQL and oracle differ before anything is spoilt: {wrong[0]}")
        self.right: dict[str, Rows] = {}

    def notices(self, model: Model, sql: str) -> bool:
        """Whether the oracle differs where one model is spoilt.

        All is right again after it.
        """
        # Most mistakes that make no difference make none here already.
        if self._rows(f"({sql})") == self._of(model):
            return False
        touched = project().reached[model.name]
        try:
            self._create(model, sql)
            self._create_all(touched)
            return any(disagreements_as_built(self.warehouse, self.world))
        finally:
            self._create(model, model.sql)
            self._create_all(touched)

    def _of(self, model: Model) -> Rows:
        if model.name not in self.right:
            self.right[model.name] = self._rows(model.relation)
        return self.right[model.name]

    def _rows(self, relation: str) -> Rows:
        return self.warehouse.rows(f"from {relation} order by all")

    def _create(self, model: Model, sql: str) -> None:
        self.warehouse.connection.execute(f"create or replace {model.kind} {model.relation} as {sql}")

    def _create_all(self, models: Iterable[Model]) -> None:
        for model in models:
            self._create(model, model.sql)


@cache
def provinces() -> list[Province]:
    """Return built once per process; a mutant meets them in this order."""
    return [Province(seed) for seed in range(PROVINCES)]


def outcome(number: int) -> tuple[int, str]:
    """Return the outcome of one mutant: killed, survived every province, or stillborn (its SQL does not run)."""
    mutant = all_mutants()[number]
    model = next(one for one in project().models if one.name == mutant.model)
    for position, one in enumerate(provinces()):
        try:
            if one.notices(model, mutant.sql):
                return number, KILLED
        except duckdb.Error:
            # In the first province: it never runs. In a later one: a night with such data would stop.
            return number, KILLED if position else STILLBORN
    return number, SURVIVED
