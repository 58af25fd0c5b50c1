"""A small candidate with a verdict that passes it, for tests of what comes after the gate; nothing here is judged."""

import shutil
from pathlib import Path
from typing import Any

import duckdb

from pipelines.gate.results import CheckResult, GateResult, TableResult
from pipelines.gate.suites import COLUMNS_FILE, SHARED_FILES, suites_on_disk
from pipelines.open_data.vintage_store import Vintage, read_vintage
from pipelines.publish.versions import close_candidate
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.documents import Verdict
from pipelines.storage.run_spec import RunSpec, candidate_dir, candidate_file

SUITE = """\
table: t
description: {vi: "Bảng thử, một dòng cho mỗi số", en: "A table to try things on, one row per number"}
min_rows: 1
expectations:
  - id: a_filled
    vi: "Cột a không có ô trống; nếu sai: báo nhóm kỹ thuật."
    en: "Column a has no empty cell; if one is: tell the maintainers."
    type: expect_column_values_to_not_be_null
    kwargs: {column: a}
"""


def small_settings(folder: Path, **changes: Any) -> Settings:
    """Return settings of a warehouse below the folder that publishes one table, `t`."""
    suites = folder / "expectations"
    suites.mkdir(parents=True)
    for name in SHARED_FILES:
        shutil.copy(PROJECT_DIR / "expectations" / name, suites / name)
    (suites / "t.yml").write_text(SUITE, encoding="utf-8")
    (suites / COLUMNS_FILE).write_text('{"t": ["a"]}\n', encoding="utf-8")
    return Settings(raw_dir=folder / "raw", warehouse_dir=folder / "kho", expectations_dir=suites, **changes)


def vintage_in(folder: Path | None) -> Vintage:
    """Return what `vintage.json` in a folder says; it must be sound."""
    vintage = read_vintage(folder)
    assert vintage is not None
    return vintage


def small_candidate(settings: Settings, name: str, as_of: str = "2024-12-31") -> tuple[RunSpec, Verdict]:
    """Return a sealed candidate for the version `name`, and the verdict of a gate that passed it."""
    folder = candidate_dir(settings)
    (folder / "open-data").mkdir(parents=True)
    with duckdb.connect(str(candidate_file(settings))) as connection:
        connection.execute("create schema marts; create table marts.t as select 1 as a")
    (folder / "open-data" / "a.csv").write_text(f"a\n{name}\n")
    checks = tuple(CheckResult(check, "vi", "en", success=True) for check in ("min_rows", "a_filled"))
    _, suites_sha256 = suites_on_disk(settings.expectations_dir)
    verdict = GateResult((TableResult("t", len(checks), checks),), close_candidate(settings), suites_sha256)
    return RunSpec(as_of, name, "H19", True, []), verdict.to_dict()
