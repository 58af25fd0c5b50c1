"""A night keeps within one total of memory; running out is reported as such, and dbt goes on after it spilled."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from pipelines import settings as settings_module
from pipelines.cli.app import settings_with
from pipelines.common.errors import UsageFault
from pipelines.nightly.causes import cause_of
from pipelines.settings import Settings
from pipelines.storage.run_spec import candidate_file, workspace_file
from pipelines.transform.dbt import dbt_executable, dbt_options

GIB = 1 << 30
# Numbering these rows in another order takes more memory than the limit below leaves.
ROWS = 1_500_000
PROJECT = """
name: spill
version: "1.0.0"
profile: tthc
model-paths: [models]
flags: {send_anonymous_usage_stats: false}
"""
MODELS = {
    "first": f"select i, row_number() over (order by hash(i)) as n from range({ROWS}) as r(i)",
    "second": "select i, row_number() over (order by hash(n)) as n from {{ ref('first') }}",
    "third": "select count(*) as n from {{ ref('second') }}",
}


def machine_with(monkeypatch: pytest.MonkeyPatch, total: int) -> None:
    """Make what the container or machine allows."""
    monkeypatch.setattr(settings_module, "machine_memory", lambda: total)


def as_bytes(size: str) -> int:
    """Return a size as DuckDB is given it."""
    assert size.endswith("KiB")
    return int(size.removesuffix("KiB")) << 10


@pytest.mark.parametrize("allowed", [GIB // 4, GIB, 2 * GIB, 64 * GIB])
@pytest.mark.parametrize("asked", ["256MB", "1GiB", "4GiB", "32GB"])
def test_every_engine_keeps_within_the_total(monkeypatch: pytest.MonkeyPatch, asked: str, allowed: int) -> None:
    machine_with(monkeypatch, allowed)
    settings = Settings(memory_limit=asked)
    assert settings.memory_bytes == min(settings.memory_limit, allowed)
    assert 0 < as_bytes(settings.duckdb_memory) <= settings.memory_bytes
    if settings.memory_bytes >= GIB:
        assert as_bytes(settings.duckdb_memory) <= max(
            settings.memory_bytes - (3 * GIB // 2), settings.memory_bytes // 2
        )
    with duckdb.connect(config={"memory_limit": settings.duckdb_memory}) as connection:
        (limit,) = connection.execute("select current_setting('memory_limit')").fetchone() or ("",)
    assert limit.endswith("iB")


def test_the_default_is_four_gibibytes_and_what_is_beside_duckdb_is_kept_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TTHC_MEMORY_LIMIT", raising=False)
    machine_with(monkeypatch, 64 * GIB)
    settings = Settings()
    assert settings.memory_bytes == 4 * GIB and settings.memory_shown == "4.0GiB"
    assert as_bytes(settings.duckdb_memory) == 4 * GIB - settings_module.BESIDE_DUCKDB
    assert settings.read_limits.decoder_memory + settings_module.BESIDE_DECODER <= settings.memory_bytes


def test_what_the_machine_allows_is_a_plausible_number_of_bytes() -> None:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert GIB // 8 < settings_module.machine_memory() < physical * 1.1


@pytest.mark.parametrize("size", ["viel", "3 apples", "1KB", "-4GB"])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(ValidationError):
        Settings(memory_limit=size)


@pytest.mark.parametrize(("size", "code"), [("many", 2), ("1KB", 2), ("1GiB", 0)])
def test_a_command_names_the_setting_that_cannot_be_used(
    size: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTHC_MEMORY_LIMIT", size)
    monkeypatch.setenv("TTHC_WAREHOUSE_DIR", str(tmp_path))  # the command writes it: so that it goes back
    if code == 0:
        assert settings_with(warehouse_dir=tmp_path).memory_bytes <= GIB
        return
    with pytest.raises(UsageFault, match="TTHC_MEMORY_LIMIT") as refused:
        settings_with(warehouse_dir=tmp_path)
    assert refused.value.exit_code == code and size not in str(refused.value)


def failed(*errors: tuple[str, str]) -> list[Any]:
    """Return the events of a step that failed in Dagster with an error and its causes, as far as we look at them."""
    chain = None
    for cls_name, message in reversed(errors):
        chain = SimpleNamespace(cls_name=cls_name, message=message, cause=chain)
    event = SimpleNamespace(step_key="dbt_build", step_failure_data=SimpleNamespace(error=chain))
    return [event]


def real_message() -> tuple[str, str]:
    """Return what DuckDB itself says when it has no room."""
    with (
        duckdb.connect(config={"memory_limit": "20MB", "temp_directory": ""}) as connection,
        pytest.raises(duckdb.Error) as raised,
    ):
        connection.execute("create table t as select i, hash(i) h from range(10000000) r(i) order by h")
    return type(raised.value).__name__, str(raised.value)


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([("DagsterDbtCliRuntimeError", "x"), real_message()], "out_of_memory"),
        ([("StepError", "…"), ("MemoryError", "")], "out_of_memory"),
        ([("StepError", "…"), ("ArrowMemoryError", "malloc of size 64 failed")], "out_of_memory"),
        ([("DagsterDbtCliRuntimeError", "The dbt CLI process failed with exit code `-9`.")], "child_killed"),
        ([("DagsterDbtCliRuntimeError", "The dbt CLI process failed with exit code 1")], "step_failed"),
        ([("StepError", "…"), ("TthcError", "[archive_missing] …")], "step_failed"),
        ([("ValueError", "memory lane")], "step_failed"),
        ([], "step_failed"),
    ],
)
def test_running_out_of_memory_is_told_as_that(errors: list[tuple[str, str]], code: str) -> None:
    cause = cause_of(failed(*errors) if errors else [], Settings())
    assert cause.code == code
    if code == "out_of_memory":
        assert "TTHC_MEMORY_LIMIT" in str(cause) and "TTHC_TEMP_LIMIT" in str(cause)


def test_a_cause_of_ours_is_told_without_the_name_of_its_class() -> None:
    found = cause_of(
        failed(("StepError", "…"), ("TthcError", "pipelines.common.errors.TthcError: [archive_missing] x")), Settings()
    )
    assert found.params["why"] == "[archive_missing] x"


@pytest.mark.campaign
@pytest.mark.slow
def test_dbt_goes_on_after_it_has_spilled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(warehouse_dir=tmp_path / "warehouse", memory_limit=48 << 20)
    without = Settings(warehouse_dir=tmp_path / "warehouse", memory_limit=48 << 20, temp_limit=1 << 10)
    candidate_file(settings).parent.mkdir(parents=True)
    (tmp_path / "dbt_project.yml").write_text(PROJECT)
    (tmp_path / "models").mkdir()
    for name, sql in MODELS.items():
        (tmp_path / "models" / f"{name}.sql").write_text("{{ config(materialized='table') }} " + sql)

    def build(settings: Settings) -> subprocess.CompletedProcess[str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("TTHC_", "DBT_"))}
        return subprocess.run(
            [dbt_executable(), "run", *dbt_options(settings)], cwd=tmp_path, capture_output=True, text=True,
            check=False, env=own,
        )  # fmt: skip

    done = build(settings)
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(workspace_file(settings)), read_only=True) as connection:
        assert connection.execute("select n from main.third").fetchone() == (ROWS,)
    # The same without room to spill shows that it did, and is recognised as want of memory.
    without_room = build(without)
    assert without_room.returncode == 1
    reported = failed(("DagsterDbtCliRuntimeError", without_room.stdout))
    assert cause_of(reported, Settings()).code == "out_of_memory"
