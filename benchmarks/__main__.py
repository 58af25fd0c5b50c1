"""`make bench`: our nights beside scripts that check nothing, single steps with a plain peer, the cookbook's questions.

All must give the same form II.06a and the same seven indicators, and each of our nights must have run gate,
conservation and disclosure; else the comparison ends with an error, whatever the times are.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import questions, report, steps
from benchmarks.agreement import DisagreementError
from benchmarks.landing import write_year
from benchmarks.multiplied import multiply
from benchmarks.nights import PEERS, Comparison, missing
from benchmarks.peers.postgres_server import make_cluster
from pipelines.common.files import remove_tree
from pipelines.settings import DATABASE_FILE, Settings
from scripts.cookbook import load_cookbook

SLOWEST_SHOWN = 15
EXAMPLES = """
examples:
  make bench                                        100,000 dossiers, three rounds, then the single steps
  make bench BENCH="--pairs 1 --peers duckdb"       one round against one script: minutes
  make bench BENCH="--size 1000000 --only nights"   a real year: 14 million rows
  make bench BENCH="--size 10000000 --pairs 1 --peers duckdb,polars"
                                                    ten of them; pandas would hold all rows in memory
  make bench BENCH="--only steps --no-page"         parsing and charts only, docs/ left as it is
  make bench BENCH="--only questions --warehouse kho"
                                                    the cookbook on the version that is published in this folder
  make bench BENCH="--only questions --warehouse kho --times 10"
                                                    the same with ten times its dossiers

Files and warehouse lie below TMPDIR (or --keep); the files take some 1.6 GiB per million dossiers.

What it writes: docs/performance.json (every number) and the tables of docs/performance.md; sizes that were not run
keep theirs. Nothing else should run on the machine meanwhile; the load average before it began is written down.
"""


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--size", type=int, default=100_000, metavar="DOSSIERS",
                        help="how many dossiers; 100,000 have 1.4 million rows (default: %(default)s)")  # fmt: skip
    parser.add_argument("--pairs", type=int, default=3, metavar="N",
                        help="rounds; ratios are medians over them (default: %(default)s)")  # fmt: skip
    parser.add_argument("--peers", default=",".join(PEERS), metavar="NAMES",
                        help="which scripts, with commas (default: %(default)s)")  # fmt: skip
    parser.add_argument("--only", choices=("nights", "steps", "questions", "page"),
                        help="only our nights, only the single steps, only the cookbook's questions, or only the page"
                             " from kept numbers")  # fmt: skip
    parser.add_argument("--warehouse", type=Path, metavar="DIR",
                        help="the warehouse whose version is asked (default: TTHC_WAREHOUSE_DIR)")  # fmt: skip
    parser.add_argument("--times", type=int, default=1, metavar="N",
                        help="ask a copy of that version in which rows of dossiers stand so many times, below TMPDIR"
                             " (default: the version itself)")  # fmt: skip
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work in this empty folder and keep it")
    parser.add_argument("--note", default="", metavar="SENTENCE", help="what a reader of the numbers should know")
    parser.add_argument("--no-page", action="store_true", help="print only; docs/ stays as it is")
    asked = parser.parse_args()
    asked.peers = [name for name in asked.peers.split(",") if name]
    unknown = sorted({*asked.peers} - {*PEERS})
    if asked.keep and asked.keep.exists() and any(asked.keep.iterdir()):
        parser.error(f"--keep: {asked.keep} is not empty")
    if unknown or min(asked.size, asked.pairs, asked.times) < 1:
        parser.error(f"no such peer: {', '.join(unknown)}" if unknown else "--size, --pairs and --times are at least 1")
    return asked


def compare_nights(asked: argparse.Namespace, folder: Path, console: Console) -> report.Record:
    """Run the nights and the peers in a folder, and return the record of them."""
    settings, where = Settings(), report.circumstances(asked.note)
    skipped = {peer: why for peer in asked.peers if (why := missing(peer))}
    for peer, why in skipped.items():
        console.print(f"[yellow]{peer} is left out: {why}[/]")
    peers = [peer for peer in asked.peers if peer not in skipped]
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("a synthetic year", total=None)
        year = write_year(
            folder, asked.size, settings, lambda day, done, all_: progress.update(task, description=f"files of {day}")
        )
        work = folder / "work"
        work.mkdir()
        comparison = Comparison(
            year, peers, work, settings, make_cluster() if "postgres" in peers else None,
            lambda what: progress.update(task, description=what, advance=1),
        )  # fmt: skip
        progress.update(task, total=asked.pairs * comparison.runs_per_round(), completed=0)
        results = comparison.run(asked.pairs)
        progress.update(task, description="all figures agree")
    return report.nights_record(results, year.row_count, skipped, where)


def print_steps(found: list[steps.Step], console: Console) -> None:
    """Print the table of single steps."""
    table = Table(title=f"median of {steps.PAIRS} pairs")
    for name in ("step", "ours, s", "peer, s", "ratio"):
        table.add_column(name, justify="left" if name == "step" else "right")
    for step in found:
        table.add_row(step.name, f"{step.ours:.2f}", f"{step.peer:.2f}", f"{step.ratio:.2f}")
    console.print(table)


def ask_questions(asked: argparse.Namespace, console: Console) -> report.Record | None:
    """Ask the cookbook's questions, print the slowest, and return the record; None where nothing is published."""
    database = Settings(**({"warehouse_dir": asked.warehouse} if asked.warehouse else {})).current_link / DATABASE_FILE
    if not database.is_file():
        console.print(f"[yellow]the questions are left out: there is no {database}[/]")
        return None
    with tempfile.TemporaryDirectory(prefix="tthc-bench-") as folder, console.status("") as status:
        note = asked.note
        if asked.times > 1:
            published, database = database, Path(folder) / DATABASE_FILE
            multiply(published, database, asked.times, status.update)
            note = f"{note} Rows of dossiers of a version repeated {asked.times} times under other codes.".strip()
        where, dossiers = report.circumstances(note), questions.dossiers_of(database)
        found = questions.time_questions(database, load_cookbook().questions, status.update)
    limits = f"{questions.THREADS} threads, {questions.MEMORY}"
    table = Table(title=f"the slowest of {len(found)} questions: {dossiers:,} dossiers, {limits}")
    for name in ("question", "first, s", "warm, s"):
        table.add_column(name, justify="left" if name == "question" else "right")
    for one in found[:SLOWEST_SHOWN]:
        table.add_row(one.id, f"{one.first:.3f}", f"{one.warm:.3f}", style="red" if one.is_slow else None)
    console.print(table)
    return report.questions_record(found, dossiers, where)


def main() -> int:
    """Run what was asked for, print it, and write it to docs/."""
    asked, console = arguments(), Console()
    nights = single = answered = None
    if asked.only in (None, "nights"):
        folder = asked.keep or Path(tempfile.mkdtemp(prefix="tthc-bench-"))
        try:
            nights = compare_nights(asked, folder, console)
        except DisagreementError as error:
            console.print(str(error), style="red", markup=False)
            return 1
        finally:
            if asked.keep is None:
                remove_tree(folder)
    if asked.only in (None, "steps"):
        where, found = report.circumstances(asked.note), steps.measure_steps(Settings())
        print_steps(found, console)
        console.print(steps.whole_site(Settings()))
        single = report.steps_record(found, where)
    if asked.only in (None, "questions"):
        answered = ask_questions(asked, console)
    code = int(asked.only == "questions" and report.over_limit(answered))
    if asked.no_page:
        if nights is not None:
            console.print(report.measured_part({"nights": {str(asked.size): nights}, "steps": None}), markup=False)
        return code
    kept = report.keep(report.NUMBERS, size=asked.size, nights=nights, steps=single, questions=answered)
    report.write_page(kept)
    console.print(report.measured_part(kept), markup=False)
    return code


if __name__ == "__main__":
    sys.exit(main())
