"""Rules of the house that no linter knows: sentences exist in both languages, nothing names a machine."""

import ast
import re
import string
import subprocess
import sys
from pathlib import Path

from pipelines.common.i18n import catalogue
from pipelines.contracts.model import load_contracts
from pipelines.settings import PROJECT_DIR, Settings

MODULES = sorted((PROJECT_DIR / "pipelines").rglob("*.py"))
HEAVY = {"dagster", "dagster_dbt", "dbt", "great_expectations", "polars", "duckdb", "scipy"}
# Written in two parts each, so that this file does not hold what it forbids.
FORBIDDEN = ("/" + "work/", "/" + "root/", "pypi." + "org", "python" + "hosted", "registry." + "npmjs")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT_DIR, capture_output=True, text=True, check=True)
    return [PROJECT_DIR / name for name in listed.stdout.split("\0") if name]


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_sentence_stands_in_both_languages_with_the_same_blanks() -> None:
    for code, sentences in catalogue().items():
        assert set(sentences) == {"vi", "en"}, code
        assert placeholders(sentences["vi"]) == placeholders(sentences["en"]), code


def test_every_code_used_exists_and_every_code_is_used() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    used = set(re.findall(r'(?:say|TthcError|FileRefused|CandidateRefused|RunLocked|UsageFault)\(\s*"(\w+)"', source))
    quoted = set(re.findall(r"[\"'](\w+)[\"']", source))
    prefixes = ("stage_", "cause_", "level_", "fix_", "place_", "reason_", "rule_", "status_run_", "status_override_",
                "check_left_", "open_data_", "status_open_data_", "held_", "carrying_", "next_",
                "rollup_not_", "night_", "sql_meta_")  # fmt: skip
    built = {code for code in catalogue() if code.startswith(prefixes)}
    assert used <= set(catalogue())
    assert set(catalogue()) - quoted - built == set()


def test_no_file_names_a_machine_or_a_registry() -> None:
    named = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="ignore") if path.is_file() else ""
        named += [f"{path.name}: {word}" for word in FORBIDDEN if word in text]
    assert named == []


def test_the_lock_has_hashes_and_no_address() -> None:
    lock = (PROJECT_DIR / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^[a-z0-9_.\-]+==", lock, re.MULTILINE | re.IGNORECASE)
    assert len(pinned) > 100
    assert "://" not in lock
    assert lock.count("--hash=sha256:") >= len(pinned)


def test_modules_and_public_functions_say_what_they_are() -> None:
    silent = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        public = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        named = [("", tree), *((node.name, node) for node in public if not node.name.startswith("_"))]
        silent += [f"{path.name}: {name}" for name, node in named if not ast.get_docstring(node)]
    assert [one for one in silent if not one.endswith((": options", ": Strict"))] == []


def test_a_command_answers_before_heavy_libraries_are_loaded() -> None:
    script = f"import sys, pipelines.cli; print(sorted({HEAVY} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=PROJECT_DIR, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_there_is_a_contract_for_every_source_and_every_rule_tells_how_to_fix_it() -> None:
    contracts = load_contracts(Settings().contracts_dir)
    assert set(contracts) == {path.stem for path in Settings().contracts_dir.glob("*.yml")}
    assert {name for name, contract in contracts.items() if contract.obligatory} == {"ho_so", "thu_tuc", "don_vi"}
    for contract in contracts.values():
        codes = [rule.code for rule in contract.rules]
        assert len(codes) == len(set(codes))


WRITES = {"update", "setdefault", "pop", "clear", "popitem"}


def environment_writes(source: str) -> list[int]:
    """Lines that change the environment of this process."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                subscripts = [ast.unparse(t.value) for t in targets if isinstance(t, ast.Subscript)]
                found += [node.lineno for name in subscripts if name.endswith("environ")]
            case ast.Call(func=ast.Attribute(attr=name, value=owner)):
                if (name in WRITES and ast.unparse(owner).endswith("environ")) or name in ("putenv", "unsetenv"):
                    found.append(node.lineno)
    return found


def test_nothing_travels_through_the_environment() -> None:
    sample = "import os\nos.environ['A'] = '1'\ndel os.environ['A']\nos.environ.update(B='2')\nos.putenv('C', '3')\n"
    assert environment_writes(sample) == [2, 3, 4, 5]
    assert environment_writes("import os\nos.environ.get('A')\nenv = {**os.environ}\n") == []
    writes = {path.name: environment_writes(path.read_text(encoding="utf-8")) for path in MODULES}
    assert {name: lines for name, lines in writes.items() if lines} == {}


def test_settings_are_read_where_a_process_begins_and_passed_from_there() -> None:
    beginnings = {"cli/app.py", "definitions.py", "country/definitions.py"}
    reading = set()
    for path in MODULES:
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        if any(isinstance(call.func, ast.Name) and call.func.id == "Settings" for call in calls):
            reading.add(path.relative_to(PROJECT_DIR / "pipelines").as_posix())
    assert reading == beginnings
