"""The schema.org description of the dataset, which search engines read.

Belongs here: the description in that vocabulary, in the language of the page that embeds it (values have no language
tag); `catalog.jsonld` has the Vietnamese one. The context names the vocabulary, so nothing has to be fetched.
"""

from typing import Any

from pipelines.open_data.metadata.model import DescribedTable, Description, File
from pipelines.open_data.vintage_store import METHOD_FILES

CONTEXT = {"@vocab": "https://schema.org/"}


def schema_org(description: Description, lang: str = "vi", files_at: str = "") -> dict[str, Any]:
    """Return the JSON-LD object for a page.

    Args:
        description: The description of the vintage.
        lang: Language of the page, `vi` or `en`.
        files_at: Relative path from the page to the folder of the files, ending in /; '' if the page lies in it. If the
            public address is known, absolute addresses are used instead.
    """
    dataset, vintage, licence = description.dataset, description.vintage, description.licence
    files_at = description.address("") or files_at
    whole = [_download(description.workbook, files_at)] if description.workbook else []
    return {
        "@context": CONTEXT, "@type": "Dataset", "@id": description.iri(), "identifier": description.iri(),
        "name": getattr(description.title, lang),
        "alternateName": description.title.en if lang == "vi" else description.title.vi,
        **({"datePublished": vintage.issued, "dateModified": vintage.modified} if vintage.modified else {}),
        **({"url": f"{description.public_url}{lang}/tai-ve.html"} if description.public_url else {}),
        "description": getattr(description.about, lang), "version": vintage.name, "inLanguage": ["vi", "en"],
        "keywords": list(getattr(description.keywords, lang)), "isAccessibleForFree": True,
        "license": {"@type": "CreativeWork", "name": getattr(licence.title, lang), "text": getattr(licence.text, lang)},
        "creator": _publisher(description, lang), "publisher": _publisher(description, lang),
        **({"temporalCoverage": f"{vintage.first_day}/{vintage.last_day}"} if vintage.last_day else {}),
        "spatialCoverage": {"@type": "Place", "name": getattr(description.place, lang),
                            "identifier": description.place_code},
        "isBasedOn": [{"@type": "CreativeWork", "name": getattr(source, lang)} for source in dataset.sources],
        "usageInfo": f"{files_at}{METHOD_FILES[lang]}",
        "distribution": whole, "hasPart": [_table(description, table, lang, files_at) for table in description.tables],
    }  # fmt: skip


def _publisher(description: Description, lang: str) -> dict[str, Any]:
    publisher = description.publisher
    return {
        "@type": "Organization" if description.vintage.synthetic else "GovernmentOrganization",
        "name": getattr(publisher.name, lang),
        "description": getattr(publisher.note, lang), **({"url": publisher.homepage} if publisher.homepage else {}),
        **({"email": publisher.email} if publisher.email else {}),
    }  # fmt: skip


def _table(description: Description, table: DescribedTable, lang: str, files_at: str) -> dict[str, Any]:
    return {
        "@type": "Dataset", "@id": description.iri(table.name), "name": getattr(table.title, lang),
        "description": getattr(table.description, lang), "version": description.vintage.name,
        "variableMeasured": [
            {"@type": "PropertyValue", "name": column.name, "description": getattr(column.title, lang),
             **({"unitText": getattr(column.unit, lang)} if column.unit else {})}
            for column in table.columns
        ],
        "distribution": [_download(file, files_at) for file in (table.csv, table.parquet)],
    }  # fmt: skip


def _download(file: File, files_at: str) -> dict[str, Any]:
    return {"@type": "DataDownload", "name": file.name, "contentUrl": f"{files_at}{file.name}",
            "encodingFormat": file.media_type, "contentSize": f"{file.bytes} B", "sha256": file.sha256}  # fmt: skip
