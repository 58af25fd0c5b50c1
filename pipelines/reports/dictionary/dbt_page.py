"""dbt's own page of the models as one file, as `dbt docs generate --static` makes it.

That command loads dbt and queries the catalogue of both databases again, which takes six seconds and more; manifest and
columns are at hand, so they are put into dbt's page here. What tells time or place of a run is left out, and so are
dbt's own macros and compiled SQL: the same models give the same bytes. Does not belong here: the dictionary's own page
(`page`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipelines.reports.dictionary.model import Table

PAGE = Path("task", "docs", "index.html")  # within dbt's package
MANIFEST_PLACE, CATALOG_PLACE = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'
OF_A_RUN = {"build_path", "compiled_path", "compiled_code", "compiled", "created_at", "root_path", "extra_ctes",
            "extra_ctes_injected", "relation_name", "unrendered_config", "checksum"}  # fmt: skip
METADATA = ("dbt_schema_version", "dbt_version", "project_name", "project_id", "adapter_type")
SHOWN = {"nodes", "sources", "macros", "docs", "exposures", "metrics", "groups", "selectors", "disabled", "parent_map",
         "child_map", "group_map", "saved_queries", "semantic_models", "unit_tests"}  # fmt: skip
PACKAGE = "tthc"


def static_page(manifest: Mapping[str, Any], tables: Sequence[Table]) -> str:
    """Return dbt's page of the models.

    Args:
        manifest: dbt's manifest.
        tables: The published tables, for the types of their columns.

    Raises:
        FileNotFoundError: If dbt has no such page any more.
    """
    page = _empty_page()
    for place, content in ((MANIFEST_PLACE, _manifest(manifest)), (CATALOG_PLACE, _catalog(manifest, tables))):
        if place not in page:
            raise FileNotFoundError(place)
        page = page.replace(place, _as_script(content))
    return page


def _empty_page() -> str:
    package = find_spec("dbt")  # finds it without importing it, which takes seconds
    folders = list(package.submodule_search_locations or ()) if package is not None else []
    found = next((Path(folder) / PAGE for folder in folders if (Path(folder) / PAGE).is_file()), None)
    if found is None:
        raise FileNotFoundError(PAGE)
    return found.read_text(encoding="utf-8")


def _as_script(content: Any) -> str:
    """Return JSON that may stand in a script: no text in it can end the script."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def _manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest without what is of one run or of dbt itself."""
    shown = {key: value for key, value in manifest.items() if key in SHOWN}
    macros = {key: one for key, one in manifest["macros"].items() if one["package_name"] == PACKAGE}
    return {
        **shown, "metadata": {key: manifest["metadata"].get(key) for key in METADATA},
        "nodes": _without(manifest["nodes"]), "sources": _without(manifest["sources"]), "macros": _without(macros),
    }  # fmt: skip


def _without(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {key: {name: value for name, value in node.items() if name not in OF_A_RUN} for key, node in nodes.items()}


def _catalog(manifest: Mapping[str, Any], tables: Iterable[Table]) -> dict[str, Any]:
    """Return what dbt's catalogue says: types of the published tables' columns."""
    keys = {node["name"]: key for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    nodes = {
        keys[table.name]: {
            "metadata": {"type": "VIEW" if table.is_view else "BASE TABLE", "schema": table.schema,
                         "name": table.name, "database": PACKAGE, "comment": None, "owner": None},
            "columns": {
                column.name: {"name": column.name, "type": column.type, "index": at, "comment": None}
                for at, column in enumerate(table.columns, 1)
            },
            "stats": {}, "unique_id": keys[table.name],
        }
        for table in tables
    }  # fmt: skip
    return {"metadata": {}, "nodes": nodes, "sources": {}, "errors": None}
