"""The answers that the cookbook shows: those of two named synthetic provinces (`make readme` runs them anew).

Belongs here: the samples and their nights, and what of an answer is kept (`docs/cookbook/answers.json`). Does not
belong here: the questions (`cookbook`), and how an answer is shown (`docs_cookbook`).
"""

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.settings import DATABASE_FILE, PROJECT_DIR
from scripts.cookbook import FOLDER, Question, load_cookbook

ANSWERS_FILE = FOLDER / "answers.json"
ROWS_SHOWN = 8


@dataclass(frozen=True)
class Sample:
    """A synthetic province, as commands say it."""

    province: str
    options: tuple[str, ...]

    def commands(self, folder: str) -> tuple[str, ...]:
        """Return what makes it in a folder and answers: the sample and a night."""
        before = f"TTHC_PROVINCE={self.province} tthc"
        return (f"{before} sample --out {folder}/raw {' '.join(self.options)}",
                f"{before} run --raw {folder}/raw --warehouse {folder}/kho")  # fmt: skip


# The first ends within a quarter, with planted faults and units that have just ended; the second has two years.
SAMPLES = {
    "one_year": Sample("dong-nai", ("--dossiers", "20000", "--to", "2024-11-20", "--faults")),
    "two_years": Sample("dong-nai-2026", ("--dossiers", "20000")),
}
# Columns that say which code answered: they differ from commit to commit.
OF_THE_CODE = {"version", "code_version"}

Answer = dict[str, Any]


def make_sample(sample: Sample, folder: Path) -> Path:
    """Write a sample into a folder, run a night on it, and return the published database."""
    environment = {**os.environ, "TTHC_PROVINCE": sample.province}
    for arguments in (("sample", "--out", f"{folder}/raw", *sample.options),
                      ("run", "--raw", f"{folder}/raw", "--warehouse", f"{folder}/kho")):  # fmt: skip
        command = [sys.executable, "-m", "pipelines", *arguments]
        subprocess.run(command, env=environment, cwd=PROJECT_DIR, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    return folder / "kho" / "current" / DATABASE_FILE


def ask(database: Path, questions: Sequence[Question]) -> dict[str, Answer]:
    """Return the answers of a version: columns, how many rows, the first of them, and a hash of the query.

    Raises:
        duckdb.Error: If a query fails.
    """
    # One thread: where several values are equally frequent, the answer is the same one each time.
    with duckdb.connect(str(database), read_only=True, config={"threads": 1}) as connection:
        connection.execute("set schema = 'marts'")
        return {question.id: _answer(connection, question) for question in questions}


def _answer(connection: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    result = connection.execute(question.sql)
    columns = [column[0] for column in result.description or []]
    rows = result.fetchall()
    shown = [[_shown(name, cell) for name, cell in zip(columns, row, strict=True)] for row in rows[:ROWS_SHOWN]]
    return {"query": query_hash(question), "columns": columns, "row_count": len(rows), "rows": shown}


def _shown(column: str, cell: Any) -> Any:
    """Return a cell as JSON can keep it, without what the next commit would change."""
    if column in OF_THE_CODE:
        return "…"
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def query_hash(question: Question) -> str:
    """Return what tells whether an answer is that of the query as it is now."""
    return hashlib.sha256(question.sql.strip().encode()).hexdigest()[:12]


def read_answers() -> dict[str, Answer]:
    """Return the answers that are kept, by question."""
    kept: dict[str, Answer] = json.loads(ANSWERS_FILE.read_text(encoding="utf-8"))
    return kept


def as_text(answers: dict[str, Answer]) -> str:
    """Return answers as the kept file has them: a line per row, so that a change shows where it is."""
    blocks = []
    for name, answer in answers.items():
        head = {key: answer[key] for key in ("query", "columns", "row_count")}
        rows = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in answer["rows"])
        text = json.dumps(head, ensure_ascii=False)[:-1]
        blocks.append(f'"{name}": {text}, "rows": [\n{rows}\n]}}')
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def answers_of_samples(folder: Path) -> dict[str, Answer]:
    """Make the samples in a folder, and return what each answers to the questions that are its own."""
    asked = load_cookbook().questions
    answers: dict[str, Answer] = {}
    for name, sample in SAMPLES.items():
        database = make_sample(sample, folder / name)
        answers |= ask(database, [question for question in asked if question.sample == name])
    return {question.id: answers[question.id] for question in asked}


def write_answers(folder: Path) -> None:
    """Make the samples in a folder and keep what they answer."""
    ANSWERS_FILE.write_text(as_text(answers_of_samples(folder)), encoding="utf-8")
