"""What pages name exists: paths, modules, tests, links, make targets, commands and settings."""

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from pipelines.cli import app
from pipelines.settings import PROJECT_DIR, Settings

TRACKED = subprocess.run(
    ["git", "ls-files", "-z"], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
).stdout.split("\0")[:-1]
FOLDERS = {"/".join(name.split("/")[:depth]) for name in TRACKED for depth in range(1, name.count("/") + 1)}
# The changelog tells of what was; its paths may be gone.
PAGES = sorted(name for name in TRACKED if name.endswith(".md") and name != "CHANGELOG.md")
# What lies below data/ is made by runs.
TOP = {name.split("/")[0] for name in TRACKED} - {"data"}
SOURCE = (".py", ".sql", ".j2", ".sh", ".yml", ".toml")
# What a worked example would add: "Example: `name`". Its files need not exist, their folders do.
EXAMPLE = re.compile(r"^(?:Example|Ví dụ): `([\w-]+)`", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#([^)\s]+))?\)")
VARIABLE = re.compile(r"\bTTHC_[A-Z_]*[A-Z]\b")


def text_of(page: str) -> str:
    return (PROJECT_DIR / page).read_text(encoding="utf-8")


def quoted(page: str) -> set[str]:
    """Return what stands between back-ticks in the prose of a page."""
    return set(re.findall(r"`([^`\n]+)`", FENCED.sub("", text_of(page))))


def exists(path: str, beside: str = "") -> bool:
    """Whether the repository has a file or folder of that name, or one that a pattern (`<…>`, `*`, `…`) stands for."""
    wanted = re.sub(r"<[^>]+>|…", "*", path).rstrip("/")
    places = [wanted, f"{Path(beside).parent.as_posix()}/{wanted}".removeprefix("./")]
    return any(fnmatch(name, place) for place in places for name in (*TRACKED, *FOLDERS))


def is_wrong(word: str, page: str) -> bool:
    """Whether a quoted word reads as a path, module or test of this repository and is none."""
    path, _, test = word.partition("::")
    if " " in word or "://" in word:
        return False
    if "/" in path and path.split("/")[0] in TOP:
        return not exists(path, page) or (bool(test) and f"def {test}(" not in text_of(path))
    if re.fullmatch(r"[\w-]+", Path(path).stem) and path.endswith(SOURCE) and "/" not in path:
        return not any(Path(name).name == path for name in TRACKED)
    if re.fullmatch(r"(pipelines|scripts|benchmarks|tests)(\.\w+)+", path):
        module = path.replace(".", "/")
        return not any(exists(place) for place in (f"{module}.py", module))
    return False


@pytest.mark.parametrize("page", PAGES)
def test_paths_that_a_page_names_exist(page: str) -> None:
    examples = EXAMPLE.findall(text_of(page))
    named = {str(Path(word).parent) if any(name in word for name in examples) else word for word in quoted(page)}
    assert sorted(word for word in named if is_wrong(word, page)) == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    broken = []
    for target, anchor in LINK.findall(FENCED.sub("", text_of(page))):
        file = (PROJECT_DIR / page).parent / target
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            broken.append(f"{target}#{anchor}")
    assert broken == []


def anchors(text: str) -> set[str]:
    """Return the anchors of a page: its headings as GitHub names them, and those set by hand."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)"', text))


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_and_commands_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    commands = set(getattr(get_command(app), "commands"))  # noqa: B009 - only a group has them
    words = quoted(page)
    made = {match[1] for word in words if (match := re.match(r"make ([a-z]+)", word))}
    called = {match[1] for word in words if (match := re.match(r"(?:\S*/)?tthc ([a-z][a-z-]*)", word))}
    assert (made - targets, called - commands) == (set(), set())


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    documented = set(re.findall(r"^\| `(TTHC_\w+)`", text_of("docs/settings.md"), re.MULTILINE))
    of_model = {f"TTHC_{name.upper()}" for name in Settings.model_fields}
    code = [name for name in TRACKED if name.endswith((".py", ".yml")) and name.startswith("pipelines/")]
    in_code = {name for path in code for name in VARIABLE.findall(text_of(path))}
    assert of_model <= documented
    assert documented - of_model <= in_code
    named = {name for page in PAGES for name in VARIABLE.findall(text_of(page))}
    assert (in_code | named) - documented == set()


def test_every_decision_is_complete_and_listed() -> None:
    parts = ["Context", "Chosen", "Against", "What it costs", "Shown by", "Would change it"]
    decisions = [page for page in PAGES if re.match(r"docs/decisions/\d", page)]
    for page in decisions:
        assert re.findall(r"^\*\*([^.*]+)\.\*\*", text_of(page), re.MULTILINE) == parts, page
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", text_of("docs/decisions/README.md"))
    assert listed == [Path(page).name for page in decisions]


def test_hooks_and_workflow_call_what_exists_and_fetch_no_code_of_others() -> None:
    hooks = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"]
    assert {one["repo"] for one in hooks} == {"local"}
    entries = [hook["entry"].split()[0] for one in hooks for hook in one["hooks"]]
    assert [entry for entry in entries if not (PROJECT_DIR / entry).is_file()] == []
    workflow = text_of(".github/workflows/check.yml")
    steps = [step for job in yaml.safe_load(workflow)["jobs"].values() for step in job["steps"]]
    assert [step["run"] for step in steps if "run" in step] == ["make check", "make test"]
    assert all(step["uses"].startswith("actions/") for step in steps if "uses" in step)
    assert "secrets" not in workflow


def test_issue_forms_have_what_the_host_asks_of_them() -> None:
    forms = [name for name in TRACKED if name.startswith(".github/ISSUE_TEMPLATE/") and not name.endswith("config.yml")]
    assert len(forms) >= 3
    for form in map(yaml.safe_load, map(text_of, forms)):
        assert {"name", "description", "body"} <= set(form)
        fields = [part for part in form["body"] if part["type"] != "markdown"]
        ids = [part["id"] for part in fields]
        assert len(ids) == len(set(ids))
        assert {part["type"] for part in fields} <= {"input", "textarea", "dropdown", "checkboxes"}
        assert all(part["attributes"]["label"] for part in fields)


@pytest.mark.parametrize(
    ("word", "wrong"),
    [
        ("pipelines/settings.py", False), ("pipelines/no_such.py", True), ("registers/<province>/goals.csv", False),
        ("registers/<province>/no_such.csv", True), ("contracts/*.yml", False), ("docs/", False),
        ("tests/unit/test_docs_paths.py::test_links_lead_somewhere", False),
        ("tests/unit/test_docs_paths.py::test_no_such", True), ("settings.py", False), ("no_such.py", True),
        ("pipelines.gate.run", False), ("pipelines.gate.no_such", True), ("data/raw/truth.json", False),
        ("restricted/archive/", False), ("31/12/9999", False), ("make docs", False), ("chi-tieu.csv", False),
    ],
)  # fmt: skip
def test_what_reads_as_a_path(word: str, wrong: bool) -> None:
    assert is_wrong(word, "README.md") is wrong
