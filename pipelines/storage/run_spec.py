"""The specification of one run, which its later steps read, and the paths at which it works.

Belongs here: the document, and the paths of workspace and candidate. Does not belong here: deciding what a run computes
(`transform.specify_run`).
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path

from pipelines.settings import DATABASE_FILE, Settings
from pipelines.storage.documents import Input


@dataclass(frozen=True)
class RunSpec:
    """What one run computes.

    Attributes:
        as_of: The day that everything is computed for (ISO date).
        version: Name of the version, which follows from the day, the inputs and the code.
        province: Code of the province.
        is_synthetic: True if any input is of the synthetic province.
        inputs: The deliveries that are read, refused ones included.
        is_beside: True if the version is kept beside the published one and not published (`publish.beside`).
    """

    as_of: str
    version: str
    province: str
    is_synthetic: bool
    inputs: list[Input]
    is_beside: bool = False

    def save(self, settings: Settings) -> None:
        """Write the specification for the later steps of the run."""
        content = {field.name: getattr(self, field.name) for field in fields(self)}  # copies nothing, unlike `asdict`
        run_spec_file(settings).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @staticmethod
    def load(settings: Settings) -> "RunSpec":
        """Return the specification of the current run."""
        return RunSpec(**json.loads(run_spec_file(settings).read_text(encoding="utf-8")))


def run_spec_file(settings: Settings) -> Path:
    """Return the path of the specification of the current run."""
    return settings.work_dir / "run_spec.json"


def workspace_file(settings: Settings) -> Path:
    """Return the path of dbt's scratch database."""
    return settings.work_dir / "workspace.duckdb"


def candidate_dir(settings: Settings) -> Path:
    """Return the folder that becomes a version if it passes the gate."""
    return settings.work_dir / "candidate"


def candidate_file(settings: Settings) -> Path:
    """Return the path of the candidate warehouse."""
    return candidate_dir(settings) / DATABASE_FILE
