"""Nights after one another without dbt and Great Expectations: the models that the gate's holds read, and the holds.

Here: what a night would be held for, compared with the night before. Not here: parsing, publishing, the suites.
"""

import re
from pathlib import Path
from typing import Any

from pipelines.gate.baseline import Baseline
from pipelines.registers.holds import load_holds
from pipelines.settings import PROJECT_DIR
from tests.campaign.vigilance.bench import Bench
from tests.campaign.vigilance.province import PROVINCE, Parsed
from tests.oracle.compiled import Model, models_for

HOLDS = PROJECT_DIR / "expectations" / "holds.sql"
# What the gate reads of the published version beside what its holds read of the candidate.
READ_OF_PREVIOUS = ("dim_period", "dim_run", "deliveries", "indicator_values")


def models_behind_holds(manifest: dict[str, Any]) -> list[Model]:
    """Return the models of every mart that expectations/holds.sql or the comparison with the night before reads."""
    words = {*re.findall(r"[a-z_]+", HOLDS.read_text(encoding="utf-8")), *READ_OF_PREVIOUS}
    marts = {node["name"] for node in manifest["nodes"].values() if _is_mart(node)}
    return models_for(manifest, sorted(words & marts))


def _is_mart(node: dict[str, Any]) -> bool:
    return node["resource_type"] == "model" and str(node["schema"]).endswith("marts")


class Nights:
    """One night after another over the days of a bench's history; each is compared with the one before."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench, self.folder = bench, folder
        self.limits = load_holds(PROJECT_DIR / "registers" / PROVINCE)
        self.published: Path | None = None
        self.count = 0

    def night(self, day: str, tonight: list[Parsed] | None = None) -> list[dict[str, Any]]:
        """Return what holds the night that follows a day, by column of the view `held`; nothing held is published.

        `tonight` replaces what came.
        """
        self.bench.build(day, tonight, trial=None if tonight is None else self)
        connection = self.bench.connection.cursor()
        connection.execute("use tthc.marts")
        limits = self.limits
        baseline = Baseline(self.published, drift=limits.drift, jump=limits.jump, removal=limits.removal)
        for statement, values in baseline.statements():
            connection.execute(statement, values)
        connection.execute(HOLDS.read_text(encoding="utf-8"))
        found = connection.execute("from held order by all")
        names = [column[0] for column in found.description or ()]
        held = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        if not held:
            self._publish()
        connection.close()
        return held

    def _publish(self) -> None:
        """Keep the marts as the published version."""
        self.count += 1
        target = self.folder / f"{self.count}.duckdb"
        run = self.bench.connection.execute
        run(f"attach '{target}' as kept")
        run("create schema kept.marts")
        for model in self.bench.models:
            database, schema, name = model.relation.split(".")
            if (database, schema) == ("tthc", "marts"):
                run(f"create table kept.marts.{name} as select * from {model.relation}")
        run("detach kept")
        if self.published is not None:
            self.published.unlink()
        self.published = target
