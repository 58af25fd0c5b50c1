"""`csv-metadata.json`: CSV on the Web, one table group for all tables.

Belongs here: the description in the terms of that standard. The file name is one of the standard's default locations,
so a processor that is given the address of any table finds it; since all tables are in one group, foreign keys stay
within it.
"""

import re
from typing import Any

from pipelines.contracts.fields import Sentence
from pipelines.open_data.metadata.model import DescribedColumn, DescribedTable, Description

NAME = "csv-metadata.json"
SPDX = "http://spdx.org/rdf/terms#"
TYPES = {"string": "string", "integer": "integer", "number": "double", "date": "date", "boolean": "boolean"}


def table_group(description: Description) -> dict[str, Any]:
    """Return the metadata document, ready to be written as JSON."""
    publisher, vintage = description.publisher, description.vintage
    place = {"dc:title": by_language(description.place), "dc:identifier": description.place_code}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "vi"}],
        "@id": description.iri(),
        "dc:title": by_language(description.title), "dc:description": by_language(description.about),
        "dc:publisher": {"schema:name": by_language(publisher.name), "schema:description": by_language(publisher.note)},
        "dc:rights": by_language(description.licence.text), "schema:version": vintage.name,
        "dc:source": [value for source in description.dataset.sources for value in by_language(source)],
        "dc:spatial": place,
        **({"dc:issued": vintage.issued, "dc:modified": vintage.modified} if vintage.modified else {}),
        **({"dc:temporal": f"{vintage.first_day}/{vintage.last_day}"} if vintage.last_day else {}),
        "dcat:keyword": [{"@value": word, "@language": lang} for lang in ("vi", "en")
                         for word in getattr(description.keywords, lang)],
        "dialect": {"commentPrefix": None, "delimiter": ",", "encoding": "utf-8", "header": True,
                    "lineTerminators": ["\n"], "quoteChar": '"', "doubleQuote": True},
        "tables": [_table(table) for table in description.tables],
    }  # fmt: skip


def by_language(sentence: Sentence) -> list[dict[str, str]]:
    """Return both languages as tagged values."""
    return [{"@value": sentence.vi, "@language": "vi"}, {"@value": sentence.en, "@language": "en"}]


def _table(table: DescribedTable) -> dict[str, Any]:
    return {
        "url": table.csv.name, "dc:title": by_language(table.title), "dc:description": by_language(table.description),
        "dcat:byteSize": table.csv.bytes, "schema:numberOfItems": table.rows,
        f"{SPDX}checksum": {f"{SPDX}algorithm": {"@id": f"{SPDX}checksumAlgorithm_sha256"},
                            f"{SPDX}checksumValue": table.csv.sha256},
        "tableSchema": {
            "columns": [_column(column) for column in table.columns], "primaryKey": list(table.key),
            "foreignKeys": [
                {"columnReference": list(key.columns),
                 "reference": {"resource": f"{key.table}.csv", "columnReference": list(key.references)}}
                for key in table.foreign_keys
            ],
        },
    }  # fmt: skip


def _column(column: DescribedColumn) -> dict[str, Any]:
    """Return one column; its name, which is the CSV's header, is also among its titles."""
    described: dict[str, Any] = {
        "name": column.name, "titles": {"und": column.name, "vi": column.title.vi, "en": column.title.en},
        "datatype": _datatype(column), "required": column.required,
    }  # fmt: skip
    if column.unit:
        described["schema:unitText"] = by_language(column.unit)
    if column.codes:
        described["schema:valueReference"] = [
            {"schema:value": code.code, "schema:name": by_language(code.name)} for code in column.codes
        ]
    return described


def _datatype(column: DescribedColumn) -> str | dict[str, Any]:
    """Return the datatype; a closed list becomes a regular expression of its values, as the standard requires."""
    base = TYPES[column.type]
    if column.codes:
        return {"base": base, "format": "|".join(re.escape(code.code) for code in column.codes)}
    if column.pattern:
        return {"base": base, "format": column.pattern}
    if column.type == "boolean":
        return {"base": base, "format": "1|0"}
    return base if column.minimum is None else {"base": base, "minimum": column.minimum}
