"""The open-data files offered by the site, hard-linked into a folder beside the pages.

Belongs here: which files are offered, with size, format and address. Does not belong here: files of single offices
(`office_files`).
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
# Descriptions are labelled with their standard instead of their file format.
STANDARDS = {datapackage.NAME: "Data Package", csvw.NAME: "CSVW", dcat.NAME: "DCAT, schema.org", CHECKSUMS: "SHA-256"}


@dataclass(frozen=True)
class Download:
    """One file: its name, its table (the name's first part), its format and size in bytes."""

    name: str
    table: str
    format: str
    bytes: int

    @property
    def address(self) -> str:
        """From the site's root."""
        return f"/{FOLDER}/{self.name}"


def link_downloads(open_data: Path, site: Path) -> list[Download]:
    """Link (or copy) every open-data file into the site, and return those of the vintage itself.

    Earlier editions are linked too, but not returned. The site is complete: its folder can be put on any web server.
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
    """Return the download of a file under a name relative to the folder of files."""
    return Download(name, name.split(".")[0], _format(name), path.stat().st_size)


def by_table(offered: list[Download], tables: list[str]) -> dict[str, list[Any]]:
    """Return the values of the downloads page: `tables` (each with its files, the CSV first) and `loose` files."""
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
