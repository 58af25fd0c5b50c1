"""`catalog.jsonld`: DCAT 3 for data portals that harvest: catalogue, dataset, its vintage as a version, its tables; and
what schema.org has words for of the same, for search engines.

Belongs here: the description in that vocabulary. The context stands in the file, so reading it downloads nothing.
Identifiers begin with the register's `base_iri`; where files lie is relative to the document. When a vintage was
issued is not said: the same data give the same bytes, whenever they are written.
"""

from typing import Any

from pipelines.open_data.descriptions import csvw, datapackage
from pipelines.open_data.descriptions.csvw import by_language
from pipelines.open_data.descriptions.model import DescribedTable, Description, File, said
from pipelines.open_data.descriptions.schema_org import schema_org
from pipelines.open_data.method import PAGES

NAME = "catalog.jsonld"
EU = "http://publications.europa.eu/resource/authority/"
LANGUAGES = {"vi": f"{EU}language/VIE", "en": f"{EU}language/ENG"}
MEDIA = "https://www.iana.org/assignments/media-types/"
RFC_4180 = "https://www.rfc-editor.org/rfc/rfc4180"
CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#", "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#", "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcat:byteSize": {"@type": "xsd:nonNegativeInteger"}, "spdx:checksumValue": {"@type": "xsd:hexBinary"},
    "dcat:startDate": {"@type": "xsd:date"}, "dcat:endDate": {"@type": "xsd:date"},
    **{term: {"@type": "@id"} for term in (
        "dcat:accessURL", "dcat:downloadURL", "dcat:mediaType", "dcat:dataset", "dcat:distribution", "dcat:hasVersion",
        "dcat:isVersionOf", "dcat:previousVersion", "dcat:hasCurrentVersion", "dct:publisher", "dct:license",
        "dct:language", "dct:spatial", "dct:accrualPeriodicity", "dct:conformsTo", "dct:hasPart", "dct:isPartOf",
        "foaf:page", "foaf:homepage", "spdx:algorithm", "vcard:hasEmail")},
}  # fmt: skip


def dcat(description: Description) -> dict[str, Any]:
    """The JSON-LD document. Takes a description whose workbook is written."""
    files = [file for table in description.tables for file in (table.csv, table.parquet)]
    whole = [description.workbook] if description.workbook else []
    return {
        "@context": CONTEXT,
        "@graph": [
            _catalogue(description), _work(description), _version(description),
            *(_table(description, table) for table in description.tables),
            *(_distribution(description, file) for file in (*files, *whole)),
            *_shared(description, {file.media_type for file in (*files, *whole)}),
            schema_org(description),
        ],
    }  # fmt: skip


def _common(description: Description) -> dict[str, Any]:
    contact = description.publisher.email
    return {
        "dct:publisher": f"{description.work}/publisher", "dct:language": list(LANGUAGES.values()),
        "dct:spatial": f"{description.work}/place",
        **({"dcat:contactPoint": {"@type": "vcard:Organization", "vcard:fn": description.publisher.name.vi,
                                  "vcard:hasEmail": f"mailto:{contact}"}} if contact else {}),
    }  # fmt: skip


def _catalogue(description: Description) -> dict[str, Any]:
    about = said("catalogue", place=description.place)
    homepage = description.publisher.homepage
    return {
        "@id": f"{description.work}/catalogue", "@type": "dcat:Catalog", "dct:title": by_language(about),
        "dct:description": by_language(description.about), **_common(description),
        **({"foaf:homepage": homepage} if homepage else {}),
        "dcat:dataset": [description.work, description.iri(), *(description.iri(t.name) for t in description.tables)],
    }  # fmt: skip


def _dataset(description: Description, iri: str) -> dict[str, Any]:
    keywords = description.dataset.keywords
    return {
        "@id": iri, "@type": "dcat:Dataset", "dct:identifier": iri, **_common(description),
        "dct:license": f"{description.work}/licence", "dct:accrualPeriodicity": description.dataset.frequency_iri,
        "dcat:keyword": [{"@value": word, "@language": lang} for lang in LANGUAGES for word in getattr(keywords, lang)],
    }  # fmt: skip


def _work(description: Description) -> dict[str, Any]:
    """The dataset whatever the vintage: it has versions, and no files of its own."""
    return _dataset(description, description.work) | {
        "dct:title": by_language(description.dataset.title), "dct:description": by_language(description.about),
        "dcat:hasVersion": description.iri(), "dcat:hasCurrentVersion": description.iri(),
    }  # fmt: skip


def _version(description: Description) -> dict[str, Any]:
    vintage = description.vintage
    return _dataset(description, description.iri()) | _period(description) | {
        "dct:title": by_language(description.dataset.title), "dct:description": by_language(description.about),
        "dcat:version": vintage.name, "dcat:isVersionOf": description.work,
        **({"dcat:previousVersion": f"{description.work}/{vintage.before}"} if vintage.before else {}),
        "adms:versionNotes": by_language(said("versions")),
        "dct:provenance": {"@type": "dct:ProvenanceStatement", "rdfs:label": [
            one for source in description.dataset.sources for one in by_language(source)]},
        "dct:hasPart": [description.iri(table.name) for table in description.tables],
        "dcat:distribution": description.iri(description.workbook.name) if description.workbook else [],
        "foaf:page": [*PAGES.values(), "CHANGES.md"],
        "rdfs:seeAlso": [{"@id": datapackage.NAME}, {"@id": csvw.NAME}],
    }  # fmt: skip


def _table(description: Description, table: DescribedTable) -> dict[str, Any]:
    return _dataset(description, description.iri(table.name)) | _period(description) | {
        "dct:title": by_language(table.title), "dct:description": by_language(table.description),
        "dcat:version": description.vintage.name, "dct:isPartOf": description.iri(),
        "dcat:distribution": [description.iri(file.name) for file in (table.csv, table.parquet)],
    }  # fmt: skip


def _period(description: Description) -> dict[str, Any]:
    vintage = description.vintage
    period = {"@type": "dct:PeriodOfTime", "dcat:startDate": vintage.first_day, "dcat:endDate": vintage.last_day}
    return {"dct:temporal": period} if vintage.last_day else {}


def _distribution(description: Description, file: File) -> dict[str, Any]:
    standards = [RFC_4180, "http://www.w3.org/ns/csvw"] if file.format == "csv" else []
    return {
        "@id": description.iri(file.name), "@type": "dcat:Distribution", "dct:title": file.name,
        "dcat:accessURL": file.name, "dcat:downloadURL": file.name, "dcat:mediaType": MEDIA + file.media_type,
        "dcat:byteSize": str(file.bytes), "dct:license": f"{description.work}/licence", "dct:conformsTo": standards,
        "spdx:checksum": {"@type": "spdx:Checksum", "spdx:algorithm": "spdx:checksumAlgorithm_sha256",
                          "spdx:checksumValue": file.sha256},
    }  # fmt: skip


def _shared(description: Description, media_types: set[str]) -> list[dict[str, Any]]:
    """What the others refer to, each with its class: a validator looks nothing up."""
    dataset, publisher, homepage = description.dataset, description.publisher, description.publisher.homepage
    return [
        {"@id": f"{description.work}/publisher", "@type": "foaf:Agent", "foaf:name": by_language(publisher.name),
         "skos:note": by_language(publisher.note), **({"foaf:homepage": homepage} if homepage else {})},
        {"@id": f"{description.work}/place", "@type": "dct:Location", "skos:prefLabel": by_language(description.place),
         "dct:identifier": description.place_code},
        {"@id": f"{description.work}/licence", "@type": "dct:LicenseDocument",
         "dct:title": by_language(dataset.licence.title), "dct:description": by_language(dataset.licence.text),
         "skos:note": by_language(dataset.licence.note)},
        {"@id": dataset.frequency_iri, "@type": "dct:Frequency", "skos:prefLabel": by_language(dataset.frequency)},
        *({"@id": iri, "@type": "dct:LinguisticSystem"} for iri in LANGUAGES.values()),
        *({"@id": MEDIA + one, "@type": "dct:MediaType"} for one in sorted(media_types)),
        *({"@id": iri, "@type": "dct:Standard"} for iri in (RFC_4180, "http://www.w3.org/ns/csvw")),
        {"@id": PAGES["vi"], "@type": "foaf:Document", "dct:title": by_language(said("method"))},
        {"@id": PAGES["en"], "@type": "foaf:Document", "dct:title": by_language(said("method"))},
        {"@id": "CHANGES.md", "@type": "foaf:Document", "dct:title": by_language(said("changes"))},
        {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
    ]  # fmt: skip
