"""What was measured, as a page: docs/performance.json keeps the numbers, docs/performance.md shows them.

Belongs here: the record of a run with machine and commit, and the tables made of it. Does not belong here: measuring.
"""

import datetime as dt
import json
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measure import GIB, MIB, ratio
from benchmarks.nights import DAY, FIRST, NOTHING, OURS, PEERS, Results
from benchmarks.questions import LIMIT_SECONDS, MEMORY, THREADS, Asked
from benchmarks.steps import Step
from pipelines.common.i18n import say, speaking
from pipelines.nightly.stages import SHOWN
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.runs import STAGES
from pipelines.transform.specify_run import code_version

NUMBERS, PAGE = PROJECT_DIR / "docs" / "performance.json", PROJECT_DIR / "docs" / "performance.md"
MARK = "<!-- measured: made by `make bench` -->"
STANDARD_SIZES = (100_000, 1_000_000, 10_000_000)
NAMES = {"duckdb": "DuckDB", "polars": "Polars", "pandas": "pandas", "postgres": "PostgreSQL"}
# The night on whose files a script ran that a night of ours stands against.
AGAINST = {FIRST: FIRST, DAY: DAY, NOTHING: DAY}
TITLES = {FIRST: "our first load", DAY: "our night with one new day", NOTHING: "our night with nothing new"}

Record = dict[str, Any]


def circumstances(note: str = "") -> Record:
    """Return where and when something is measured: machine, commit, day, and what else the machine does.

    `code` is the hash that manifests have (`code_version`): it stays the same where only history is rewritten.

    Args:
        note: A sentence of whoever measures.
    """
    return {
        "day": dt.date.today().isoformat(),
        "commit": _commit(),
        "code": code_version(Settings())[:12],
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(psutil.virtual_memory().total / GIB),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 1),
        "note": note,
    }


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=True).stdout.strip()


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def nights_record(
    results: Results, rows: int, skipped: Mapping[str, str], where: Record
) -> Record:  # fmt: skip
    """Return the record of one size: each run's seconds, CPU seconds and memory, in the order of the rounds."""
    runs = {
        night: {
            who: [
                {"seconds": round(run.seconds, 2), "cpu": round(run.cpu, 2), "memory": run.memory}
                | ({"stages": run.stages} if run.stages else {})
                for run in measured
            ]
            for who, measured in by_who.items()
        }
        for night, by_who in results.items()
    }
    return {**where, "rows": rows, "skipped": dict(skipped), "runs": runs}


def steps_record(steps: Sequence[Step], where: Record) -> Record:
    """Return the record of the single steps."""
    return {**where, "steps": [asdict(step) for step in steps]}


def questions_record(asked: Sequence[Asked], dossiers: int, where: Record) -> Record:
    """Return the record of the cookbook's questions on a version with so many dossiers."""
    rounded = [{**asdict(one), "first": round(one.first, 3), "warm": round(one.warm, 3)} for one in asked]
    return {**where, "dossiers": dossiers, "questions": rounded}


def over_limit(record: Record | None) -> bool:
    """Whether a question takes longer than the limit, or none was asked."""
    return record is None or any(Asked(**one).is_slow for one in record["questions"])


def keep(
    numbers: Path, *, size: int | None = None, nights: Record | None = None, steps: Record | None = None,
    questions: Record | None = None,
) -> Record:  # fmt: skip
    """Put records into the file of numbers, each in place of the earlier one of its kind, and return all."""
    kept: Record = (
        json.loads(numbers.read_text(encoding="utf-8")) if numbers.exists() else {"nights": {}, "steps": None}
    )
    if nights is not None:
        kept["nights"][str(size)] = nights
    if steps is not None:
        kept["steps"] = steps
    if questions is not None:
        kept.setdefault("questions", {})[_rounded_size(questions["dossiers"])] = questions
    for kind in {"nights", "questions"} & set(kept):
        kept[kind] = {name: kept[kind][name] for name in sorted(kept[kind], key=int)}
    numbers.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return kept


def _rounded_size(dossiers: int) -> str:
    """Return a number of dossiers with one digit: two versions of about one size are the same line of the page."""
    return f"{round(dossiers, 1 - len(str(dossiers)))}"


def write_page(kept: Record, page: Path = PAGE) -> None:
    """Replace what stands between the marks of the page."""
    before, _, after = page.read_text(encoding="utf-8").partition(MARK)
    _, _, rest = after.partition(MARK)
    page.write_text(f"{before}{MARK}\n\n{measured_part(kept)}\n\n{MARK}{rest}", encoding="utf-8")


def measured_part(kept: Record) -> str:
    """Return what stands between the marks."""
    blocks = [_nights(int(size), record) for size, record in kept["nights"].items()]
    absent = [f"{size:,}" for size in STANDARD_SIZES if str(size) not in kept["nights"]]
    if absent:
        blocks.append(f"Not measured yet: {', '.join(absent)} dossiers.")
    if kept["steps"]:
        blocks.append(_steps(kept["steps"]))
    if kept.get("questions"):
        blocks.append(_questions(kept["questions"].values()))
    return "\n\n".join(blocks)


def _nights(size: int, record: Record) -> str:
    runs = record["runs"]
    peers = [peer for peer in PEERS if peer in runs[FIRST]]
    header = ["", "seconds", "CPU seconds", "memory, MiB", *(f"÷ {NAMES[peer]}" for peer in peers)]
    lines = [f"### {size:,} dossiers, {record['rows']:,} rows", "", _where(record, len(runs[FIRST][OURS])), ""]
    lines += [_line(header), _line(["---", *["--:"] * (len(header) - 1)])]
    for night, title in TITLES.items():
        against = [runs[AGAINST[night]][peer] for peer in peers]
        ratios = [f"{ratio(_all(runs[night][OURS], 'seconds'), _all(peer, 'seconds')):.2f}" for peer in against]
        lines.append(_line([f"**{title}**", *_medians(runs[night][OURS]), *ratios]))
    for peer in peers:
        for night, files in ((FIRST, "files of the first load"), (DAY, "with the new day")):
            lines.append(_line([f"{NAMES[peer]}, {files}", *_medians(runs[night][peer]), *[""] * len(peers)]))
    lines += _stages(runs)
    lines += [f"\n{NAMES[peer]} was left out: {why}." for peer, why in record["skipped"].items()]
    return "\n".join(lines)


def _stages(runs: Record) -> list[str]:
    """Return where the seconds of our nights went: stages by nights, medians over the rounds."""
    noted = {night: [run["stages"] for run in runs[night][OURS] if run.get("stages")] for night in TITLES}
    if not all(noted.values()):
        return []
    lines = [
        "",
        _line(["seconds by stage", *(TITLES[night] for night in noted)]),
        _line(["---", *["--:"] * len(noted)]),
    ]
    for stage in STAGES:
        cells = [[stages[stage] for stages in of_night if stage in stages] for of_night in noted.values()]
        if any(cells):
            lines.append(_line([_title(stage), *(f"{statistics.median(c):.1f}" if c else "" for c in cells)]))
    return lines


def _title(stage: str) -> str:
    with speaking("en"):
        return say(f"stage_{stage}").partition(" ")[2] if stage in SHOWN else say(f"stage_{stage}")


def _steps(record: Record) -> str:
    lines = ["### Single steps", "", _where(record, None), ""]
    lines += [_line(["step / its peer", "ours, s", "peer, s", "ratio"]), _line(["---", "--:", "--:", "--:"])]
    for step in record["steps"]:
        lines.append(_line([step["name"], *(f"{step[name]:.2f}" for name in ("ours", "peer", "ratio"))]))
    return "\n".join(lines)


def _questions(records: Iterable[Record]) -> str:
    """Return a row per size: how long the questions take, and which of them more than the limit."""
    lines = ["### The cookbook's questions", ""]
    header = [
        "dossiers",
        "questions",
        "median, s",
        "median, first time, s",
        "slowest, s",
        f"over {LIMIT_SECONDS:.0f} s",
    ]
    rows, told = [_line(header), _line(["--:"] * 5 + ["---"])], []
    for record in records:
        asked = [Asked(**one) for one in record["questions"]]
        slow = ", ".join(f"`{one.id}` ({max(one.first, one.warm):.2f})" for one in asked if one.is_slow)
        seconds = [statistics.median(one.warm for one in asked), statistics.median(one.first for one in asked),
                   max(max(one.first, one.warm) for one in asked)]  # fmt: skip
        rows.append(
            _line([f"{record['dossiers']:,}", str(len(asked)), *(f"{one:.3f}" for one in seconds), slow or "none"])
        )
        told.append(f"{record['dossiers']:,} dossiers: {_where(record, None)}")
    return "\n".join([*lines, f"{THREADS} threads and {MEMORY} for DuckDB.", "", *rows, "", "\n\n".join(told)])


def _where(record: Record, pairs: int | None) -> str:
    rounds = "" if pairs is None else f", {pairs} pair{'s' if pairs > 1 else ''}"
    code = f"{record['day']}, commit `{record['commit']}` (code `{record['code']}`){rounds}"
    machine = f"{record['cores']} cores ({record['processor']}), {record['memory_gib']} GiB"
    return (
        f"{code}; {machine}, {record['system']}, Python {record['python']}; load average before:"
        f" {record['load_before']}.{record['note'] and ' ' + record['note']}"
    )


def _all(runs: Sequence[Record], name: str) -> list[float]:
    return [run[name] for run in runs]


def _medians(runs: Sequence[Record]) -> Iterator[str]:
    yield f"{statistics.median(_all(runs, 'seconds')):.1f}"
    yield f"{statistics.median(_all(runs, 'cpu')):.1f}"
    yield f"{statistics.median(_all(runs, 'memory')) / MIB:,.0f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
