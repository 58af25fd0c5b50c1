"""The open-data files as the site offers them: in a folder of its own beside the pages, each once on the disk.

Belongs here: which files, their size and format, their place in the site.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.common.files import link_or_copy
from pipelines.open_data.files import CHECKSUMS
from pipelines.open_data.metadata import csvw, datapackage, dcat
from pipelines.open_data.vintage_store import EDITIONS

FOLDER = "du-lieu"
FORMATS = {".csv": "CSV", ".parquet": "Parquet", ".xlsx": "Excel", ".json": "JSON", ".jsonld": "JSON-LD",
           ".md": "Markdown", ".txt": "TXT"}  # fmt: skip
# Descriptions are known by their standard, not by how it is written down.
STANDARDS = {datapackage.NAME: "Data Package", csvw.NAME: "CSVW", dcat.NAME: "DCAT, schema.org", CHECKSUMS: "SHA-256"}


@dataclass(frozen=True)
class Download:
    """One file: its name, its table where it is one, its format and size in bytes."""

    name: str
    table: str
    format: str
    bytes: int

    @property
    def address(self) -> str:
        """From the site's root."""
        return f"/{FOLDER}/{self.name}"


def link_downloads(open_data: Path, site: Path) -> list[Download]:
    """Put every open-data file below the site, as a second name of the same bytes where the disk can, else a copy.

    Earlier editions too, which are not listed here. A site is complete in itself: its folder can be laid on any web
    server.
    """
    offered = []
    for source in sorted(path for path in open_data.rglob("*") if path.is_file()):
        name = source.relative_to(open_data).as_posix()
        target = site / FOLDER / name
        target.parent.mkdir(parents=True, exist_ok=True)
        link_or_copy(source, target)
        if not name.startswith(f"{EDITIONS}/"):
            offered.append(download_name(source, name))
    return offered


def download_name(path: Path, name: str) -> Download:
    """Return a file as the site offers it under a name, relative to the folder of files."""
    return Download(name, name.split(".")[0], _format(name), path.stat().st_size)


def by_table(offered: list[Download], tables: list[str]) -> dict[str, list[Any]]:
    """Return the files of each table, the CSV first, and those that are of no table (`loose`).

    For the page of downloads.
    """
    files = {
        table: sorted((file for file in offered if file.table == table), key=lambda file: file.format != "CSV")
        for table in tables
    }
    return {
        "tables": [(table, found) for table, found in files.items() if found],
        "loose": [file for file in offered if file.table not in files],
    }


def _format(name: str) -> str:
    if Path(name).name in STANDARDS:
        return STANDARDS[Path(name).name]
    suffix = Path(name).suffix
    return FORMATS.get(suffix, suffix.lstrip(".").upper())
