"""Write the tables of docs/scale.md out of what benchmarks recorded; the text around them is written by hand.

Belongs here: turning figures into tables, between the marks that the page has. Does not belong here: measuring
(`benchmarks`).
"""

import json
import statistics
from typing import Any

from pipelines.settings import PROJECT_DIR, Settings

DOCS = PROJECT_DIR / "docs"
PAGE = DOCS / "scale.md"
MIB = 1 << 20
Recorded = dict[str, Any]


def scale_page(_: Settings) -> str:
    """Return the page with its tables anew."""
    text = PAGE.read_text(encoding="utf-8")
    for mark, table in (("one machine", _one_machine()), ("engines", _engines()), ("readers", _readers())):
        begin, end = f"<!-- {mark}: made by `make docs` -->\n", f"<!-- end of {mark} -->"
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{table}\n{end}{rest.split(end)[1]}"
    return text


def _read(name: str) -> Recorded:
    path = DOCS / name
    found: Recorded = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _spread(values: list[float], digits: int = 0) -> str:
    """Return the median, and the least and the most where there are several."""
    shown = f"{statistics.median(values):,.{digits}f}"
    return shown if len(values) == 1 else f"{shown} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _one_machine() -> str:
    """Return the nights of docs/performance.json by size; slopes are between sizes that the same code ran."""
    table = _row("dossiers", "night", "seconds", "per further million", "of them dbt", "memory, MiB")
    table += _row(*["--:", "---", "--:", "--:", "--:", "--:"])
    before: dict[str, tuple[int, float]] = {}
    where = []
    for size, found in _read("performance.json")["nights"].items():
        for name, ours in ((name, runs["tthc"]) for name, runs in found["runs"].items() if "tthc" in runs):
            seconds = [run["seconds"] for run in ours]
            slope = _slope(before, f"{name} {found['code']}", int(size), statistics.median(seconds))
            dbt = statistics.median(run["stages"].get("transform", 0) for run in ours)
            memory = statistics.median(run["memory"] for run in ours) / MIB
            table += _row(f"{int(size):,}", name, _spread(seconds, 1), slope, f"{dbt:,.1f}", f"{memory:,.0f}")
        where.append(f"{int(size):,} dossiers at commit `{found['commit']}` ({found['day']})")
    return f"{table}\nMeasured: {'; '.join(where)}.\n"


def _engines() -> str:
    """Return the nights of docs/scale-engines.json by size and engine, with seconds per million further dossiers."""
    table = _row(
        "dossiers", "engine", "night, seconds", "computing tables, seconds", "per further million", "÷ DuckDB",
        "memory, MiB",
    )  # fmt: skip
    table += _row(*["--:", "---", "--:", "--:", "--:", "--:", "--:"])
    where = []
    before: dict[str, tuple[int, float]] = {}
    for size, found in _read("scale-engines.json").items():
        of_duckdb = statistics.median(map(_computing, found["runs"]["duckdb"]))
        for name, runs in found["runs"].items():
            computing = list(map(_computing, runs))
            slope = _slope(before, name, int(size), statistics.median(computing))
            ratio = f"{statistics.median(computing) / of_duckdb:,.1f}"
            memory = f"{statistics.median(run['memory'] for run in runs) / MIB:,.0f}"
            seconds = [run["seconds"] for run in runs]
            table += _row(f"{int(size):,}", name, _spread(seconds), _spread(computing), slope, ratio, memory)
        where.append(
            f"{int(size):,} dossiers: {found['day']}, commit `{found['commit']}`, {found['cores']} cores"
            f" ({found['processor']}), {found['memory_gib']} GiB; load average before: {found['load_before']}."
            f"{found['note'] and ' ' + found['note']}"
        )
    return table + "\n" + "\n\n".join(where) + "\n"


def _slope(before: dict[str, tuple[int, float]], name: str, size: int, seconds: float) -> str:
    """Return the seconds per million dossiers more than the size before, empty for the first; and keep this size."""
    slope = ""
    if name in before:
        dossiers, took = before[name]
        slope = f"{round((seconds - took) / (size - dossiers) * 1e6, 1) + 0.0:,.1f}"  # -0.0 is 0.0
    before[name] = size, seconds
    return slope


def _computing(run: Recorded) -> float:
    """Return the seconds in which tables were computed, and taken where Spark computed them."""
    return float(run["stages"].get("spark", 0) + run["stages"]["transform"])


def _readers() -> str:
    """Return what readers of docs/scale-readers.json had, during the switch where nothing else is said."""
    table = _row("measured", "each with", "answers", "errors, wrong, mixed", "p50 ms", "p95 ms", "memory, MiB")
    table += _row(*["---", "---", "--:", "--:", "--:", "--:", "--:"])
    names = {"files": "a file of its own", "server": "one process for all"}
    for measured, found in _read("scale-readers.json").items():
        for way, runs in found["runs"].items():
            wrong = [len(run["errors"]) + run["wrong"] + run["mixed"] for run in runs]
            during = [run["milliseconds"]["during"] for run in runs]
            table += _row(
                measured, names.get(way, way), f"{sum(run['answers'] for run in runs):,}", f"{sum(wrong)}",
                _spread([one["p50"] for one in during]), _spread([one["p95"] for one in during]),
                _spread([run["readers_mib"] for run in runs]),
            )  # fmt: skip
    return table
