"""A copy of what contributors edit (contracts, registers, models, expectations), for tests that add to it."""

import shutil
from pathlib import Path

from pipelines.settings import PROJECT_DIR, Settings

FOLDERS = ("contracts", "dbt_project", "expectations", "registers")


class CopiedProject(Settings):
    """Settings of a copy: its dbt project lies beside its registers."""

    @property
    def dbt_project_dir(self) -> Path:
        """Return the folder of the copied models."""
        return self.registers_dir.parent / "dbt_project"


def copy_project(folder: Path) -> CopiedProject:
    """Return settings of a copy of the project's folders below an empty folder."""
    for name in FOLDERS:
        shutil.copytree(PROJECT_DIR / name, folder / name, ignore=shutil.ignore_patterns("target", "logs"))
    return CopiedProject(
        registers_dir=folder / "registers",
        contracts_dir=folder / "contracts",
        expectations_dir=folder / "expectations",
    )


def contents(folder: Path) -> dict[str, str]:
    """Return the text of every file of a copied project by its path; Word templates are none."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for name in FOLDERS
        for path in (folder / name).rglob("*")
        if path.is_file() and path.suffix != ".docx"
    }


def changed_files(folder: Path, before: dict[str, str]) -> set[str]:
    """Return the paths of files that were added or edited since `before`."""
    after = contents(folder)
    return {name for name in after if after[name] != before.get(name)}
