"""Where an indicator comes from: its cases, the columns that decide them, and the delivered fields behind those.

Columns are those whose names stand in the SQL between the figure and the published tables, so a column that is only
passed on counts too. Fields follow from `published_fields.yml` and, for columns made of several rows, `columns.yml`.
Belongs here: walking dbt's graph. Does not belong here: how lineage is drawn (`picture`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.registers.model import Indicator
from pipelines.reports.dictionary.model import Lineage
from pipelines.transform.delivered import load_origins

MARTS, DATABASE = "marts", "tthc"
_COMMENT = re.compile(r"--.*")
_NAME = re.compile(r"\w+")
Node = Mapping[str, Any]
Computed = Mapping[str, Mapping[str, Sequence[str]]]
# Columns that say whose a row is and when, not whether it counts.
PASSED_ON = {"unit_level"}
# Figures that units report come as they are: these columns of this table say the same.
REPORTED = {"fct_figure_reports": ["indicator_code", "unit_code", "period_code", "numerator", "denominator"]}


class Graph:
    """dbt's graph of models, as far as lineage asks for it."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self.nodes: Mapping[str, Node] = {**manifest["nodes"], **manifest["sources"]}
        self.parents: Mapping[str, Sequence[str]] = manifest["parent_map"]
        self.macros: Mapping[str, Node] = manifest["macros"]
        self.models = {n["name"]: key for key, n in manifest["nodes"].items() if n["resource_type"] == "model"}

    def is_table(self, key: str) -> bool:
        """Return True for a published table, at which lineage of an indicator stops."""
        node = self.nodes[key]
        return node.get("database") == DATABASE and node["schema"] == MARTS and node["resource_type"] == "model"

    def is_published(self, key: str) -> bool:
        """Return True for anything that lies in the published file."""
        node = self.nodes[key]
        return node.get("database") == DATABASE and node["resource_type"] == "model"

    def walk(self, start: str) -> tuple[set[str], set[str]]:
        """Return the models from one down to published tables, itself included, and these tables."""
        inner, tables, waiting = set(), set(), [start]
        while waiting:
            key = waiting.pop()
            if key != start and self.is_table(key):
                tables.add(key)
            elif key not in inner and self.nodes[key]["resource_type"] == "model":
                inner.add(key)
                waiting.extend(self.parents.get(key, ()))
        return inner, tables

    def published_parents(self, key: str) -> list[str]:
        """Return names of the nearest published tables and views that one is made of."""
        found, seen, waiting = set(), set(), list(self.parents.get(key, ()))
        while waiting:
            at = waiting.pop()
            if at in seen or self.nodes[at]["resource_type"] != "model":
                continue
            seen.add(at)
            if self.is_published(at):
                found.add(str(self.nodes[at]["name"]))
            else:
                waiting.extend(self.parents.get(at, ()))
        return sorted(found)

    def sources(self, key: str) -> list[str]:
        """Return the delivered sources that a model is made of, through all its parents."""
        found, seen, waiting = set(), set(), [key]
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            node = self.nodes[at]
            if node["resource_type"] == "source" and node["source_name"] == "lake":
                found.add(str(node["name"]))
            waiting.extend(self.parents.get(at, ()))
        return sorted(found)

    def words(self, keys: set[str]) -> set[str]:
        """Return all names in the SQL of some models and of the macros that they call themselves."""
        texts = [self.nodes[key]["raw_code"] for key in keys]
        called = {name for key in keys for name in self.nodes[key]["depends_on"]["macros"]}
        texts += [self.macros[name]["macro_sql"] for name in called if name.startswith("macro.tthc.")]
        return {word for text in texts for word in _NAME.findall(_COMMENT.sub("", text))}


def start_of(graph: Graph, indicator: Indicator) -> str | None:
    """Return the model from which the lineage of an indicator is followed; None where nothing computes it."""
    name = f"{indicator.code}__{indicator.rule}"
    return next((graph.models[m] for m in (f"case_{name}", f"ind_{name}") if m in graph.models), None)


def lineage_of(graph: Graph, indicator: Indicator, columns: Mapping[str, Sequence[str]], computed: Computed) -> Lineage:
    """Return where an indicator comes from.

    Args:
        graph: dbt's graph.
        indicator: The indicator.
        columns: Names of the columns of each published table.
        computed: `columns.yml`: by table and column the fields behind what is made of several rows.
    """
    start = start_of(graph, indicator)
    if indicator.computed == "reported":
        used: Mapping[str, Sequence[str]] = REPORTED
    else:
        used = {} if start is None else _used(graph, start, columns, computed)
    fields: dict[str, list[str]] = {}
    for place in dict.fromkeys(one for name, found in used.items() for one in fields_of(name, found, computed)):
        source, field = place.split(".")
        fields.setdefault(source, []).append(field)
    view = "" if start is None else str(graph.nodes[start]["name"])
    return Lineage(view if view.startswith("case_") else None, used, fields)


def _used(
    graph: Graph, start: str, columns: Mapping[str, Sequence[str]], computed: Computed
) -> dict[str, Sequence[str]]:  # fmt: skip
    """Return by published table the columns that a model reads, of tables whose delivered fields are known."""
    inner, tables = graph.walk(start)
    words = graph.words(inner)
    used: dict[str, Sequence[str]] = {}
    for name in sorted(str(graph.nodes[key]["name"]) for key in tables):
        found = [column for column in columns[name] if column in words and column not in PASSED_ON]
        if found and (name in load_origins() or name in computed):
            used[name] = found
    return used


def fields_of(table: str, columns: Sequence[str], computed: Computed) -> Iterator[str]:
    """Yield the delivered fields behind columns of a published table, as source.Field."""
    origin, own = load_origins().get(table), computed.get(table, {})
    for column in columns:
        if column in own:
            yield from own[column]
        elif origin is not None:
            yield from (f"{origin.source}.{field}" for field in origin.fields_of([column]))
