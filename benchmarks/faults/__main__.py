"""`make faults`: the whole campaign, its table on the terminal and in docs/reliability.md.

`--few` tries a part that takes minutes (what the test suite runs too); FAMILY… only some families.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.faults import blows, odd_deliveries, report, together
from benchmarks.faults.campaign import Verdict, in_streams, tried
from benchmarks.faults.cases import Case, campaign
from benchmarks.faults.forge import import_everything
from benchmarks.faults.ground import Ground, prepare
from pipelines.settings import PROJECT_DIR

RANDOM_KILLS, READS = 200, 10_000
Trial = Callable[[Path], Verdict]


def measured(ground: Ground, folder: Path) -> tuple[list[tuple[str, str]], float]:
    """The durable steps of a night that is left alone, and how long it takes."""
    listed = folder / "steps.txt"
    with ground.warehouse(folder) as warehouse:
        done = ground.night(warehouse, blow=blows.note_steps(listed))
    if done.code:
        raise RuntimeError(done.said[-1000:])
    found = dict.fromkeys(tuple(line.rsplit(" ", 1)) for line in listed.read_text(encoding="utf-8").splitlines())
    return [(site, name) for site, name in found], done.seconds


def trials(ground: Ground, folder: Path, seed: int, *, few: bool) -> list[tuple[str, Trial]]:
    """Every trial with its family; `few` is one of each kind, and a handful of random moments."""
    steps, seconds = measured(ground, folder)
    cases = campaign(ground, steps=steps, seconds=seconds, random_kills=3 if few else RANDOM_KILLS, seed=seed)
    if few:
        cases = _few(cases, seed)
    more: list[tuple[str, Callable[[Ground, Path], Verdict]]] = [
        ("several at once", partial(together.readers, reads=400 if few else READS)),
        ("unreadable file", odd_deliveries.unreadable_files),
    ]
    if not few:
        more += [
            ("network", together.no_network),
            ("several at once", together.two_runs),
            ("odd name or thing in landing", odd_deliveries.odd_names),
            ("wrong row", odd_deliveries.wrong_rows),
            ("held delivery", odd_deliveries.held("only a header on a working day", odd_deliveries.empty_day)),
            (
                "held delivery",
                odd_deliveries.held("a third gone in a restatement", odd_deliveries.shrunken_restatement),
            ),
        ]
    return [
        *((family, partial(act, ground)) for family, act in more),
        *((case.family, partial(tried, ground, case)) for case in cases),
    ]


def _few(cases: list[Case], seed: int) -> list[Case]:
    """The cases that a quick part tries: those whose kind nothing else in the suite looks at."""
    wanted = ("publish", "before replace in versions.switch", "ledger: zeros")
    return [case for case in cases if case.name in wanted or case.family == "kill -9 at a random moment"]


def main() -> int:
    """0 where nothing was silently wrong, lost or violated."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("families", nargs="*", help="only families whose name holds one of these words")
    parser.add_argument("--few", action="store_true", help="a part that takes minutes")
    parser.add_argument("--streams", type=int, default=2, help="nights side by side")
    parser.add_argument("--json", action="store_true", help="the families as one line of JSON at the end")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="for random moments and damage")
    parser.add_argument(
        "--folder", type=Path, help="where to work; a fast disk with some GB (default: a temporary folder)"
    )
    chosen = parser.parse_args()
    import_everything()
    console = Console()
    with tempfile.TemporaryDirectory(dir=chosen.folder, prefix="faults-") as name:
        folder = Path(name)
        console.print(f"seed {chosen.seed}; making the ground: two nights of a small synthetic province …")
        ground = prepare(folder)
        listed = trials(ground, folder / "measured", chosen.seed, few=chosen.few)
        work = [act for family, act in listed if not chosen.families or any(w in family for w in chosen.families)]
        columns = TextColumn("{task.description}"), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn()
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("faults", total=len(work))

            def tell(verdict: Verdict) -> None:
                progress.advance(task)
                for trouble in verdict.troubles:
                    console.print(f"✗ {verdict.family}, {verdict.name}: {trouble}", markup=False, highlight=False)
                if not console.is_terminal:
                    print(f"{verdict.seconds:6.0f} s  {verdict.family}: {verdict.name}", flush=True)

            verdicts = in_streams(work, folder, tell, chosen.streams)
    console.print(report.table(verdicts))
    missing = len(work) - len(verdicts)
    if missing:
        console.print(f"{missing} trials gave no verdict")
    if not (chosen.few or chosen.families or missing):
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT_DIR, capture_output=True, text=True
        )
        report.write(verdicts, PROJECT_DIR / "docs" / "reliability.md", seed=chosen.seed, commit=commit.stdout.strip())
    if chosen.json:
        told = {name: [v for v in verdicts if v.family == name] for name in {v.family for v in verdicts}}
        print(json.dumps({
            name: {"injected": sum(v.injected for v in found), "troubles": [t for v in found for t in v.troubles]}
            for name, found in told.items()
        }))  # fmt: skip
    return int(bool(missing) or any(verdict.troubles for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
