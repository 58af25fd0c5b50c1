"""Runs dbt: its executable, profile, options and manifest.

dbt runs in a process of its own, since within ours it would keep the lock of the database (dbt-core#11980). Does not
belong here: what that process does (`dbt_child`).
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import yaml

from pipelines.common.errors import TthcError
from pipelines.common.files import atomic_write, fingerprint
from pipelines.settings import Settings
from pipelines.storage.run_spec import candidate_file, workspace_file

MANIFEST = "manifest.json"
# The only argument of a dbt process that is to load dbt and wait for its arguments, a line of JSON (`dbt_child`).
WAIT = "wait"
# Before the path of a session (`spark.session.SessionSpec`) and the arguments of a dbt command that runs in it.
ON_SPARK = "on-spark"
EVENTS_HELD = 1 << 20  # bytes; a whole build says about as much


def dbt_executable() -> str:
    """Return the path of our dbt (`dbt_child`), beside the running Python and independent of PATH."""
    return str(Path(sys.executable).parent / "tthc-dbt")


def target_dir(settings: Settings) -> Path:
    """Return the folder for dbt's own output; each content of the project has its own, and each way of computing it."""
    suffix = "" if settings.engine == "duckdb" else f"-of-{settings.engine}"
    return settings.dbt_dir / f"{fingerprint(settings.dbt_project_dir)[:12]}{suffix}"


def dbt_profile(settings: Settings) -> dict[str, Any]:
    """Return dbt's profile: the workspace, the candidate attached as `tthc`, and the resource limits of DuckDB.

    The target `taken` is the same, but takes its tables as Spark computed them, in the target `spark`, to the folder
    `spark/tables` beside the workspace (`macros/materialized.sql`).
    """
    # These are set when the database is opened, not as `settings`: dbt-duckdb repeats those on each cursor, and DuckDB
    # refuses to set temp_directory, even to the same value, once it has spilled data there.
    at_opening = {key: value for key, value in settings.duckdb_config().items() if key != "max_temp_directory_size"}
    duckdb = {
        "type": "duckdb",
        "path": str(workspace_file(settings)),
        "schema": "main",
        "threads": 1,
        "attach": [{"path": str(candidate_file(settings)), "alias": "tthc"}],
        # Two hundred tables are committed one by one; once they are closed is soon enough to checkpoint.
        "config_options": {**at_opening, "preserve_insertion_order": "false", "wal_autocheckpoint": "1GB"},
        # DuckDB (1.5) obeys this one only if it is set after opening; it may be repeated.
        "settings": {"max_temp_directory_size": settings.duckdb_temp_limit},
    }
    spark = {"type": "spark", "method": "session", "host": "none", "schema": "default", "threads": settings.threads}
    # An installation without Spark parses no profile of it.
    outputs = {"duckdb": duckdb} if settings.engine == "duckdb" else {"taken": duckdb, "spark": spark}
    return {"tthc": {"target": next(iter(outputs)), "outputs": outputs}}


def dbt_options(settings: Settings) -> list[str]:
    """Write the profile of this installation and return the options that every dbt command needs."""
    profiles = settings.work_dir / "dbt-profile"
    profiles.mkdir(parents=True, exist_ok=True)
    with atomic_write(profiles / "profiles.yml") as temporary:
        temporary.write_text(yaml.safe_dump(dbt_profile(settings), allow_unicode=True), encoding="utf-8")
    options = ["--profiles-dir", str(profiles), "--log-path", str(target_dir(settings) / "logs")]
    # The log file of all debug events has some 20 MB a night and is seldom read; DBT_LOG_LEVEL_FILE=debug enables it.
    return options if "DBT_LOG_LEVEL_FILE" in os.environ else [*options, "--log-level-file", "none"]


def start_parse(settings: Settings) -> subprocess.Popen[str] | None:
    """Start parsing the present models, which goes on beside other work; None if their manifest is there already."""
    return None if (target_dir(settings) / MANIFEST).exists() else _start(settings, "parse")


def ensure_manifest(settings: Settings) -> Path:
    """Return the path of the manifest of the present models; parse them if there is none yet."""
    if parse := start_parse(settings):
        finish(parse)
    return target_dir(settings) / MANIFEST


def load_manifest(settings: Settings) -> dict[str, Any]:
    """Return the manifest of the present models (`ensure_manifest`); one that a killed dbt cut off is made again."""
    try:
        return _read(ensure_manifest(settings))
    except ValueError:
        (target_dir(settings) / MANIFEST).unlink()
        return _read(ensure_manifest(settings))


def _read(manifest: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return content


def build_arguments(settings: Settings) -> list[str]:
    """Write the profile of this installation and return the arguments that build and test all models."""
    # Unit tests are for development: they see the run's variables and would build on nothing here.
    return ["build", "--exclude-resource-type", "unit_test", *dbt_options(settings)]


def prepare_build(settings: Settings) -> subprocess.Popen[bytes]:
    """Start the process of a build beside other work: it imports dbt, then waits for `start_build`.

    Its output are dbt's events, as dagster-dbt reads them. dbt rewrites its manifest later: whoever needs that reads it
    before `start_build`.
    """
    environment = {
        **os.environ, "DAGSTER_DBT_CLI": "true", "PYTHONUNBUFFERED": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_LOG_FORMAT": "json", "DBT_TARGET_PATH": str(target_dir(settings)),
        "DBT_LOG_PATH": str(target_dir(settings)), "DBT_PROJECT_DIR": str(settings.dbt_project_dir),
    }  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - our own executable, no shell, arguments of ours
        [dbt_executable(), WAIT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
        cwd=settings.dbt_project_dir,
    )  # fmt: skip
    if process.stdout is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        # Room for the events until somebody reads them; where the system allows less, dbt waits.
        with contextlib.suppress(OSError):
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, EVENTS_HELD)
    return process


def start_build(settings: Settings, prepared: subprocess.Popen[bytes]) -> None:
    """Let a prepared process (`prepare_build`) build all models."""
    arguments = [*build_arguments(settings), "--select", "fqn:*"]
    if prepared.stdin is not None:
        # If it died already, whoever waits for it learns that from its exit code.
        with contextlib.suppress(OSError), prepared.stdin as asking:
            asking.write(json.dumps(arguments).encode() + b"\n")


def run_dbt(settings: Settings, *arguments: str) -> None:
    """Run one dbt command; raise TthcError if it fails (`finish`)."""
    finish(_start(settings, *arguments))


def _start(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    target_dir(settings).mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(  # noqa: S603 - our own executable, no shell, arguments of ours
        [dbt_executable(), *arguments, "--quiet", "--target-path", str(target_dir(settings)), *dbt_options(settings)],
        cwd=settings.dbt_project_dir,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> None:
    """Wait for the end of a dbt command.

    Raises:
        TthcError: If it fails; the error has the last lines of dbt's output.
    """
    output, _ = process.communicate()
    if process.returncode:
        command = cast("list[str]", process.args)[1]
        raise TthcError("dbt_failed", command=command, tail="\n".join(output.splitlines()[-15:]))
