"""The cookbook's questions (`docs/cookbook/questions.yml`) and the files by which `tthc sql -f` asks them.

Belongs here: what a question consists of, and its text as a file. Does not belong here: the pages (`docs_cookbook`)
and the answers that they show (`cookbook_answers`).
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Sentence, Strict
from pipelines.settings import PROJECT_DIR

FOLDER = PROJECT_DIR / "docs" / "cookbook"
QUESTIONS_FILE = FOLDER / "questions.yml"
MOST_LINES = 25
WIDTH = 120
NOTE = "-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand."


class Question(Strict):
    """A question, how its answer is to be read, the query that answers it, and the sample whose answer is shown."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    question: Sentence
    reading: Sentence
    sql: str = Field(min_length=1)
    sample: Literal["one_year", "two_years"] = "one_year"

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of schema `marts` that the query reads, in the order in which it names them."""
        code = re.sub(r"--.*", "", self.sql)
        named = re.findall(r"(?<!distinct )\b(?:from|join)\s+(\w+)", code)
        own = set(re.findall(r"(?:\bwith|,)\s+(\w+) as \(", code))
        return tuple(dict.fromkeys(name for name in named if name not in own))

    @property
    def as_file(self) -> str:
        """The query as a file, with question and reading above it as comments."""
        told = [self.question.vi, self.reading.vi, self.question.en, self.reading.en]
        lines = [line for text in told for line in textwrap.wrap(text, WIDTH - 3, break_on_hyphens=False)]
        return "\n".join([NOTE, *(f"-- {line}" for line in lines), self.sql.strip(), ""])

    @model_validator(mode="after")
    def _is_short_enough_to_be_read(self) -> "Question":
        lines = self.sql.strip().splitlines()
        if len(lines) > MOST_LINES or max(map(len, lines)) > WIDTH:
            raise ValueError(f"{self.id}: at most {MOST_LINES} lines of {WIDTH} characters")
        return self


class Part(Strict):
    """Questions about one matter."""

    title: Sentence
    questions: tuple[Question, ...] = Field(min_length=1)


class Cookbook(Strict):
    """All questions, in the order of the pages."""

    parts: tuple[Part, ...] = Field(min_length=1)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for part in self.parts for question in part.questions)

    @model_validator(mode="after")
    def _no_question_stands_twice(self) -> "Cookbook":
        if twice := [name for name, times in Counter(one.id for one in self.questions).items() if times > 1]:
            raise ValueError(f"questions stand twice: {', '.join(twice)}")
        return self


def load_cookbook(path: Path = QUESTIONS_FILE) -> Cookbook:
    """Return the cookbook.

    Raises:
        pydantic.ValidationError: If it is not well-formed.
        yaml.YAMLError: If it is no YAML.
    """
    return Cookbook.model_validate(read_yaml(path.read_text(encoding="utf-8")))


def question_files(cookbook: Cookbook, folder: Path = FOLDER) -> Iterator[tuple[Path, str]]:
    """Yield the file of each question, and what stands in it."""
    for question in cookbook.questions:
        yield folder / f"{question.id}.sql", question.as_file


def write_question_files(folder: Path = FOLDER) -> None:
    """Write the file of each question, and remove those of questions that are gone."""
    files = dict(question_files(load_cookbook(), folder))
    for left in set(folder.glob("*.sql")) - set(files):
        left.unlink()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
