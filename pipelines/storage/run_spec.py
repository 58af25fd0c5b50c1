"""What one run computes, and where it works: the document that later steps of a run read.

Belongs here: the run's specification and the paths of its workspace and candidate. Does not belong here: deciding what
a run computes (`transform.workspace`).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.settings import DATABASE_FILE, Settings
from pipelines.storage.documents import Input


@dataclass(frozen=True)
class RunSpec:
    """What one run computes: as of which day, from which inputs, and so under which version name.

    Attributes:
        is_beside: It is not to be published (`publish.beside`).
    """

    as_of: str
    version: str
    province: str
    is_synthetic: bool
    inputs: list[Input]
    is_beside: bool = False

    def save(self, settings: Settings) -> None:
        """Write the specification for the later steps of the run."""
        run_spec_file(settings).write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @staticmethod
    def load(settings: Settings) -> "RunSpec":
        """Return the specification of the run under way."""
        return RunSpec(**json.loads(run_spec_file(settings).read_text(encoding="utf-8")))


def run_spec_file(settings: Settings) -> Path:
    """Return the path of the specification of the run under way."""
    return settings.work_dir / "run_spec.json"


def workspace_file(settings: Settings) -> Path:
    """Return the path of dbt's scratch database."""
    return settings.work_dir / "workspace.duckdb"


def candidate_dir(settings: Settings) -> Path:
    """Return the folder that becomes a version if the gate passes it."""
    return settings.work_dir / "candidate"


def candidate_file(settings: Settings) -> Path:
    """Return the path of the candidate warehouse."""
    return candidate_dir(settings) / DATABASE_FILE
