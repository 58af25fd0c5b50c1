"""Reads the descriptions of a folder back and holds each against the others, and all against the files.

Every reader knows one format and nothing of how it was written.
"""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import openpyxl
import rdflib
from python_calamine import CalamineWorkbook
from rdflib.namespace import DCTERMS, RDF

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
SPDX = "http://spdx.org/rdf/terms#"
CSVW_TYPES = {"string": "string", "integer": "integer", "double": "number", "date": "date", "boolean": "boolean"}
Facts = dict[str, Any]


def load(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return found


def by_language(values: list[dict[str, Any]]) -> dict[str, str]:
    return {value["@language"]: value["@value"] for value in values}


def of_package(folder: Path) -> Facts:
    package, facts = load(folder, "datapackage.json"), {}
    for resource in package["resources"]:
        schema = resource["schema"]
        facts[resource["path"]] = {
            "title": (resource["title"], resource["title_en"]), "bytes": resource["bytes"], "rows": resource["rows"],
            "about": (resource["description"], resource["description_en"]),
            "sha256": resource["hash"].removeprefix("sha256:"), "key": schema["primaryKey"],
            "foreign": [(key["fields"], f"{key['reference'].get('resource', resource['name'])}.csv",
                         key["reference"]["fields"]) for key in schema.get("foreignKeys", [])],
            "columns": [(field["name"], field["type"], field["title"], field["title_en"],
                         field.get("constraints", {}).get("required", False),
                         field.get("constraints", {}).get("minimum"),
                         field.get("constraints", {}).get("enum", [])) for field in schema["fields"]],
        }  # fmt: skip
    licence = package["licenses"][0]
    vintage = {"name": package["version"], "title": (package["title"], package["title_en"]),
               "about": (package["description"], package["description_en"]),
               "licence": (licence["description"], licence["description_en"]),
               "days": (package["issued"], package["modified"])}  # fmt: skip
    return {"tables": facts, "vintage": vintage}


def of_csvw(folder: Path) -> Facts:
    group, facts = load(folder, "csv-metadata.json"), {}
    for table in group["tables"]:
        schema = table["tableSchema"]
        facts[table["url"]] = {
            "title": tuple(by_language(table["dc:title"]).values()), "bytes": table["dcat:byteSize"],
            "about": tuple(by_language(table["dc:description"]).values()),
            "rows": table["schema:numberOfItems"], "sha256": table[f"{SPDX}checksum"][f"{SPDX}checksumValue"],
            "key": schema["primaryKey"],
            "foreign": [(key["columnReference"], key["reference"]["resource"], key["reference"]["columnReference"])
                        for key in schema["foreignKeys"]],
            "columns": [of_csvw_column(column) for column in schema["columns"]],
        }  # fmt: skip
    vintage = {"name": group["schema:version"], "title": tuple(by_language(group["dc:title"]).values()),
               "about": tuple(by_language(group["dc:description"]).values()),
               "licence": tuple(by_language(group["dc:rights"]).values()),
               "days": (group["dc:issued"], group["dc:modified"])}  # fmt: skip
    return {"tables": facts, "vintage": vintage}


def of_csvw_column(column: dict[str, Any]) -> tuple[Any, ...]:
    datatype = column["datatype"] if isinstance(column["datatype"], dict) else {"base": column["datatype"]}
    codes = [code["schema:value"] for code in column.get("schema:valueReference", [])]
    assert not codes or datatype["format"].replace("\\", "").split("|") == codes
    return (column["name"], CSVW_TYPES[datatype["base"]], column["titles"]["vi"], column["titles"]["en"],
            column["required"], datatype.get("minimum"), codes)  # fmt: skip


def of_dcat(folder: Path) -> Facts:
    """Return titles of tables, size and hash of every file, and what is said of the vintage."""
    data = rdflib.Graph().parse(folder / "catalog.jsonld", format="json-ld", publicID="https://x.example/")
    files = {
        str(data.value(one, DCAT.downloadURL)).removeprefix("https://x.example/"): (
            int(str(data.value(one, DCAT.byteSize))),
            literal(data, data.value(one, rdflib.URIRef(f"{SPDX}checksum")), f"{SPDX}checksumValue").toPython().hex())
        for one in data.subjects(RDF.type, DCAT.Distribution)
    }  # fmt: skip
    titles = {str(one).rpartition("/")[2]: both(data, one, DCTERMS.title) for one in data.subjects(DCTERMS.isPartOf)}
    abouts = {
        str(one).rpartition("/")[2]: both(data, one, DCTERMS.description) for one in data.subjects(DCTERMS.isPartOf)
    }
    version = next(data.subjects(DCTERMS.hasPart))
    issued, modified = (str(data.value(version, property_)) for property_ in (DCTERMS.issued, DCTERMS.modified))
    vintage = {"name": str(data.value(version, DCAT.version)), "title": both(data, version, DCTERMS.title),
               "about": both(data, version, DCTERMS.description), "days": (issued, modified),
               "licence": both(data, node(data, version, DCTERMS.license), DCTERMS.description)}  # fmt: skip
    return {"files": files, "titles": titles, "abouts": abouts, "vintage": vintage}


def both(data: rdflib.Graph, subject: rdflib.term.Node, property_: rdflib.URIRef) -> tuple[str, str]:
    found = data.objects(subject, property_)
    texts = {text.language: str(text) for text in found if isinstance(text, rdflib.Literal)}
    return texts["vi"], texts["en"]


def node(data: rdflib.Graph, subject: rdflib.term.Node, property_: rdflib.URIRef) -> rdflib.term.Node:
    found = data.value(subject, property_)
    assert found is not None
    return found


def literal(data: rdflib.Graph, subject: rdflib.term.Node | None, address: str) -> rdflib.Literal:
    found = data.value(subject, rdflib.URIRef(address))
    assert isinstance(found, rdflib.Literal)
    return found


def of_schema_org(folder: Path) -> Facts:
    (whole,) = [node for node in load(folder, "catalog.jsonld")["@graph"] if node["@type"] == "Dataset"]
    downloads = [one for part in (whole, *whole["hasPart"]) for one in part["distribution"]]
    files = {one["contentUrl"]: (int(one["contentSize"].removesuffix(" B")), one["sha256"]) for one in downloads}
    columns = {part["@id"].rpartition("/")[2]: [(column["name"], column["description"])
                                                for column in part["variableMeasured"]]
               for part in whole["hasPart"]}  # fmt: skip
    vintage = {"name": whole["version"], "title": (whole["name"], whole["alternateName"]),
               "about": whole["description"], "licence": whole["license"]["text"],
               "days": (whole["datePublished"], whole["dateModified"])}  # fmt: skip
    return {"files": files, "columns": columns, "vintage": vintage}


def of_workbook(folder: Path, tables: list[str]) -> Facts:
    path = folder / "thu-tuc-hanh-chinh.xlsx"
    properties = openpyxl.load_workbook(path, read_only=True).properties
    book = CalamineWorkbook.from_path(path)  # the quicker reader of long sheets
    columns: dict[str, list[Any]] = {}
    keys: dict[str, set[Any]] = {}
    for table, name, vi, en, kind, _, key, required, _ in book.get_sheet_by_index(
        len(book.sheet_names) - 1
    ).to_python()[1:]:
        columns.setdefault(str(table), []).append((name, kind, vi, en, bool(required)))
        keys.setdefault(str(table), set()).update([name] if key else [])
    rows = {name: book.get_sheet_by_name(name).height - 2 for name in tables}
    return {"columns": columns, "keys": keys, "rows": rows, "version": properties.description,
            "title": properties.title}  # fmt: skip


def agree(folder: Path) -> int:
    """Hold every description against the Data Package, and that against the files.

    Returns:
        How many columns.
    """
    package, web, catalogue, search = of_package(folder), of_csvw(folder), of_dcat(folder), of_schema_org(folder)
    assert package == web
    tables = package["tables"]
    names = [name.removesuffix(".csv") for name in tables]
    assert catalogue["vintage"] == package["vintage"]
    assert catalogue["titles"] == {name: tables[f"{name}.csv"]["title"] for name in names}
    assert catalogue["abouts"] == {name: tables[f"{name}.csv"]["about"] for name in names}
    vietnamese = {name: text[0] if name in ("about", "licence") else text for name, text in package["vintage"].items()}
    assert search["vintage"] == vietnamese
    assert search["columns"] == {n: [(c[0], c[2]) for c in tables[f"{n}.csv"]["columns"]] for n in names}
    assert search["files"] == catalogue["files"] == on_disk(folder)
    alternates = load(folder, "datapackage.json")
    listed = [*alternates["alternates"], *(one for r in alternates["resources"] for one in (r, *r["alternates"]))]
    assert {one["path"]: (one["bytes"], one["hash"].removeprefix("sha256:")) for one in listed} == on_disk(folder)
    workbook = of_workbook(folder, names)
    assert workbook["columns"] == {n: [c[:5] for c in tables[f"{n}.csv"]["columns"]] for n in names}
    assert workbook["keys"] == {n: set(tables[f"{n}.csv"]["key"]) for n in names}
    assert workbook["rows"] == {n: tables[f"{n}.csv"]["rows"] for n in names} == rows_on_disk(folder, names)
    assert workbook["version"] == package["vintage"]["name"] and workbook["title"] == package["vintage"]["title"][0]
    return sum(len(table["columns"]) for table in tables.values())


def on_disk(folder: Path) -> dict[str, tuple[int, str]]:
    files = [path for path in folder.iterdir() if path.suffix in (".csv", ".parquet", ".xlsx")]
    return {path.name: (len(path.read_bytes()), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files}


def rows_on_disk(folder: Path, names: list[str]) -> dict[str, int]:
    counted = {}
    for name in names:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            counted[name] = sum(1 for _ in csv.reader(stream)) - 1
    return counted
