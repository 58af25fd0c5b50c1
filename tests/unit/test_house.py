"""Rules of the house that no linter knows: sentences exist in both languages, nothing names a machine."""

import ast
import re
import string
import subprocess
from pathlib import Path

import pytest

from pipelines.common.i18n import catalogue
from pipelines.contracts.model import load_contracts
from pipelines.settings import PROJECT_DIR, Settings

MODULES = sorted((PROJECT_DIR / "pipelines").rglob("*.py"))
HEAVY = ("dagster", "dagster_dbt", "dbt", "great_expectations")
MAY_IMPORT_HEAVY = ("nightly/", "definitions.py", "gate/duckdb_source.py", "gate/evaluate.py")
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
    prefixes = ("stage_", "cause_", "level_", "mend_", "place_", "reason_", "rule_", "status_run_", "status_override_",
                "check_left_", "open_data_", "status_open_data_", "held_")  # fmt: skip
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


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PROJECT_DIR).as_posix())
def test_modules_and_public_functions_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert [name for name in silent if name not in ("options", "Strict")] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PROJECT_DIR).as_posix())
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    place = path.relative_to(PROJECT_DIR / "pipelines").as_posix()
    if place.startswith(MAY_IMPORT_HEAVY):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
    imported += [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert [name for name in imported if name.split(".")[0] in HEAVY] == []


def test_there_is_a_contract_for_every_source_and_every_rule_tells_how_to_mend() -> None:
    contracts = load_contracts(Settings().contracts_dir)
    assert set(contracts) == {path.stem for path in Settings().contracts_dir.glob("*.yml")}
    assert {name for name, contract in contracts.items() if contract.obligatory} == {"ho_so", "thu_tuc", "don_vi"}
    for contract in contracts.values():
        codes = [rule.code for rule in contract.rules]
        assert len(codes) == len(set(codes))
