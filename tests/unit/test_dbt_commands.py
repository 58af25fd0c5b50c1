"""dbt's commands: what its manifest is read from, and how one that fails is reported. dbt itself is replaced here."""

import fcntl
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.common.errors import TthcError
from pipelines.settings import Settings
from pipelines.transform import dbt
from pipelines.transform.dbt import (
    MANIFEST,
    WAIT,
    load_manifest,
    prepare_build,
    run_dbt,
    start_build,
    start_parse,
    target_dir,
)

Program = Callable[[str], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(warehouse_dir=tmp_path / "kho")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Return a function that sets the shell commands which stand for dbt; `$target` is its target folder."""
    path = tmp_path / "tthc-dbt"
    monkeypatch.setattr(dbt, "dbt_executable", lambda: str(path))

    def write(commands: str) -> None:
        path.write_text(f'#!/bin/sh\ntarget="${{DBT_TARGET_PATH:-$4}}"\n{commands}\n', encoding="utf-8")
        path.chmod(0o700)

    return write


PARSE = f"""echo x >> "$target/times"; echo '{{"nodes": {{}}}}' > "$target/{MANIFEST}\""""


def test_models_are_parsed_once(settings: Settings, program: Program) -> None:
    program(PARSE)
    assert load_manifest(settings) == load_manifest(settings) == {"nodes": {}}
    assert start_parse(settings) is None
    assert (target_dir(settings) / "times").read_text().split() == ["x"]


def test_a_manifest_that_a_killed_dbt_cut_off_is_made_again(settings: Settings, program: Program) -> None:
    program(PARSE)
    load_manifest(settings)
    (target_dir(settings) / MANIFEST).write_text('{"nodes": {')
    assert load_manifest(settings) == {"nodes": {}}
    assert (target_dir(settings) / "times").read_text().split() == ["x", "x"]


def test_a_command_that_fails_says_the_last_lines_of_dbt(settings: Settings, program: Program) -> None:
    program("seq 1 40; echo broken >&2; exit 2")
    with pytest.raises(TthcError) as raised:
        run_dbt(settings, "compile")
    assert raised.value.code == "dbt_failed" and raised.value.params["command"] == "compile"
    assert str(raised.value.params["tail"]).split() == [*map(str, range(27, 41)), "broken"]


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="the size of a pipe is fixed here")
def test_a_build_says_its_events_before_anybody_listens(settings: Settings, program: Program) -> None:
    """A pipe holds 64 KB by default; a build must not wait for Dagster, which takes seconds to load."""
    program(
        'read line; echo "$line" > "$target/arguments"; env > "$target/env";'
        ' head -c 300000 /dev/zero; touch "$target/done"'
    )
    target_dir(settings).mkdir(parents=True)
    build = prepare_build(settings)
    start_build(settings, build)
    assert build.wait(timeout=60) == 0
    assert (target_dir(settings) / "done").exists()
    assert build.stdout is not None and len(build.stdout.read()) == 300_000
    build.stdout.close()
    environment = (target_dir(settings) / "env").read_text(encoding="utf-8")
    assert "DBT_LOG_FORMAT=json" in environment and f"DBT_TARGET_PATH={target_dir(settings)}" in environment
    arguments = json.loads((target_dir(settings) / "arguments").read_text(encoding="utf-8"))
    assert (arguments[0], arguments[-2:]) == ("build", ["--select", "fqn:*"])
    assert "DBT_LOG_FORMAT" not in os.environ


def test_the_profile_is_there_before_dbt_starts(settings: Settings, program: Program) -> None:
    program('cat "$6/profiles.yml" > "$target/profile"; exit 0')
    run_dbt(settings, "parse")
    assert "tthc:" in (target_dir(settings) / "profile").read_text(encoding="utf-8")


def test_a_build_that_died_before_its_start_is_known_by_its_exit_code(settings: Settings, program: Program) -> None:
    program("exit 5")
    target_dir(settings).mkdir(parents=True)
    build = prepare_build(settings)
    build.wait(timeout=60)
    start_build(settings, build)
    assert build.returncode == 5


def test_dbt_that_waits_ends_when_nobody_asks_it(settings: Settings) -> None:
    done = subprocess.run(
        [dbt.dbt_executable(), WAIT], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, b"")
