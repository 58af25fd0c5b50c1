"""`make faults`: the whole campaign, its table on the terminal and in docs/reliability.md.

`--few` tries a part that takes minutes (of which the test suite tries one kill); FAMILY… only some families.
"""

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.settings import PROJECT_DIR
from tests.campaign.faults import concurrency, injectors, odd_deliveries, report
from tests.campaign.faults.campaign import Trial, Verdict, in_streams, tried
from tests.campaign.faults.cases import Case, campaign, few
from tests.campaign.faults.fixture import Fixture, on_night, prepare
from tests.campaign.faults.forked_nights import import_everything
from tests.campaign.faults.notes import Notes

RANDOM_KILLS, READS = 200, 10_000


def measured(fixture: Fixture, folder: Path) -> tuple[list[tuple[str, str]], float]:
    """Return the durable steps of a night that is left alone, and how long it takes."""
    listed = folder / "steps.txt"
    with fixture.warehouse(folder) as warehouse:
        done = fixture.night(warehouse, injector=injectors.note_steps(listed))
    if done.code:
        raise RuntimeError(done.output[-1000:])
    found = dict.fromkeys(tuple(line.rsplit(" ", 1)) for line in listed.read_text(encoding="utf-8").splitlines())
    return [(site, name) for site, name in found], done.seconds


def trials(fixture: Fixture, folder: Path, seed: int) -> list[Trial]:
    """Return everything that is tried."""
    steps, seconds = measured(fixture, folder)
    return [
        *_deliveries(fixture),
        Trial("several at once", "reads", partial(concurrency.readers, fixture, reads=READS)),
        Trial("several at once", "two more runs during a run", partial(concurrency.two_runs, fixture)),
        Trial("network", "none", partial(concurrency.no_network, fixture)),
        *(_trial(fixture, case, seconds)
          for case in campaign(steps=steps, seconds=seconds, random_kills=RANDOM_KILLS, seed=seed)),
    ]  # fmt: skip


def _deliveries(fixture: Fixture) -> list[Trial]:
    return [
        Trial("unreadable file", "all in one night", partial(odd_deliveries.unreadable_files, fixture)),
        *([Trial("hostile file", "all in one night", partial(odd_deliveries.hostile_files, fixture))]
          if odd_deliveries.HOSTILE.is_dir() else []),
        Trial("odd name or thing in landing", "all in one night", partial(odd_deliveries.odd_names, fixture)),
        Trial("wrong row", "all in one night", partial(odd_deliveries.wrong_rows, fixture)),
        *(Trial("held delivery", name, partial(odd_deliveries.held(name, deliver), fixture))
          for name, deliver in odd_deliveries.HELD.items()),
    ]  # fmt: skip


def _few_trials(fixture: Fixture, seed: int, *, in_suite: bool) -> list[Trial]:
    """Return a part that takes minutes: what nothing else in the suite looks at; of that, less in the suite itself."""
    reads = Trial("several at once", "reads", partial(concurrency.readers, fixture, reads=400))
    cases = (_trial(fixture, case, fixture.seconds) for case in few(seed, only_before_switch=in_suite))
    return [*cases] if in_suite else [reads, *cases]


def _trial(fixture: Fixture, case: Case, seconds: float) -> Trial:
    return Trial(case.family, case.name, partial(tried, fixture, case, seconds))


def arguments() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("families", nargs="*", help="only families whose name holds one of these words")
    parser.add_argument("--few", action="store_true", help="a part that takes minutes")
    parser.add_argument(
        "--on", nargs=2, type=Path, metavar=("RAW", "WAREHOUSE"),
        help="with --few, for the test suite: a landing folder and what a first night made of it, not a province of its"
        " own; and fewer trials",
    )  # fmt: skip
    parser.add_argument("--streams", type=int, default=2, help="nights side by side")
    parser.add_argument("--json", action="store_true", help="the families as one line of JSON at the end")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="for random moments and damage")
    parser.add_argument(
        "--folder", type=Path, help="where to work; a fast disk with some GB (default: a temporary folder)"
    )
    parser.add_argument(
        "--notes", type=Path, help="a file to note verdicts in; what it holds from an earlier try is not tried again"
    )
    chosen = parser.parse_args()
    if chosen.on and not chosen.few:
        parser.error("--on goes with --few: the other trials need deliveries of their own")
    return chosen


def main() -> int:
    """Return 0 where nothing was silently wrong, lost or violated."""
    chosen = arguments()
    import_everything()
    console = Console()
    with tempfile.TemporaryDirectory(dir=chosen.folder, prefix="faults-") as name:
        folder = Path(name)
        console.print(f"seed {chosen.seed}; making the fixture …")
        fixture = on_night(folder, *chosen.on) if chosen.on else prepare(folder)
        listed = (
            _few_trials(fixture, chosen.seed, in_suite=chosen.on is not None)
            if chosen.few
            else trials(fixture, folder / "measured", chosen.seed)
        )
        listed = [t for t in listed if not chosen.families or any(word in t.family for word in chosen.families)]
        noted = Notes(chosen.notes)
        work = [trial for trial in listed if (trial.family, trial.name) not in noted]
        columns = TextColumn("{task.description}"), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn()
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("faults", total=len(work))

            def tell(verdict: Verdict) -> None:
                progress.advance(task)
                noted.add(verdict)
                for trouble in verdict.troubles:
                    console.print(f"✗ {verdict.family}, {verdict.name}: {trouble}", markup=False, highlight=False)
                if not console.is_terminal:
                    print(f"{verdict.seconds:6.0f} s  {verdict.family}: {verdict.name}", flush=True)

            in_streams(work, folder, tell, chosen.streams)
    return _reported(chosen, console, noted.verdicts, sum((trial.family, trial.name) not in noted for trial in listed))


def _reported(chosen: argparse.Namespace, console: Console, verdicts: list[Verdict], missing: int) -> int:
    console.print(report.table(verdicts))
    if missing:
        console.print(f"{missing} trials gave no verdict")
    if not (chosen.few or chosen.families or missing):
        report.write(verdicts, PROJECT_DIR / "docs" / "reliability.md", seed=chosen.seed)
    if chosen.json:
        print(report.as_json(verdicts))
    return int(bool(missing) or any(verdict.troubles for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
