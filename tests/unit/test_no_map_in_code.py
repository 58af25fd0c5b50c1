"""No code names a level of offices, a province or a year: they stand in registers, contracts and texts.

Looked at: Python, SQL, page templates and scripts of pipelines/ and dbt_project/. Not looked at: docstrings, comments
and the help of options, which give examples; contracts, expectations, registers and texts, which are data.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.registers.levels import load_levels
from pipelines.settings import PROJECT_DIR, Settings

LEVELS = load_levels(Settings().country_dir).codes
# A year of plans, not a code point, a limit or part of an address.
YEAR, PROVINCE = re.compile(r"(?<![\w{./\\])20[23]\d(?!\d|/)"), re.compile(r"\bH\d\d\b")
QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
COMMENTS = {".sql": r"--[^\n]*|\{#.*?#\}", ".j2": r"\{#.*?#\}", ".js": r"(?<!:)//[^\n]*", ".css": r"/\*.*?\*/"}
# What is no name of a level, province or year although it looks so, by file, and why.
ALLOWED = {
    "dbt_project/macros/levels.sql": {*LEVELS},  # made by `make docs` out of the register
    "pipelines/site/vintage_reader.py": {"tinh"},  # the published word for the scope of all offices (pham_vi)
    "pipelines/open_data/sql/scope_macros.sql": {"tinh"},  # the same
    "pipelines/reports/officers/worklist_letter.py": {"so"},  # a placeholder of the template: counts
    "pipelines/site/assets/explore-answer.js": {"tinh"},  # the published word for the scope of all offices (pham_vi)
    "pipelines/site/assets/search.js": {"huyen", "xa"},  # what people type, without diacritics
}


def code_files() -> list[Path]:
    kinds = (".py", *COMMENTS)
    found = [path for part in ("pipelines", "dbt_project") for path in (PROJECT_DIR / part).rglob("*")]
    return sorted(path for path in found if path.suffix in kinds and "target" not in path.parts)


def python_texts(source: str) -> Iterator[str]:
    """Yield the string and integer literals of Python code, without docstrings and help."""
    tree = ast.parse(source)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                first = node.body[0] if node.body else None
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    skipped.add(id(first.value))
            case ast.keyword(arg="help" | "epilog" | "description"):
                skipped |= {id(below) for below in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in skipped and isinstance(node.value, str | int):
            yield str(node.value)


def other_texts(source: str, kind: str) -> Iterator[str]:
    """Yield the quoted parts of a file that is no Python, and the file itself without comments."""
    bare = re.sub(COMMENTS[kind], "", source, flags=re.DOTALL)
    for single, double in QUOTED.findall(bare):
        yield single or double
    yield from re.findall(r"(?<![\w{./\\])20[23]\d\b(?!/)|\bH\d\d\b", bare)


def named(texts: Iterator[str]) -> set[str]:
    """Return what of these texts names a level, a province or a year."""
    found: set[str] = set()
    for text in texts:
        found |= {text} & {*LEVELS}
        found |= {*YEAR.findall(text), *PROVINCE.findall(text)}
    return found


def names_in(path: Path) -> set[str]:
    source = path.read_text(encoding="utf-8")
    texts = python_texts(source) if path.suffix == ".py" else other_texts(source, path.suffix)
    return named(texts)


def test_no_code_names_a_level_a_province_or_a_year() -> None:
    found = {path.relative_to(PROJECT_DIR).as_posix(): names_in(path) for path in code_files()}
    assert len(found) > 400
    wrong = {file: names - ALLOWED.get(file, set()) for file, names in found.items()}
    assert {file: names for file, names in wrong.items() if names} == {}
    # What is allowed is still there: a list of exceptions does not outlive them.
    assert {file for file, names in ALLOWED.items() if not names <= found[file]} == set()


@pytest.mark.parametrize(
    ("kind", "source", "names"),
    [
        (".py", "LEVELS = ('so', 'xa')", {"so", "xa"}),
        (".py", "def f(level='huyen'):\n    'Levels such as \"xa\", since 2024.'\n    return level", {"huyen"}),
        (".py", "x = dict(help='xa, 2024-01-01 of H19')", set()),
        (".py", "day = f'{year}-2024-12-31'\nn = 2025", {"2024", "2025"}),
        (".py", "code = 'H19.99'", {"H19"}),
        (".py", "limit = 20480", set()),
        (".sql", "select 1 -- 'xa' of 2024\nwhere unit_level = 'xa' and day > date '2024-01-31'", {"xa", "2024"}),
        (".sql", "{# H19, 'so' #} select 'soon' as so, tinh", set()),
        (".j2", '{% if level == "huyen" %}{{ t("level_huyen") }}{% endif %}', {"huyen"}),
        (".js", 'const KINDS = ["so"]; // "xa"', {"so"}),
    ],
)
def test_what_names_one_is_found(kind: str, source: str, names: set[str]) -> None:
    texts = python_texts(source) if kind == ".py" else other_texts(source, kind)
    assert named(texts) == names
