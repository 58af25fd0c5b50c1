"""Files of the dictionary in a version: page, workbook, dbt's own page.

A dictionary that cannot be written is logged and changes nothing of what is published. Belongs here: which files there
are, and never failing the night. Does not belong here: what stands in them.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.common.i18n import say
from pipelines.reports.dictionary.dbt_page import static_page
from pipelines.reports.dictionary.facts import read_dictionary
from pipelines.reports.dictionary.page import render
from pipelines.reports.dictionary.workbook import write_workbook
from pipelines.settings import DATABASE_FILE, DICTIONARY_FOLDER, Settings
from pipelines.storage.run_spec import RunSpec

log = logging.getLogger("tthc.dictionary")
PAGE, WORKBOOK, DBT_PAGE = "index.html", "dictionary.xlsx", "dbt-docs.html"


def write_dictionary(settings: Settings, manifest: Mapping[str, Any], spec: RunSpec, version: Path) -> list[Path]:
    """Write the dictionary into the folder of a version, and return its files.

    Args:
        settings: Where contracts, registers and expectations lie.
        manifest: dbt's manifest of the models that made the version.
        spec: What the version is.
        version: Its folder, with its database.

    Raises:
        KeyError: If a table has no example, or the manifest lacks one of its columns.
        ValueError: If a description is not in both languages or tells no grain.
    """
    folder = version / DICTIONARY_FOLDER
    dictionary = read_dictionary(settings, manifest, spec, version / DATABASE_FILE)
    folder.mkdir(exist_ok=True)
    (folder / PAGE).write_text(render(dictionary), encoding="utf-8")
    write_workbook(dictionary, folder / WORKBOOK)
    (folder / DBT_PAGE).write_text(static_page(manifest, dictionary.tables), encoding="utf-8")
    return [folder / PAGE, folder / WORKBOOK, folder / DBT_PAGE]


def write_into_version(settings: Settings, manifest: Mapping[str, Any], spec: RunSpec, version: Path) -> None:
    """Write the dictionary of the version that is about to be published; what goes wrong is logged."""
    try:
        write_dictionary(settings, manifest, spec, version)
    except Exception as error:  # the version is worth more than its dictionary
        log.warning(say("dictionary_failed", why=f"{type(error).__name__}: {error}"))
