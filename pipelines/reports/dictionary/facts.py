"""Everything that the dictionary says, from dbt's manifest, the candidate's own columns, contracts and registers.

Descriptions are those of the models' YAML, which dbt stores in the file as comments too; keys are those that the gate
checks. Belongs here: reading and joining them. Does not belong here: walking dbt's graph (`lineage`), pages (`page`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.common.duckdb import connect
from pipelines.common.i18n import catalogue
from pipelines.common.sql import read_sql
from pipelines.common.yaml import read_yaml
from pipelines.contracts.fields import Sentence
from pipelines.contracts.model import load_contracts
from pipelines.gate.keys import table_keys
from pipelines.gate.suites import load_suites
from pipelines.registers.code_lists import code_list_table
from pipelines.registers.levels import load_levels
from pipelines.registers.model import load_indicators
from pipelines.reports.dictionary.lineage import DATABASE, MARTS, Graph, fields_of, lineage_of
from pipelines.reports.dictionary.model import Code, Column, DescribedIndicator, Dictionary, Example, Table
from pipelines.settings import Settings
from pipelines.storage.run_spec import RunSpec

HERE = Path(__file__).parent
SCHEMAS = (MARTS, "cases", "indicators")
BETWEEN = " / "  # the Vietnamese and the English half of a description in the models' YAML
GRAIN = Sentence(vi=r"[Mm]ột dòng\b.*$", en=r"[Oo]ne row\b.*$")
EMPTY = Sentence(vi=r"trống", en=r"\b(null|empty)\b")
NUMBERS = {"BIGINT", "DOUBLE", "SMALLINT", "INTEGER"}
Types = Mapping[str, Mapping[str, str]]


def read_dictionary(settings: Settings, manifest: Mapping[str, Any], spec: RunSpec, database: Path) -> Dictionary:
    """Return the dictionary of a version.

    Args:
        settings: Where contracts, registers and expectations lie.
        manifest: dbt's manifest of the models that made the version.
        spec: What the version is.
        database: Its database.

    Raises:
        KeyError: If a table has no example, or the manifest lacks one of its columns.
        ValueError: If a description is not in both languages or tells no grain.
    """
    with connect(settings, database, read_only=True) as connection:
        types: dict[str, dict[str, str]] = {}
        for table, column, kind in connection.execute(read_sql(__package__, "sql/columns")).fetchall():
            types.setdefault(table, {})[column] = kind
    graph, own = Graph(manifest), own_words("columns")
    names = {table: list(columns) for table, columns in types.items()}
    described = [
        DescribedIndicator(indicator, lineage_of(graph, indicator, names, own["computed"]))
        for indicator in load_indicators(settings.country_dir)
    ]
    keys = {**own["keys"], **table_keys(load_suites(settings.expectations_dir).by_table)}
    tables = [_table(graph, node, types, keys, own, described) for node in _published(manifest)]
    return Dictionary(spec.version, spec.as_of, tables, described, list(_codes(settings)))


def both(description: str) -> Sentence:
    """Return a description of the models' YAML in both languages.

    Raises:
        ValueError: If it has not one half for each.
    """
    halves = description.split(BETWEEN)
    if len(halves) != len(Sentence.model_fields):
        raise ValueError(f"not in two languages: {description!r}")
    return Sentence(vi=halves[0].strip(), en=halves[1].strip())


def without_grain(description: Sentence) -> tuple[Sentence, Sentence]:
    """Return a table's description and its grain, which ends it.

    Raises:
        ValueError: If there is none.
    """
    parts = {}
    for lang in ("vi", "en"):
        text = getattr(description, lang)
        found = re.search(getattr(GRAIN, lang), text)
        if found is None:
            raise ValueError(f"tells no grain: {text!r}")
        grain = found.group(0)
        parts[lang] = (text[: found.start()].rstrip(" .;:,") or grain, grain[0].upper() + grain[1:])
    (vi, grain_vi), (en, grain_en) = parts["vi"], parts["en"]
    return Sentence(vi=vi, en=en), Sentence(vi=grain_vi, en=grain_en)


@cache
def own_words(name: str) -> Any:
    """Return one of the data files of the dictionary: `columns` or `examples`."""
    return read_yaml((HERE / f"{name}.yml").read_text(encoding="utf-8"))


def _published(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the models that lie in the published file, by schema and name."""
    nodes = [n for n in manifest["nodes"].values() if n["resource_type"] == "model" and n["database"] == DATABASE]
    return sorted(nodes, key=lambda node: (SCHEMAS.index(node["schema"]), node["name"]))


def _table(
    graph: Graph, node: Mapping[str, Any], types: Types, keys: Mapping[str, Sequence[str]], own: Any,
    indicators: Sequence[DescribedIndicator],
) -> Table:  # fmt: skip
    name, kinds = node["name"], types[node["name"]]
    description, grain = without_grain(both(node["description"]))
    columns = []
    for column, kind in kinds.items():
        said = both(node["columns"][column]["description"])
        empty = all(re.search(getattr(EMPTY, lang), getattr(said, lang)) for lang in ("vi", "en"))
        columns.append(Column(
            column, kind, _unit(own["units"], column) if kind in NUMBERS else None, empty, said,
            column in keys.get(name, ()), _reference(own, name, column),
            list(fields_of(name, [column], own["computed"])),
        ))  # fmt: skip
    used = [
        (one.indicator.code, one.indicator.rule)
        for one in indicators
        if name in one.lineage.columns or name == one.lineage.view
    ]
    return Table(
        node["schema"], name, node["config"]["materialized"] == "view", description, grain, columns,
        example_of(name, node["schema"], kinds), graph.published_parents(node["unique_id"]),
        graph.sources(node["unique_id"]), list(dict.fromkeys(used)),
    )  # fmt: skip


def example_of(table: str, schema: str, columns: Mapping[str, str]) -> Example:
    """Return the example query of a table or view."""
    examples = own_words("examples")
    if schema == MARTS:
        found = examples["tables"][table]
    else:
        found = next(one for column, one in examples["views"].items() if column in columns)
    return Example(Sentence(vi=found["vi"], en=found["en"]), found["sql"].replace("{view}", table).rstrip())


def _unit(units: Sequence[Mapping[str, str]], column: str) -> Sentence:
    found = next(unit for unit in units if re.fullmatch(unit["match"], column))
    return Sentence(vi=found["vi"], en=found["en"])


def _reference(own: Any, table: str, column: str) -> str | None:
    found: str | None = own["exceptions"].get(table, {}).get(column, own["references"].get(column))
    return None if found is None or found == f"{table}.{column}" else found


def _codes(settings: Settings) -> Iterator[Code]:
    """Yield codes of delivered fields and columns, levels, and reasons for which a case counts or does not."""
    contracts = load_contracts(settings.contracts_dir)
    for source, contract in contracts.items():
        for field in contract.fields:
            for code, name in field.labels.items():
                yield Code(f"{source}.{field.name}", code, name)
    for row in code_list_table(settings.country_dir, contracts).iter_rows(named=True):
        place = f"{row['table_name']}.{row['column_name']}"
        yield Code(place, row["code"], Sentence(vi=row["name_vi"], en=row["name_en"]))
    for level in load_levels(settings.country_dir).levels:
        yield Code("dim_level.level_code", level.code, level.name)
    for key, said in sorted(catalogue().items()):
        if key.startswith("reason_"):
            yield Code("cases.reason", key.removeprefix("reason_"), Sentence(vi=said["vi"], en=said["en"]))
