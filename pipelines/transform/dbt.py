"""Running dbt: its profile, its manifest, and which executable.

dbt runs as a process of its own: inside ours it would keep the database lock (dbt-core#11980).
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from pipelines.common.errors import TthcError
from pipelines.common.files import atomic_write, fingerprint
from pipelines.settings import Settings
from pipelines.storage.run_spec import candidate_file, workspace_file


def dbt_executable() -> str:
    """Our dbt (`dbt_child`) beside the running Python, whatever PATH says."""
    return str(Path(sys.executable).parent / "tthc-dbt")


def target_dir(settings: Settings) -> Path:
    """dbt's own output for the project as it is now; another project, another folder."""
    return settings.warehouse_dir / "dbt" / fingerprint(settings.dbt_project_dir)[:12]


def dbt_profile(settings: Settings) -> dict[str, Any]:
    """Return dbt's connection profile: the workspace, the candidate attached as `tthc`, DuckDB within its limits."""
    # Set when the database is opened, never as `settings`: dbt-duckdb repeats those on each cursor, and DuckDB refuses
    # another temp_directory, even the same, once anything has been spilled there.
    at_opening = {key: value for key, value in settings.duckdb_config().items() if key != "max_temp_directory_size"}
    return {
        "tthc": {
            "target": "duckdb",
            "outputs": {
                "duckdb": {
                    "type": "duckdb",
                    "path": str(workspace_file(settings)),
                    "schema": "main",
                    "threads": 1,
                    "attach": [{"path": str(candidate_file(settings)), "alias": "tthc"}],
                    "config_options": {**at_opening, "preserve_insertion_order": "false"},
                    # DuckDB (1.5) heeds this one only when it is set after opening; it may be repeated.
                    "settings": {"max_temp_directory_size": settings.duckdb_temp_limit},
                }
            },
        }
    }


def dbt_options(settings: Settings) -> list[str]:
    """Write the profile of this installation and return the options that every dbt command needs."""
    profiles = settings.work_dir / "dbt-profile"
    profiles.mkdir(parents=True, exist_ok=True)
    with atomic_write(profiles / "profiles.yml") as temporary:
        temporary.write_text(yaml.safe_dump(dbt_profile(settings), allow_unicode=True), encoding="utf-8")
    options = ["--profiles-dir", str(profiles), "--log-path", str(target_dir(settings) / "logs")]
    # dbt's log file of every debug event is some 20 MB a night that nobody reads; DBT_LOG_LEVEL_FILE=debug asks.
    return options if "DBT_LOG_LEVEL_FILE" in os.environ else [*options, "--log-level-file", "none"]


def ensure_manifest(settings: Settings) -> Path:
    """Return the manifest of the models as they are now, parsed once per change of them."""
    manifest = target_dir(settings) / "manifest.json"
    if not manifest.exists():
        run_dbt(settings, "parse")
    return manifest


def run_dbt(settings: Settings, *arguments: str) -> None:
    """Run one dbt command. Raises TthcError with dbt's last lines where it fails."""
    target_dir(settings).mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S603 - our own executable, no shell, arguments of ours
        [dbt_executable(), *arguments, "--quiet", "--target-path", str(target_dir(settings)), *dbt_options(settings)],
        cwd=settings.dbt_project_dir,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise TthcError(
            "dbt_failed", command=arguments[0], tail="\n".join((done.stdout + done.stderr).splitlines()[-15:])
        )
