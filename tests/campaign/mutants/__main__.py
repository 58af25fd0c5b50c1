"""`make mutants`: spoils the SQL behind every indicator in each small way, and counts what is noticed.

A mutant is killed by the first generated province in which a figure differs from the oracle's. What survives must stand
in `survivors.yml` with the reason why it makes no difference; the share killed must reach 95 %.
"""

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipelines.common.yaml import read_yaml
from tests.campaign.mutants.outcomes import KILLED, PROVINCES, STILLBORN, SURVIVED, all_mutants, outcome

LEAST_SHARE = 0.95
EXCUSES = Path(__file__).with_name("survivors.yml")


def run(chosen: str) -> int:
    """Try all mutants whose model's name holds `chosen`; 0 where enough are killed and the rest is explained."""
    listed, console = all_mutants(), Console()
    numbers = [number for number, one in enumerate(listed) if chosen in one.model]
    console.print(f"{len(numbers)} mutants, {PROVINCES} provinces; building the provinces takes a minute or two …")
    with ProcessPoolExecutor(2) as pool:
        outcomes = dict(track(pool.map(outcome, numbers), total=len(numbers), console=console, description="mutants"))
    by_layer = Counter((listed[number].model.partition("_")[0], what) for number, what in outcomes.items())
    table = Table("models", KILLED, SURVIVED, STILLBORN, title="mutants")
    for layer in sorted({layer for layer, _ in by_layer}):
        table.add_row(layer, *(str(by_layer[layer, what]) for what in (KILLED, SURVIVED, STILLBORN)))
    console.print(table)
    survivors = [f"{listed[n].model}: {listed[n].what}" for n, what in sorted(outcomes.items()) if what == SURVIVED]
    unexplained = _explain(console, survivors)
    counted = Counter(outcomes.values())
    alive = counted[KILLED] + counted[SURVIVED]
    share = counted[KILLED] / alive if alive else 0.0
    console.print(f"{counted[KILLED]} of {alive} killed: {share:.1%}; stillborn {counted[STILLBORN]}")
    return 0 if share >= LEAST_SHARE and not unexplained else 1


def _explain(console: Console, survivors: list[str]) -> list[str]:
    """Print each survivor with its reason; return those that have none."""
    excused: dict[str, str] = read_yaml(EXCUSES.read_text(encoding="utf-8")) or {}
    for name in survivors:
        reason = excused.get(name, "NO REASON GIVEN")
        console.print(f"survived  {name}\n          {reason}", markup=False, highlight=False, soft_wrap=True)
    return [name for name in survivors if name not in excused]


if __name__ == "__main__":
    sys.exit(run(sys.argv[1] if len(sys.argv) > 1 else ""))
