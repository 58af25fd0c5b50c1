"""Loads the expectation suites of `expectations/`, strictly, so that a typing error never weakens the gate.

Belongs here: from files to records. Does not belong here: running checks, and any check of one table (that is in the
YAML, which officials edit).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from pipelines.common.patterns import fill_patterns
from pipelines.common.yaml import read_yaml

SCHEMA_FILE = "schema.json"
MACROS_FILE = "macros.sql"
HOLDS_FILE = "holds.sql"
COLUMNS_FILE = "columns.json"
SHARED_FILES = (SCHEMA_FILE, MACROS_FILE, HOLDS_FILE, COLUMNS_FILE)
FLOOR_ID = "min_rows"
COLUMNS_ID = "columns"
UNEXPECTED_ROWS = "unexpected_rows_expectation"
_FLOOR_VI = (
    "Bảng có ít nhất {floor} dòng; nếu ít hơn: dữ liệu đầu vào bị thiếu hoặc bước biến đổi hỏng, "
    "xem danh sách tệp đã nhận trước khi chạy lại."
)
_FLOOR_EN = (
    "The table holds at least {floor} rows; if fewer: input is missing or a transformation broke, "
    "look at the list of delivered files before running again."
)
_COLUMNS_VI = (
    "Bảng có đúng các cột mà mô hình khai; nếu sai: cột lạ có thể chứa dữ liệu cá nhân, sửa mô hình, hoặc sau khi xem "
    "xét khai cột ấy trong tệp YAML của mô hình và chạy make docs."
)
_COLUMNS_EN = (
    "The table has exactly the columns that its model declares; if not: an unknown column may carry personal data, "
    "correct the model or, after review, declare the column in the model's YAML file and run make docs."
)


class SuiteError(ValueError):
    """A suite file is not valid; the message names the file and the place in it."""


@dataclass(frozen=True)
class Expectation:
    """One check: either `sql`, whose rows are the violations, or an expectation type of Great Expectations.

    Attributes:
        id: Name of the check, unique in its suite.
        vi: What it means and what to do if it fails, in Vietnamese.
        en: The same in English.
        type: Expectation type of Great Expectations.
        kwargs: Arguments of that type.
    """

    id: str
    vi: str
    en: str
    type: str = UNEXPECTED_ROWS
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    sql: str | None = None


@dataclass(frozen=True)
class Suite:
    """The checks of one published table.

    Attributes:
        min_rows: Least number of rows; 0 means that the table may be empty.
    """

    table: str
    min_rows: int
    expectations: tuple[Expectation, ...]
    columns: tuple[str, ...]

    @cached_property
    def checks(self) -> tuple[Expectation, ...]:
        """The expectations, led by the row floor (Great Expectations passes an empty table) and the columns."""
        declared = Expectation(
            id=COLUMNS_ID,
            vi=_COLUMNS_VI,
            en=_COLUMNS_EN,
            type="expect_table_columns_to_match_set",
            kwargs={"column_set": list(self.columns)},
        )
        if self.min_rows == 0:
            return (declared, *self.expectations)
        floor = Expectation(
            id=FLOOR_ID,
            vi=_FLOOR_VI.format(floor=self.min_rows),
            en=_FLOOR_EN.format(floor=self.min_rows),
            type="expect_table_row_count_to_be_between",
            kwargs={"min_value": self.min_rows},
        )
        return (floor, declared, *self.expectations)


@dataclass(frozen=True)
class Suites:
    """All suites of a folder, and the files that they share.

    Attributes:
        macros: SQL that creates the macros which checks may use.
        holds: SQL that creates the view `held`.
        sha256: Hash over all files that were read.
    """

    by_table: Mapping[str, Suite]
    macros: str
    holds: str
    sha256: str


def load_suites(folder: Path) -> Suites:
    """Return every `<table>.yml` of the folder, checked against its `schema.json`, with the columns of its table.

    Raises:
        SuiteError: If one is wrong, or its table is not in `columns.json`.
    """
    from jsonschema import Draft202012Validator

    files, others = _files(folder)
    shared = {name: _decode(name, content) for name, content in others.items()}
    validator, columns = Draft202012Validator(shared[SCHEMA_FILE]), shared[COLUMNS_FILE]
    suites = [_suite(name, content, validator, columns) for name, content in files.items()]
    macros, holds = fill_patterns(shared[MACROS_FILE]), shared[HOLDS_FILE]
    return Suites({suite.table: suite for suite in suites}, macros, holds, _digest({**files, **others}))


def read_macros(folder: Path) -> str:
    """Return the SQL that creates the macros which checks may use."""
    return fill_patterns((folder / MACROS_FILE).read_text(encoding="utf-8"))


def suites_on_disk(folder: Path) -> tuple[frozenset[str], str]:
    """Return the names of the tables that have a suite, and the hash of all files, as they are on disk now.

    Raises:
        SuiteError: If a file cannot be read.
    """
    files, others = _files(folder)
    return frozenset(name.removesuffix(".yml") for name in files), _digest({**files, **others})


def _files(folder: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the contents of the suites, and of the files that all of them use, by file name."""
    suites = {path.name: _read(path) for path in sorted(folder.glob("*.yml"))}
    return suites, {name: _read(folder / name) for name in SHARED_FILES}


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SuiteError(f"{path.name}: {type(error).__name__}") from error


def _decode(name: str, content: bytes) -> Any:
    """Return the content of a shared file: JSON parsed, SQL as text."""
    try:
        return json.loads(content) if name.endswith(".json") else content.decode()
    except ValueError as error:  # both kinds of error are ValueErrors
        raise SuiteError(f"{name}: {type(error).__name__}") from error


def _suite(name: str, content: bytes, validator: Any, columns: Mapping[str, list[str]]) -> Suite:
    from jsonschema.exceptions import best_match

    try:
        document = read_yaml(content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SuiteError(f"{name}: not valid YAML ({error})") from error
    if fault := best_match(validator.iter_errors(document)):
        raise SuiteError(f"{name}: {fault.json_path}: {fault.message}")
    if name != f"{document['table']}.yml":
        raise SuiteError(f"{name}: the file must be named after its table, {document['table']}.yml")
    expectations = tuple(Expectation(**entry) for entry in document["expectations"])
    ids = [expectation.id for expectation in expectations]
    if len({*ids, FLOOR_ID, COLUMNS_ID}) != len(ids) + 2:
        raise SuiteError(f"{name}: ids repeat, or one is {FLOOR_ID!r} or {COLUMNS_ID!r}, which every suite has")
    if document["table"] not in columns:
        raise SuiteError(f"{name}: {COLUMNS_FILE} does not list its columns; run `make docs`")
    return Suite(document["table"], document["min_rows"], expectations, tuple(columns[document["table"]]))
