"""`datapackage.json`: Data Package v2, for tools that load tables by their description.

Belongs here: the description in the terms of that standard. It has one language, so titles and descriptions are
Vietnamese, with English ones in properties ending in `_en`. `created` is the last day of the newest closed period, not
the time of writing, so that the same data give the same bytes. `license_id` is CKAN's term. Parquet files and the XLSX
edition are listed as `alternates`, an extension of ours: as resources, validators would read them as tables and fail.
"""

from typing import Any

from pipelines.contracts.fields import Sentence
from pipelines.open_data.metadata.model import DescribedColumn, DescribedTable, Description, File
from pipelines.open_data.texts import text_of
from pipelines.open_data.vintage_store import METHOD_FILES

NAME = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LICENCE_TEXT = METHOD_FILES["vi"]  # the method note ends with the licence in full
DIALECT = {
    "delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True,
    "skipInitialSpace": False,
}  # fmt: skip


def data_package(description: Description) -> dict[str, Any]:
    """Return the descriptor as a JSON object; the description's workbook must have been written."""
    dataset, publisher, vintage = description.dataset, description.publisher, description.vintage
    licence = description.licence
    place = {"name": description.place.vi, "name_en": description.place.en, "code": description.place_code}
    contributor = {
        "title": publisher.name.vi, "title_en": publisher.name.en, "roles": ["publisher"],
        **({"path": publisher.homepage} if publisher.homepage else {}),
        **({"email": publisher.email} if publisher.email else {}),
        "description": publisher.note.vi, "description_en": publisher.note.en,
    }  # fmt: skip
    return {
        "$schema": PROFILE, "name": dataset.name, "id": description.iri(), "version": vintage.name,
        **_both("title", description.title), **_both("description", description.about),
        **({"homepage": description.public_url} if description.public_url else {}),
        **({"created": f"{vintage.last_day}T00:00:00Z"} if vintage.last_day else {}),
        **({"temporal": {"start": vintage.first_day, "end": vintage.last_day}} if vintage.last_day else {}),
        "spatial": place, "synthetic": vintage.synthetic,
        **({"issued": vintage.issued, "modified": vintage.modified} if vintage.modified else {}),
        **({"previous_version": vintage.before} if vintage.before else {}),
        "keywords": [*description.keywords.vi, *description.keywords.en],
        "license_id": licence.ckan.id, "license_title": licence.ckan.title.en,
        "licenses": [{"path": LICENCE_TEXT, **_both("title", licence.title), **_both("description", licence.text)}],
        "sources": [_both("title", source) for source in dataset.sources],
        "contributors": [contributor],
        "alternates": [_file(description.workbook)] if description.workbook else [],
        "resources": [_resource(table) for table in description.tables],
    }  # fmt: skip


def _both(name: str, sentence: Sentence) -> dict[str, str]:
    return {name: sentence.vi, f"{name}_en": sentence.en}


def _file(file: File) -> dict[str, Any]:
    return {"path": file.name, "format": file.format, "mediatype": file.media_type, "bytes": file.bytes,
            "hash": f"sha256:{file.sha256}"}  # fmt: skip


def _resource(table: DescribedTable) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""],
                              "primaryKey": list(table.key)}  # fmt: skip
    if table.foreign_keys:
        schema["foreignKeys"] = [
            {"fields": list(key.columns), "reference": {"fields": list(key.references)}
             | ({"resource": key.table} if key.table != table.name else {})}
            for key in table.foreign_keys
        ]  # fmt: skip
    return {
        "name": table.name, "type": "table", **_both("title", table.title), **_both("description", table.description),
        **_file(table.csv), "encoding": "utf-8", "rows": table.rows, "dialect": DIALECT, "schema": schema,
        "alternates": [_file(table.parquet)],
    }  # fmt: skip


def _field(column: DescribedColumn) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.pattern:
        constraints["pattern"] = column.pattern
    field: dict[str, Any] = {"name": column.name, "type": column.type, **_both("title", column.title)}
    if column.type == "boolean":
        field |= {"trueValues": ["1"], "falseValues": ["0"]}
    if column.unit:
        field |= _both("description", text_of("unit", unit=column.unit))
    if column.flags:
        field["flags"] = list(column.flags)
    if column.codes:
        constraints["enum"] = [code.code for code in column.codes]
        field["categories"] = [{"value": code.code, **_both("label", code.name)} for code in column.codes]
    return field | ({"constraints": constraints} if constraints else {})
