"""Write all descriptions of a vintage into its folder.

Belongs here: building the description, and the order of writing (the workbook first, since the others contain its size
and hash). Does not belong here: the formats (the other modules).
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.open_data.metadata import csvw, datapackage, dcat
from pipelines.open_data.metadata.model import Description, Vintage, describe_table, file_facts
from pipelines.open_data.metadata.workbook import workbook_name, write_workbook
from pipelines.open_data.vintage_store import VintageHead
from pipelines.registers.model import Province
from pipelines.registers.publication import PublicationRegister

DOCUMENTS: dict[str, Callable[[Description], dict[str, Any]]] = {
    datapackage.NAME: datapackage.data_package, csvw.NAME: csvw.table_group, dcat.NAME: dcat.dcat,
}  # fmt: skip


def describe(
    register: PublicationRegister, province: Province, head: VintageHead, folder: Path, public_url: str | None = None
) -> Description:
    """Return the description of the tables in a folder, and of the workbook if it is written.

    Args:
        register: What is published.
        province: The province.
        head: The head of the vintage (`vintage.json`).
        folder: Folder of the tables.
        public_url: Address of the site; None if unknown.

    Raises:
        OSError: If a file is missing.
    """
    periods, synthetic = head["essence"]["closed_periods"], head["essence"]["synthetic"]
    vintage = Vintage(
        head["vintage"], head["before"], min((start for _, start, _ in periods), default=None),
        max((end for *_, end in periods), default=None), synthetic, head.get("issued"), head.get("modified"),
    )  # fmt: skip
    tables = tuple(
        describe_table(register, table, folder, head["rows"][table.file_name], synthetic=synthetic)
        for table in register.tables
    )
    described = Description(
        register.dataset, province.publisher, province.name, province.code, vintage, tables, public_url=public_url
    )
    workbook = folder / workbook_name(described)
    return replace(described, workbook=file_facts(workbook)) if workbook.is_file() else described


def write_descriptions(connection: duckdb.DuckDBPyConnection, register: PublicationRegister, description: Description,
                       folder: Path) -> dict[str, str]:  # fmt: skip
    """Write the XLSX edition and the descriptions beside the tables, and return the SHA-256 of each file."""
    workbook = file_facts(write_workbook(connection, register, description, folder))
    whole = replace(description, workbook=workbook)
    written = {workbook.name: workbook.sha256}
    for name, document in DOCUMENTS.items():
        text = json.dumps(document(whole), ensure_ascii=False, indent=1) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
        written[name] = file_facts(folder / name).sha256
    return written
