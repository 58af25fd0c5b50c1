"""`make mutants`: spoils the SQL behind every indicator in each small way, and counts what the oracle notices.

A mutant is killed by the first province of the oracle tests in which a figure changes. What survives must stand in
`survivors.yml` with the reason why it makes no difference; the share killed must reach 95 %.
"""

import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import cache
from pathlib import Path

import duckdb
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.mutants.spoil import Mutant, mutants
from tests.oracle.comparison import disagreements
from tests.oracle.compiled import Model, Warehouse, compile_project, models_for
from tests.oracle.generate import province

LEAST_SHARE = 0.95
PROVINCES = 100
SPOILT = ("case_", "ind_", "fct_", "int_", "stg_", "handling_status", "indicator_values")
EXCUSES = Path(__file__).with_name("survivors.yml")
KILLED, SURVIVED, STILLBORN = "killed", "survived", "stillborn"


@cache
def models() -> list[Model]:
    """The compiled models behind the tables that the oracle is compared with, once per process."""
    with tempfile.TemporaryDirectory() as folder:
        return models_for(compile_project(Path(folder) / "warehouse"))


def all_mutants() -> list[Mutant]:
    """Every mutant of the models in question, in the order in which they are built."""
    return [one for m in models() if m.name.startswith(SPOILT) for one in mutants(m.name, m.sql)]


def fate(number: int) -> tuple[int, str]:
    """What becomes of one mutant: killed, survived all provinces, or stillborn (its SQL does not run at all)."""
    mutant = all_mutants_once()[number]
    spoilt = [replace(m, sql=mutant.sql) if m.name == mutant.model else m for m in models()]
    warehouse = Warehouse(spoilt)
    try:
        warehouse.build(province(0))
    except duckdb.Error:
        return number, STILLBORN
    for seed in range(PROVINCES):
        try:
            if next(disagreements(warehouse, province(seed)), None):
                return number, KILLED
        except duckdb.Error:
            return number, KILLED  # it runs on other data and fails on this: a night would stop
    return number, SURVIVED


@cache
def all_mutants_once() -> list[Mutant]:
    """The same list in every process."""
    return all_mutants()


def run(chosen: str) -> int:
    """Tries all mutants whose model's name holds `chosen`; 0 where enough are killed and the rest is explained."""
    listed = all_mutants_once()
    numbers = [number for number, one in enumerate(listed) if chosen in one.model]
    console, fates = Console(), dict[int, str]()
    with ProcessPoolExecutor(2) as pool:
        futures = [pool.submit(fate, number) for number in numbers]
        for done in track(as_completed(futures), total=len(futures), console=console, description="mutants"):
            number, what = done.result()
            fates[number] = what
    excused: dict[str, str] = yaml.safe_load(EXCUSES.read_text(encoding="utf-8")) or {}
    by_layer = Counter((listed[number].model.partition("_")[0], what) for number, what in fates.items())
    table = Table("models", KILLED, SURVIVED, STILLBORN, title="mutants")
    for layer in sorted({layer for layer, _ in by_layer}):
        table.add_row(layer, *(str(by_layer[layer, what]) for what in (KILLED, SURVIVED, STILLBORN)))
    console.print(table)
    unexplained = []
    for number in sorted(fates):
        if fates[number] == SURVIVED:
            name = f"{listed[number].model}: {listed[number].what}"
            reason = excused.get(name)
            unexplained += [name] if reason is None else []
            console.print(f"survived  {name}\n          {reason or 'NO REASON GIVEN'}", markup=False, soft_wrap=True)
    counted = Counter(fates.values())
    alive = counted[KILLED] + counted[SURVIVED]
    share = counted[KILLED] / alive if alive else 0.0
    console.print(f"{counted[KILLED]} of {alive} killed: {share:.1%}; stillborn {counted[STILLBORN]}")
    return 0 if share >= LEAST_SHARE and not unexplained else 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1] if len(sys.argv) > 1 else ""))
