"""`make vigilance`: falsified and honest deliveries judged by the gate's own SQL; the table goes into docs/gate.md.

Goes on where it stopped: every trial is noted below data/, and notes of other code do not count.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.common.files import fingerprint
from pipelines.sample.deliveries import Cadence
from pipelines.settings import PROJECT_DIR
from tests.campaign.vigilance import report
from tests.campaign.vigilance.bench import Bench, compiled_models
from tests.campaign.vigilance.kinds import load_kinds
from tests.campaign.vigilance.trials import honest, note, noted, province, trial

NOTES = PROJECT_DIR / "data" / "vigilance"
# Nights of one province that are falsified, so that trials are not all of one province.
DAYS = 5
HONEST_SIZES: dict[Cadence, tuple[int, ...]] = {"monthly": (2_000, 5_000, 20_000, 100_000), "daily": (2_000, 20_000)}
FIRST_SEED = {"kinds": 1_000, "honest": 1}


def code_version() -> str:
    """Return what the notes hold for: models, registers, sample and this harness."""
    parts = (
        "dbt_project/models",
        "dbt_project/macros",
        "registers",
        "contracts",
        "pipelines/sample",
        "tests/campaign/vigilance",
    )
    return fingerprint(*(PROJECT_DIR / part for part in parts))[:12]


def arguments() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="make vigilance", description=__doc__)
    parser.add_argument("--trials", type=int, default=20, help="per kind, size and province (default 20)")
    parser.add_argument("--nights", type=int, default=250, help="honest nights, of each cadence (default 250)")
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="WORD", help="kinds whose name holds one of these words"
    )
    parser.add_argument("--dossiers", nargs="*", type=int, default=[2_000, 100_000], help="sizes of provinces")
    parser.add_argument("--cadence", choices=("monthly", "daily"), default="monthly", help="of falsified deliveries")
    parser.add_argument("--notes", type=Path, help="where trials are noted (default below data/vigilance/)")
    parser.add_argument("--threads", type=int, default=2, help="of DuckDB (default 2)")
    parser.add_argument("--no-docs", action="store_true", help="leave docs/gate.md as it is")
    return parser.parse_args()


def main() -> int:
    """Run what is not noted yet, write the table.

    Exit code 1 where what is required was not reached.
    """
    chosen, console = arguments(), Console(stderr=True)
    notes = chosen.notes or NOTES / f"{code_version()}.jsonl"
    notes.parent.mkdir(parents=True, exist_ok=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress, compiled_models() as models:
        bench = Bench(models, chosen.threads)
        for step in (_honest_nights, _falsified):
            task = progress.add_task(step.__name__.strip("_").replace("_", " "), total=None)
            for done, of, what in step(chosen, bench, notes):
                progress.update(task, completed=done, total=of, description=what)
                if not console.is_terminal:
                    console.print(f"{done}/{of} {what}", highlight=False)
    results = report.results(noted(notes), load_kinds())
    Console().print(report.as_text(results), markup=False, highlight=False, soft_wrap=True)
    if not chosen.no_docs:
        report.write(results, load_kinds())
    return 0 if results["reached"] else 1


def _honest_nights(chosen: argparse.Namespace, bench: Bench, notes: Path) -> Iterator[tuple[int, int, str]]:
    """Yield honest nights of provinces drawn one after the other, until there are enough of each cadence.

    The sizes take turns.
    """
    for cadence, sizes in HONEST_SIZES.items():
        known = {
            one["seed"]: one["nights"] for one in noted(notes) if one["what"] == "Honest" and one["cadence"] == cadence
        }
        seed = FIRST_SEED["honest"]
        while sum(known.values()) < chosen.nights:
            if seed not in known:
                found = honest(bench, province(sizes[seed % len(sizes)], seed, cadence))
                note(notes, found)
                known[seed] = found.nights
                label = f"honest {cadence}, {found.dossiers} dossiers, seed {seed}"
                yield sum(known.values()), chosen.nights, f"{label}: {found.false_nights} of {found.nights} held"
            seed += 1


def _falsified(chosen: argparse.Namespace, bench: Bench, notes: Path) -> Iterator[tuple[int, int, str]]:
    """Yield every kind at every size, on some days of one province after the other."""
    kinds = {name: kind for name, kind in load_kinds().kinds.items()
             if not chosen.only or any(word in name for word in chosen.only)}  # fmt: skip
    cases = [(name, kind, size.size) for name, kind in kinds.items() for size in kind.sizes]
    known = {(one["kind"], one["size"], one["dossiers"], one["cadence"], one["seed"], one["day"])
             for one in noted(notes) if one["what"] == "Trial"}  # fmt: skip
    done, of = 0, chosen.trials * len(cases) * len(chosen.dossiers)
    for block in range(0, chosen.trials, DAYS):
        seed, days = FIRST_SEED["kinds"] + block // DAYS, min(DAYS, chosen.trials - block)
        for dossiers in chosen.dossiers:
            made = province(dossiers, seed, chosen.cadence)
            bench.load(made.history)
            for day in _spread(made.judged_days(), days):
                calm = bench.judge(day)
                for name, kind, size in cases:
                    done += 1
                    is_known = (name, size, dossiers, chosen.cadence, seed, day) in known
                    if is_known or kind.source not in made.days[day]:
                        continue
                    found = trial(bench, made, day, name, kind, size, calm)
                    note(notes, found)
                    verdict = "named" if found.named else "noticed" if found.noticed else "missed"
                    yield done, of, f"{name} {size}, {dossiers} dossiers, seed {seed}, {day}: {verdict}"


def _spread(days: list[str], count: int) -> list[str]:
    """Return some of the days, the last one among them, as far apart as they go."""
    step = max(len(days) // count, 1)
    return days[::-step][:count]


if __name__ == "__main__":
    sys.exit(main())
