"""Many readers of one version while `current` is switched to another and back: errors, wrong answers, times, memory.

    python -m benchmarks.readers --warehouse DIR [--readers 50] [--seconds 30]

Each answer has to be exactly that of one of the two versions, all answers of one open connection those of the same, and
what is opened after a switch the new one. Belongs here: the second version, the switches, judging and the record
(`docs/scale-readers.json`). Does not belong here: what a reader does (`reading`).
"""

import argparse
import json
import pickle
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import duckdb
import psutil

from benchmarks.measure import MIB
from benchmarks.questions import dossiers_of
from benchmarks.reading import READY, Config, Kind, Plan, Session, digest
from benchmarks.report import circumstances
from pipelines.common.checksums import with_checksum
from pipelines.publish.editions import roll_back
from pipelines.publish.versions import current_version, switch_current
from pipelines.settings import DATABASE_FILE, PROJECT_DIR, Settings
from pipelines.storage.manifest import MANIFEST_FILE, file_hashes, read_manifest
from scripts.cookbook import Question, load_cookbook

RECORD = PROJECT_DIR / "docs" / "scale-readers.json"
# Of the cookbook (docs/cookbook/questions.yml): about figures, and about single dossiers.
QUESTIONS = ("which-version-is-this", "dossiers-short-of-target", "units-ranked", "on-time-by-month",
             "backlog-by-month", "how-long-will-i-wait", "lateness-by-department", "channels-by-month", "form-by-field",
             "worklist-by-category", "age-of-open-dossiers", "goals-and-gaps")  # fmt: skip
FILE_KINDS: tuple[Kind, ...] = ("keeps", "reopens", "guarded")
# The second version lacks one row in so many of every table that is asked, so its answers are others.
ONE_IN = 7
BESIDE_DATA = ("site", "reports", "dictionary")  # of a version
NOT_COPIED = ("lake", "restricted", "work", "dbt", "dagster", "quality", "reports")
READER: Config = {"threads": "1", "memory_limit": "512MiB"}
SERVER: Config = {"threads": "2", "memory_limit": "2GiB"}
SAMPLED_EVERY = 1.0  # seconds
AFTERMATH = 1.0  # seconds after a switch that still count as during it
Answers = dict[str, list[str]]  # by version, the digest of each question's answer


@dataclass
class Switch:
    """A switch of `current`: by what, to which version, and from when to when (`time.monotonic`)."""

    how: str
    to: str
    began: float
    ended: float


@dataclass
class Findings:
    """What the readers of one run met.

    Attributes:
        errors: Errors by text.
        wrong: Answers that neither version gives.
        mixed: Connections whose answers are not all those of one version.
        stale: Connections opened after a switch that answered as before it.
        answers: How many answers there were.
        sessions: How many connections were opened, by kind of reader.
    """

    errors: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    mixed: int = 0
    stale: int = 0
    answers: int = 0
    sessions: Counter[str] = field(default_factory=Counter)

    @property
    def is_right(self) -> bool:
        """True if nobody met an error or a wrong answer."""
        return not (self.errors or self.wrong or self.mixed or self.stale)


def two_versions(warehouse: Path, folder: Path, *, light: bool = False) -> tuple[Settings, str, str]:
    """Copy a warehouse without what no reader needs, and add a version with other figures.

    Args:
        warehouse: A warehouse with a published version; it is not changed.
        folder: Where the copy goes; must not exist.
        light: True leaves out what a version holds beside database and open data, so that a switch has less to verify.

    Returns:
        Settings of the copy, the version that is current, and the other one.
    """
    left_out = {warehouse: NOT_COPIED, (warehouse / "current").resolve(): BESIDE_DATA if light else ()}
    shutil.copytree(warehouse, folder, symlinks=True, ignore=lambda place, _: left_out.get(Path(place), ()))
    settings = Settings(warehouse_dir=folder)
    first = current_version(settings)
    if first is None:
        raise SystemExit(f"{warehouse} has no published version")
    other = f"{first[:10]}-000000000000"
    target = settings.versions_dir / other
    shutil.copytree(settings.versions_dir / first, target)
    (target / DATABASE_FILE).chmod(0o600)
    with duckdb.connect(str(target / DATABASE_FILE)) as connection:
        connection.execute("update marts.dim_run set version = ?, as_of = as_of - 1", [other])
        connection.execute("set schema = 'marts'")
        _change_answers(connection)
        connection.execute("checkpoint")
    for name in (first, other):
        version = settings.versions_dir / name
        manifest = {**read_manifest(version), "version": name, "files": file_hashes(version)}
        (version / MANIFEST_FILE).chmod(0o600)
        (version / MANIFEST_FILE).write_text(json.dumps(with_checksum(manifest)), encoding="utf-8")
    return settings, first, other


def _change_answers(connection: duckdb.DuckDBPyConnection) -> None:
    """Delete rows of the tables that are asked, one in so many and as many more as it takes to change every answer."""
    asked = asked_questions()
    before = [digest(connection.execute(question.sql).fetchall()) for question in asked]
    for rest in range(ONE_IN):
        unchanged = [
            question
            for question, known in zip(asked, before, strict=True)
            if digest(connection.execute(question.sql).fetchall()) == known
        ]
        for table in sorted({name for question in unchanged for name in question.tables} - {"dim_run"}):
            connection.execute(f"delete from {table} where rowid % {ONE_IN} = {rest}")


def right_answers(settings: Settings, versions: Sequence[str], questions: Sequence[str]) -> Answers:
    """Return the digests of the answers of each version, one after the other and by nobody disturbed."""
    found: Answers = {}
    for version in versions:
        database = settings.versions_dir / version / DATABASE_FILE
        with duckdb.connect(str(database), read_only=True) as connection:
            connection.execute("set schema = 'marts'")
            found[version] = [digest(connection.execute(question).fetchall()) for question in questions]
    return found


def judge(sessions: Iterable[Session], right: Answers, switches: Sequence[Switch], first: str) -> Findings:
    """Return what the readers met, each answer held against those of both versions."""
    found = Findings()
    for session in sessions:
        found.sessions[session.kind] += 1
        possible = set(right)
        for answer in session.answers:
            found.answers += 1
            if answer.error is not None:
                found.errors[answer.error] += 1
                continue
            gives = {version for version, digests in right.items() if digests[answer.question] == answer.digest}
            found.wrong += not gives
            possible &= gives or set(right)
        found.mixed += not possible
        since = session.answers[0].began if session.kind == "server" and session.answers else session.opening
        settled = _current_at(since, session.answers[0].ended if session.kind == "server" and session.answers else
                              session.opened, switches, first)  # fmt: skip
        found.stale += bool(possible) and settled is not None and settled not in possible
    return found


def _current_at(began: float, ended: float, switches: Sequence[Switch], first: str) -> str | None:
    """Return the version that was current from one moment to another; None if a switch went on meanwhile."""
    version = first
    for switch in switches:
        if began < switch.ended and ended > switch.began:
            return None
        if switch.ended <= began:
            version = switch.to
    return version


def latencies(sessions: Iterable[Session], switches: Sequence[Switch]) -> dict[str, dict[str, float]]:
    """Return milliseconds of answers before, during and after the switches, and of opening by each kind of reader."""
    spans: dict[str, list[float]] = {"before": [], "during": [], "after": []}
    for session in sessions:
        spans.setdefault(f"opening_{session.kind}", []).append(session.opened - session.opening)
        for answer in session.answers:
            near = any(answer.began < one.ended + AFTERMATH and answer.ended > one.began for one in switches)
            phase = "during" if near else "before" if answer.ended <= switches[0].began else "after"
            spans[phase].append(answer.ended - answer.began)
    return {name: _spread(values) for name, values in spans.items() if values}


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    at = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    found = {name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for name, share in at.items()}
    return {"count": len(ordered), **{name: round(value * 1_000, 1) for name, value in found.items()}}


class Sampler(threading.Thread):
    """Watches processes: the memory that they hold in sum (pages that several share count once), and open files."""

    def __init__(self, pids: Sequence[int]) -> None:
        super().__init__(daemon=True)
        self.pids, self.ended = pids, threading.Event()
        self.memory = self.files = 0

    def run(self) -> None:
        while not self.ended.wait(SAMPLED_EVERY):
            held = [_held(pid) for pid in self.pids]
            self.memory = max(self.memory, sum(memory for memory, _ in held))
            self.files = max(self.files, sum(files for _, files in held))


def _held(pid: int) -> tuple[int, int]:
    """Return bytes (PSS) of a process and how many warehouse files it has open."""
    try:
        links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
        return psutil.Process(pid).memory_full_info().pss, sum(DATABASE_FILE in link for link in links)
    except (psutil.Error, OSError):  # it ended meanwhile
        return 0, 0


def run_readers(
    settings: Settings, kinds: Sequence[Kind], plan: Plan, versions: tuple[str, str], seconds: float
) -> dict[str, Any]:  # fmt: skip
    """Let readers read while `current` is switched to the other version and rolled back, and return the record.

    Args:
        settings: A warehouse with both versions, of which the first is current.
        kinds: How each reader reads.
        plan: What every reader does.
        versions: The current version and the other one.
        seconds: How long it takes beside the switches, which are after a third and two thirds.
    """
    first, other = versions
    right = right_answers(settings, versions, plan.questions)
    servers = _started([(None, "server", replace(plan, config=SERVER))] if "server" in kinds else [])
    readers = _started([(number, kind, plan) for number, kind in enumerate(kinds)])
    samplers = [Sampler([process.pid for process in started]) for started in (readers, servers) if started]
    for sampler in samplers:
        sampler.start()
    for reader in readers:
        _stream(reader.stdin).write(b"go\n")
        _stream(reader.stdin).flush()
    switches = []
    for how, version in (("switch", other), ("rollback", first)):
        time.sleep(seconds / 3)
        began = time.monotonic()
        switch_current(settings, version) if how == "switch" else roll_back(settings, version)
        switches.append(Switch(how, version, began, time.monotonic()))
    time.sleep(seconds / 3)
    for sampler in samplers:
        sampler.ended.set()
        sampler.join()
    for reader in readers:
        _stream(reader.stdin).close()
    sessions = [session for reader in readers for session in pickle.load(_stream(reader.stdout))]  # noqa: S301 - ours
    for process in (*readers, *servers):
        process.terminate()
        process.wait()
    found = judge(sessions, right, switches, first)
    elapsed = seconds + sum(one.ended - one.began for one in switches)
    differing = sum(right[first][at] != right[other][at] for at in range(len(plan.questions)))
    return {
        "readers": len(kinds), "seconds": seconds, "pause": plan.pause, "kinds": dict(Counter(kinds)),
        "questions": len(plan.questions), "questions_that_tell_versions_apart": differing,
        "answers": found.answers, "answers_per_second": round(found.answers / elapsed, 1),
        "sessions": dict(found.sessions), "errors": dict(found.errors), "wrong": found.wrong, "mixed": found.mixed,
        "stale": found.stale, "is_right": found.is_right, "milliseconds": latencies(sessions, switches),
        "switch_seconds": {one.how: round(one.ended - one.began, 2) for one in switches},
        "readers_mib": round(samplers[0].memory / MIB), "open_files": samplers[0].files,
        **({"server_mib": round(samplers[1].memory / MIB), "server_open_files": samplers[1].files}
           if len(samplers) > 1 else {}),
    }  # fmt: skip


def _started(asked: Sequence[tuple[int | None, Kind, Plan]]) -> list[subprocess.Popen[bytes]]:
    """Start readers, or the server where one has no number, and wait until all are ready."""
    command = [sys.executable, "-c", "from benchmarks.reading import main; main()"]
    started = []
    for message in asked:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT_DIR)
        pickle.dump(message, _stream(process.stdin))
        _stream(process.stdin).flush()
        started.append(process)
    for process in started:
        if _stream(process.stdout).readline() != READY:
            raise RuntimeError("a reader did not begin")
    return started


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def kinds_of(mode: str, readers: int) -> list[Kind]:
    """Return how each of so many readers reads: in turn one of the ways of files, or all by the server."""
    return ["server"] * readers if mode == "server" else [FILE_KINDS[at % len(FILE_KINDS)] for at in range(readers)]


def plan_of(settings: Settings, pause: float, ids: Sequence[str] = QUESTIONS) -> Plan:
    """Return what every reader does in a warehouse."""
    address = f"\0tthc-readers-{secrets.token_hex(8)}"  # a name without a file
    queries = [question.sql for question in asked_questions(ids)]
    return Plan(settings.current_link, DATABASE_FILE, queries, READER, pause, address)


def asked_questions(ids: Sequence[str] = QUESTIONS) -> list[Question]:
    """Return the questions of the cookbook that are asked."""
    known = {question.id: question for part in load_cookbook().parts for question in part.questions}
    return [known[name] for name in ids]


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readers", description=__doc__.split("\n\n")[0])
    parser.add_argument("--warehouse", type=Path, required=True, help="a warehouse with a published version; is copied")
    parser.add_argument("--readers", type=int, default=50, help="how many at a time (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=30, help="how long one run takes (default: %(default)s)")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two questions of one reader")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is run (default: %(default)s)")
    parser.add_argument("--ways", default="files,server", help="files, server, or both (default: %(default)s)")
    parser.add_argument("--record", type=Path, default=RECORD, help="where the numbers go (default: docs/)")
    parser.add_argument("--note", default="", help="what else ran on the machine")
    return parser.parse_args()


def main() -> None:
    """Run what was asked for, print and write it; exit with 1 if a reader met an error or a wrong answer."""
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="tthc-readers-") as scratch:
        settings, first, other = two_versions(asked.warehouse.resolve(), Path(scratch) / "kho")
        database = settings.versions_dir / first / DATABASE_FILE
        dossiers, where = dossiers_of(database), circumstances(asked.note)
        runs: dict[str, list[dict[str, Any]]] = {}
        for at in range(asked.rounds):
            for way in asked.ways.split(","):
                plan = plan_of(settings, asked.pause)
                done = run_readers(settings, kinds_of(way, asked.readers), plan, (first, other), asked.seconds)
                runs.setdefault(way, []).append(done)
                sys.stdout.write(f"{way} {at + 1}: {json.dumps(done)}\n")
        size = database.stat().st_size
    keep(asked.record, {
        "dossiers": dossiers, "file_mib": round(size / MIB, 1), "where": where,
        "command": f"python -m benchmarks.readers --warehouse DIR --readers {asked.readers} --seconds"
                   f" {asked.seconds:g} --pause {asked.pause:g} --rounds {asked.rounds}",
        "runs": runs, "summary": {way: summary(done) for way, done in runs.items()},
    })  # fmt: skip
    if not all(one["is_right"] for done in runs.values() for one in done):
        raise SystemExit(1)


def summary(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return median, least and greatest of the main numbers over the runs."""

    def spread(values: Iterable[float]) -> dict[str, float]:
        found = list(values)
        return {"median": round(statistics.median(found), 1), "least": min(found), "most": max(found)}

    phases = dict.fromkeys(phase for one in runs for phase in one["milliseconds"])
    shown = {
        f"{phase}_{at}_ms": spread(one["milliseconds"][phase][at] for one in runs)
        for phase in phases
        for at in ("p50", "p95", "max")
        if all(phase in one["milliseconds"] for one in runs)
    }
    for name in ("answers_per_second", "readers_mib", "server_mib", "open_files"):
        if all(name in one for one in runs):
            shown[name] = spread(one[name] for one in runs)
    faults = ("errors", "wrong", "mixed", "stale")
    return {**{name: sum(len(one[name]) if name == "errors" else one[name] for one in runs) for name in faults},
            "answers": sum(one["answers"] for one in runs), **shown}  # fmt: skip


def keep(record: Path, measured: Mapping[str, Any]) -> None:
    """Write a record into the file, in place of an earlier one of the same size and number of readers."""
    kept = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    readers = next(one["readers"] for done in measured["runs"].values() for one in done)
    kept[f"{measured['dossiers']} dossiers, {readers} readers"] = measured
    record.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
