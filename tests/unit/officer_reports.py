"""A warehouse small enough to check by hand, published as a version, and what was written of it read back."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from pipelines.settings import DATABASE_FILE, PROJECT_DIR, Settings

VERSION = "2024-03-05-0123456789ab"
NUMBERS = [f"({number})" for number in range(1, 14)]


def publish(database: Path, warehouse: Path, registers: Path | None = None) -> Settings:
    """Return the settings of a new warehouse whose published version is a copy of a database."""
    version = warehouse / "versions" / VERSION
    version.mkdir(parents=True)
    shutil.copyfile(database, version / DATABASE_FILE)
    (warehouse / "current").symlink_to(Path("versions") / VERSION)
    return Settings(warehouse_dir=warehouse, registers_dir=registers or PROJECT_DIR / "registers")


def rename(settings: Settings, version: str) -> None:
    """Publish the same database under the name of another version."""
    (settings.versions_dir / VERSION).rename(settings.versions_dir / version)
    settings.current_link.unlink()
    settings.current_link.symlink_to(Path("versions") / version)


def change(settings: Settings, statement: str, version: str = VERSION) -> None:
    """Change the published database, as a later night would."""
    with duckdb.connect(str(settings.versions_dir / version / DATABASE_FILE)) as connection:
        connection.execute("set schema = 'marts'")
        connection.execute(statement)


@dataclass(frozen=True)
class FormRead:
    """A sheet of the form as it was read back: the cells of its rows, below the row of numbers."""

    rows: list[list[Any]]

    def named(self, name: str) -> list[int]:
        return next(row[2:] for row in self.rows if row[1] == name)


def read_sheet(workbook: Path, name: str) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(workbook)[name]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def read_form_sheet(workbook: Path, name: str) -> FormRead:
    """Return the rows of the form, from the first below the numbers to the total."""
    rows = read_sheet(workbook, name)
    top = next(at for at, row in enumerate(rows) if [str(cell).partition("=")[0] for cell in row] == NUMBERS)
    end = next(at for at, row in enumerate(rows) if row[1] == "Tổng cộng")
    return FormRead(rows[top + 1 : end + 1])
