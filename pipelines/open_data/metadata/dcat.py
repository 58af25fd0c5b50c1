"""`catalog.jsonld`: DCAT 3 for data portals that harvest, and schema.org for search engines.

Belongs here: catalogue, dataset, tables and files in that vocabulary. The context is part of the file, so reading it
downloads nothing. Identifiers begin with the register's `base_iri` and are the same in every vintage, so that a portal
that harvests each vintage has one dataset per table. Files have absolute addresses if the public one is known, since
CKAN's harvester takes relative ones for local files. The date of issue is the as-of day, not the time of writing: the
same data give the same bytes.
"""

from typing import Any

from pipelines.open_data.metadata import csvw, datapackage
from pipelines.open_data.metadata.csvw import by_language
from pipelines.open_data.metadata.model import DescribedTable, Description, File
from pipelines.open_data.metadata.schema_org import schema_org
from pipelines.open_data.texts import mark_title, text_of
from pipelines.open_data.vintage_store import CHANGES_FILE, METHOD_FILES

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
    "dct:issued": {"@type": "xsd:date"}, "dct:modified": {"@type": "xsd:date"},
    **{term: {"@type": "@id"} for term in (
        "dcat:accessURL", "dcat:downloadURL", "dcat:mediaType", "dcat:dataset", "dcat:distribution",
        "dcat:previousVersion", "dcat:landingPage", "dct:publisher", "dct:license", "dct:language", "dct:spatial",
        "dct:accrualPeriodicity", "dct:conformsTo", "dct:hasPart", "dct:isPartOf", "dct:rights", "foaf:page",
        "foaf:homepage", "spdx:algorithm", "vcard:hasEmail")},
}  # fmt: skip


def dcat(description: Description) -> dict[str, Any]:
    """Return the JSON-LD document; the description's workbook must have been written."""
    files = [file for table in description.tables for file in (table.csv, table.parquet)]
    whole = [description.workbook] if description.workbook else []
    return {
        "@context": CONTEXT,
        "@graph": [
            _catalogue(description), _whole(description),
            *(_table(description, table) for table in description.tables),
            *(_distribution(description, file) for file in (*files, *whole)),
            *_shared(description, {file.media_type for file in (*files, *whole)}),
            schema_org(description),
        ],
    }  # fmt: skip


def _common(description: Description) -> dict[str, Any]:
    contact, vintage = description.publisher.email, description.vintage
    return {
        "dct:publisher": description.iri("publisher"), "dct:language": list(LANGUAGES.values()),
        "dct:spatial": description.iri("place"),
        **({"dct:issued": vintage.issued, "dct:modified": vintage.modified} if vintage.modified else {}),
        **({"dcat:contactPoint": {"@type": "vcard:Organization", "vcard:fn": description.publisher.name.vi,
                                  "vcard:hasEmail": f"mailto:{contact}"}} if contact else {}),
    }  # fmt: skip


def _catalogue(description: Description) -> dict[str, Any]:
    about = mark_title(text_of("catalogue", place=description.place), synthetic=description.vintage.synthetic)
    homepage = description.public_url or description.publisher.homepage
    return {
        "@id": description.iri("catalogue"), "@type": "dcat:Catalog", "dct:title": by_language(about),
        "dct:description": by_language(description.about), **_common(description),
        **({"foaf:homepage": homepage} if homepage else {}),
        "dcat:dataset": [description.iri(), *(description.iri(table.name) for table in description.tables)],
    }  # fmt: skip


def _dataset(description: Description, iri: str, anchor: str = "") -> dict[str, Any]:
    keywords, vintage = description.keywords, description.vintage
    page = f"{description.public_url}vi/tai-ve.html{anchor}"
    period = {"@type": "dct:PeriodOfTime", "dcat:startDate": vintage.first_day, "dcat:endDate": vintage.last_day}
    return {
        "@id": iri, "@type": "dcat:Dataset", "dct:identifier": iri, **_common(description),
        "dcat:version": vintage.name, "dct:license": description.iri("licence", description.licence.name),
        "dct:accrualPeriodicity": description.dataset.frequency_iri,
        "dcat:keyword": [{"@value": word, "@language": lang} for lang in LANGUAGES for word in getattr(keywords, lang)],
        **({"dct:temporal": period} if vintage.last_day else {}),
        **({"dcat:landingPage": page} if description.public_url else {}),
    }  # fmt: skip


def _whole(description: Description) -> dict[str, Any]:
    vintage = description.vintage
    return _dataset(description, description.iri()) | {
        "dct:title": by_language(description.title), "dct:description": by_language(description.about),
        **({"dcat:previousVersion": description.edition(vintage.before)} if vintage.before else {}),
        "adms:versionNotes": by_language(text_of("versions")),
        "dct:provenance": {"@type": "dct:ProvenanceStatement", "rdfs:label": [
            label for source in description.dataset.sources for label in by_language(source)]},
        "dct:hasPart": [description.iri(table.name) for table in description.tables],
        "dcat:distribution": description.iri(description.workbook.name) if description.workbook else [],
        "foaf:page": [description.address(name) for name in (*METHOD_FILES.values(), CHANGES_FILE)],
        "rdfs:seeAlso": [{"@id": description.address(name)} for name in (datapackage.NAME, csvw.NAME)],
    }  # fmt: skip


def _table(description: Description, table: DescribedTable) -> dict[str, Any]:
    return _dataset(description, description.iri(table.name), f"#{table.name}") | {
        "dct:title": by_language(table.title), "dct:description": by_language(table.description),
        "dct:isPartOf": description.iri(),
        "dcat:distribution": [description.iri(file.name) for file in (table.csv, table.parquet)],
    }  # fmt: skip


def _distribution(description: Description, file: File) -> dict[str, Any]:
    """Return a file as a distribution.

    Its licence is the entry of CKAN's list, which harvesters match here by title; the terms themselves are its rights,
    and the dataset's licence.
    """
    standards = [RFC_4180, "http://www.w3.org/ns/csvw"] if file.format == "csv" else []
    return {
        "@id": description.iri(file.name), "@type": "dcat:Distribution", "dct:title": file.name,
        "dcat:accessURL": description.address(file.name), "dcat:downloadURL": description.address(file.name),
        "dcat:mediaType": MEDIA + file.media_type, "dct:format": file.format.upper(),
        "dcat:byteSize": str(file.bytes), "dct:license": description.iri("licence", description.licence.ckan.id),
        "dct:rights": description.iri("licence", description.licence.name), "dct:conformsTo": standards,
        **({"dct:modified": description.vintage.modified} if description.vintage.modified else {}),
        "spdx:checksum": {"@type": "spdx:Checksum", "spdx:algorithm": "spdx:checksumAlgorithm_sha256",
                          "spdx:checksumValue": file.sha256},
    }  # fmt: skip


def _licences(description: Description) -> list[dict[str, Any]]:
    licence = description.licence
    texts = {"dct:description": by_language(licence.text), "skos:note": by_language(licence.note)}
    return [
        {"@id": description.iri("licence", licence.name), "@type": ["dct:LicenseDocument", "dct:RightsStatement"],
         "dct:title": by_language(licence.title), **texts},
        {"@id": description.iri("licence", licence.ckan.id), "@type": "dct:LicenseDocument",
         "dct:identifier": licence.ckan.id, "dct:title": by_language(licence.ckan.title), **texts},
    ]  # fmt: skip


def _shared(description: Description, media_types: set[str]) -> list[dict[str, Any]]:
    """Return the resources that others refer to, each with its class, so that validators need no look-up."""
    dataset, publisher, homepage = description.dataset, description.publisher, description.publisher.homepage
    notes = {METHOD_FILES["vi"]: "method", METHOD_FILES["en"]: "method", CHANGES_FILE: "changes"}
    return [
        {"@id": description.iri("publisher"), "@type": "foaf:Agent", "foaf:name": by_language(publisher.name),
         "skos:note": by_language(publisher.note), **({"foaf:homepage": homepage} if homepage else {})},
        {"@id": description.iri("place"), "@type": "dct:Location", "skos:prefLabel": by_language(description.place),
         "dct:identifier": description.place_code},
        *_licences(description),
        {"@id": dataset.frequency_iri, "@type": "dct:Frequency", "skos:prefLabel": by_language(dataset.frequency)},
        *({"@id": iri, "@type": "dct:LinguisticSystem"} for iri in LANGUAGES.values()),
        *({"@id": MEDIA + media_type, "@type": "dct:MediaType"} for media_type in sorted(media_types)),
        *({"@id": iri, "@type": "dct:Standard"} for iri in (RFC_4180, "http://www.w3.org/ns/csvw")),
        *({"@id": description.address(name), "@type": "foaf:Document", "dct:title": by_language(text_of(code))}
          for name, code in notes.items()),
        {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
    ]  # fmt: skip
