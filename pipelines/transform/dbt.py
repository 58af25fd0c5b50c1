"""Running dbt: its environment, its manifest, and which executable.

dbt runs as a process of its own: inside ours it would keep the database lock (dbt-core#11980).
"""

import os
import subprocess
import sys
from pathlib import Path

from pipelines.common.errors import TthcError
from pipelines.common.files import fingerprint
from pipelines.settings import Settings
from pipelines.storage.run_spec import candidate_file, workspace_file


def dbt_executable() -> str:
    """Our dbt (`dbt_child`) beside the running Python, whatever PATH says."""
    return str(Path(sys.executable).parent / "tthc-dbt")


def target_dir(settings: Settings) -> Path:
    """dbt's own output for the project as it is now; another project, another folder."""
    return settings.warehouse_dir / "dbt" / fingerprint(settings.dbt_project_dir)[:12]


def dbt_environment(settings: Settings) -> dict[str, str]:
    """What profiles.yml and dbt itself read from the environment."""
    return {
        "TTHC_WORKSPACE": str(workspace_file(settings)),
        "TTHC_CANDIDATE": str(candidate_file(settings)),
        "TTHC_SPILL_DIR": str(settings.work_dir / "spill"),
        "TTHC_DUCKDB_MEMORY": settings.duckdb_memory,
        "TTHC_THREADS": str(settings.threads),
        "TTHC_DUCKDB_TEMP_LIMIT": settings.duckdb_temp_limit,
        "DBT_PROFILES_DIR": str(settings.dbt_project_dir),
        "DBT_TARGET_PATH": str(target_dir(settings)),
        "DBT_LOG_PATH": str(target_dir(settings) / "logs"),
        # dbt's log file of every debug event is some 20 MB a night that nobody reads; DBT_LOG_LEVEL_FILE=debug asks.
        "DBT_LOG_LEVEL_FILE": os.environ.get("DBT_LOG_LEVEL_FILE", "none"),
        "DO_NOT_TRACK": "1",
    }


def ensure_manifest(settings: Settings) -> Path:
    """The manifest of the models as they are now, parsed once per change of them."""
    manifest = target_dir(settings) / "manifest.json"
    if not manifest.exists():
        run_dbt(settings, "parse")
    return manifest


def run_dbt(settings: Settings, *arguments: str) -> None:
    """Runs one dbt command. Raises TthcError with dbt's last lines where it fails."""
    target_dir(settings).mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S603 - our own executable, no shell, arguments of ours
        [dbt_executable(), *arguments, "--quiet"],
        cwd=settings.dbt_project_dir, env={**os.environ, **dbt_environment(settings)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise TthcError(
            "dbt_failed", command=arguments[0], tail="\n".join((done.stdout + done.stderr).splitlines()[-15:])
        )
